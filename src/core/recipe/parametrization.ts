import type { Parameter } from '../graph/parameter.ts';
import type { Recipe } from '../schema/recipe.ts';
import { NO_GROWTH } from './growth.ts';
import type { Growth } from './growth.ts';
import { matricesOf } from './matrices.ts';
import type { Matrices } from './matrices.ts';

/** How one parameter is updated: factors on the recipe's learning rate and its own weight decay. */
export interface ParameterGroup {
  readonly learningRateFactor: number;
  readonly weightDecay: number;
  /** Muon alone: what is orthogonalised. Other parameters are AdamW's. */
  readonly matrices?: Matrices;
  /** Length of the orthogonalised step: factor on a matrix of orthonormal rows or columns. */
  readonly stepFactor?: number;
}

/** What the recipe must know of a parameter beside itself. */
export interface ParameterPlace {
  /** How it grew from the model that the learning rate was tuned on. */
  readonly growth: Growth;
  /** Whether it meets the model's inputs or makes its outputs: such matrices are not hidden. */
  readonly isOuter: boolean;
}

/** Entries of AdamW's steps are about that large: Liu et al. 2025 (Muon is scalable), section 2.2. */
const ADAM_RMS = 0.2;

/**
 * How hyperparameters move with size. `standard`: one learning rate for all. `mup` (Yang et al. 2022, table 3): with n_in and n_out the
 * factors by which a tensor's inputs and outputs grew, AdamW's rate of matrices goes as 1 / n_in, and that of tables, gains and biases
 * stays; SGD's goes as n_out / n_in, where tables, gains and biases have n_in = 1; Muon's keeps the spectral norm of the step at
 * sqrt(outputs / inputs) (Yang, Simon and Bernstein 2023, condition 1). Weight decay falls on matrices and the head alone and is
 * multiplied by the learning rate, so it moves with it.
 */
export function groupAt(parameter: Parameter, recipe: Recipe, { growth, isOuter }: ParameterPlace): ParameterGroup {
  const { optimizer, parametrization } = recipe;
  const isMatrix = parameter.role === 'matrix' || parameter.role === 'head';
  const weightDecay = isMatrix ? optimizer.weightDecay : 0;
  const grown = parametrization === 'mup' ? growth : NO_GROWTH;
  if (optimizer.kind === 'sgd') return { learningRateFactor: grown.fanOut / grown.fanIn, weightDecay };
  const adamFactor = isMatrix ? 1 / grown.fanIn : 1;
  if (optimizer.kind === 'adamw') return { learningRateFactor: adamFactor, weightDecay };
  const matrices = parameter.role === 'matrix' && !isOuter ? matricesOf(parameter) : undefined;
  if (!matrices) return { learningRateFactor: adamFactor * optimizer.adamFactor, weightDecay };
  const lengths = { spectral: spectralLength(matrices), rms: ADAM_RMS * longSide(matrices) };
  const stepFactor = lengths[optimizer.scale];
  return { learningRateFactor: transferOf(matrices, grown, optimizer.scale), weightDecay, matrices, stepFactor };
}

const spectralLength = ({ outputs, inputs }: Matrices): number => Math.sqrt(Math.max(1, outputs / inputs));

const longSide = ({ outputs, inputs }: Matrices): number => Math.sqrt(Math.max(outputs, inputs));

/** Factor that leaves the step's spectral norm in proportion to sqrt(outputs / inputs) when the matrix grows. */
function transferOf(matrices: Matrices, { fanIn, fanOut }: Growth, scale: 'spectral' | 'rms'): number {
  const before = { ...matrices, inputs: matrices.inputs / fanIn, outputs: matrices.outputs / fanOut };
  const length = scale === 'spectral' ? spectralLength : longSide;
  return (Math.sqrt(fanOut / fanIn) * length(before)) / length(matrices);
}

/** For families that say their roles and whose every matrix grows with one width. */
export function parameterGroup(parameter: Parameter, recipe: Recipe, width: number): ParameterGroup {
  const factor = width / recipe.baseWidth;
  const fanIn = parameter.role === 'matrix' || parameter.role === 'head' ? factor : 1;
  const fanOut = parameter.role === 'head' ? 1 : factor;
  return groupAt(parameter, recipe, { growth: { fanIn, fanOut }, isOuter: false });
}

/** The rules in sentences, for reports. */
export function parametrizationRules({ parametrization, baseWidth, horizon, optimizer }: Recipe): string[] {
  const byLength =
    horizon === 0
      ? 'the same learning rate for runs of every length'
      : `learning rate x (shortest run / run)^${horizon} in tokens`;
  if (parametrization === 'standard') return ['one learning rate for every parameter and width', byLength];
  const byWidth = {
    adamw: `block and head matrices: learning rate x ${baseWidth} / width (muP); tables, gains and biases keep theirs`,
    sgd: `head: learning rate x ${baseWidth} / width; tables, gains and biases: x width / ${baseWidth} (muP); block matrices keep theirs`,
    muon: `block matrices: steps whose spectral norm stays (muP); head: learning rate x ${baseWidth} / width; tables, gains and biases keep theirs`,
  };
  return [byWidth[optimizer.kind], byLength];
}
