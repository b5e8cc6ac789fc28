import type { AttentionCount } from '../graph/cost.ts';
import type { Model } from '../model/model.ts';
import { blocksOf, stagesOf } from './blocks.ts';
import type { BlockCost } from './blocks.ts';
import { cachesOf } from './cache.ts';
import type { LayerCache } from './cache.ts';
import { CONVENTIONS } from './conventions.ts';
import type { Convention } from './conventions.ts';
import type { Device } from './devices.ts';
import { factsOf } from './facts.ts';
import { findingsOf } from './findings.ts';
import type { CostFinding } from './findings.ts';
import { tokensOf } from './input.ts';
import { accumulate } from './items.ts';
import type { Item, Items } from './items.ts';
import { layerCosts } from './layers.ts';
import type { LayerCost } from './layers.ts';
import { inferenceBytes, keptActivations, trainingBytes } from './memory.ts';
import type { Checkpointing, InferenceBytes, TrainingBytes } from './memory.ts';
import { parameterCounts } from './parameters.ts';
import type { ParameterCounts } from './parameters.ts';
import { usualRecipe } from './precision.ts';
import type { PrecisionRecipe } from './precision.ts';
import { efficiencyOf, peakOf } from './roofline.ts';

export interface AnalyzeOptions {
  /** Samples at once; defaults to 1. */
  readonly batch?: number;
  /** Tokens a sample, for models of text. Defaults to what the model says. */
  readonly tokens?: number;
  /** Defaults to `isoflop`. */
  readonly convention?: Convention;
  /** `full` (default) counts every score of attention; `causal` those that the mask and the window leave. */
  readonly attention?: AttentionCount;
  /** Defaults to `bf16-adam` for models of text, else `fp32-adam`. */
  readonly recipe?: PrecisionRecipe;
  /** Defaults to `none`. */
  readonly checkpointing?: Checkpointing;
  readonly device?: Device;
  /** Samples (tokens for models of text) to train on, for the challenges. */
  readonly samples?: number;
}

/** What a model costs; counts are of the whole batch. */
export interface Analysis {
  readonly model: { readonly name: string; readonly format: string; readonly origin: string };
  readonly batch: number;
  /** Tokens a sample; models of text only. */
  readonly tokens?: number;
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly attention: AttentionCount;
  readonly convention: Convention;
  readonly parameters: ParameterCounts & { readonly optimizer: number; readonly byConvention: number };
  readonly macs: number;
  readonly trainingMacs: number;
  /** Twice the macs. */
  readonly flops: number;
  readonly trainingFlops: number;
  /** As the chosen convention counts. */
  readonly operations: number;
  readonly activations: number;
  readonly items: Items;
  readonly recipe: PrecisionRecipe;
  readonly checkpointing: Checkpointing;
  readonly memory: {
    readonly training: TrainingBytes;
    readonly inference: InferenceBytes;
    readonly caches: readonly LayerCache[];
  };
  readonly time?: PredictedTime;
  readonly layers: readonly LayerCost[];
  readonly blocks: readonly BlockCost[];
  readonly stages: readonly BlockCost[];
  readonly findings: readonly CostFinding[];
}

/** Times of a batch: calibrated where the device has a latency, else roofline times, which launches and waits lengthen. */
export interface PredictedTime {
  readonly device: Device;
  readonly predictionSeconds: number;
  /** Arithmetic of a training step at half of the peak, or at the measured speed; memory traffic left out. */
  readonly trainingSeconds: number;
}

/** Analyses a model at a batch. Throws `invalid-input` where it cannot be lowered at these sizes. */
export function analyzeModel(model: Model, options: AnalyzeOptions = {}): Analysis {
  const { batch = 1, attention = 'full', checkpointing = 'none', device, samples } = options;
  const { convention = CONVENTIONS.isoflop } = options;
  const graph = model.lower({ batch, ...(options.tokens !== undefined && { tokens: options.tokens }) });
  const tokens = tokensOf(graph);
  const recipe = options.recipe ?? usualRecipe(tokens);
  const facts = factsOf(graph);
  const kept = keptActivations(facts, recipe.activations, checkpointing);
  const layers = layerCosts(facts, { attention, convention, recipe, kept, ...(device && { device }) });
  const sum = (of: (layer: LayerCost) => number): number => layers.reduce((total, layer) => total + of(layer), 0);
  const parameters = countsOf(parameterCounts(graph), model.optimizerVariables ?? 0, convention);
  const [macs, trainingMacs] = [sum((layer) => layer.macs), sum((layer) => layer.trainingMacs)];
  const training = trainingBytes(facts, recipe, kept);
  const inference = inferenceBytes(facts, recipe, batch);
  const stages = stagesOf(layers);
  return {
    model: { name: model.name, format: model.format, origin: model.origin },
    batch,
    ...(tokens !== undefined && { tokens }),
    inputs: graph.inputs.map((id) => ({ name: graph.tensors[id].name, shape: graph.tensors[id].shape })),
    attention,
    convention,
    parameters,
    macs,
    trainingMacs,
    flops: 2 * macs,
    trainingFlops: 2 * trainingMacs,
    operations: sum((layer) => layer.operations),
    activations: sum((layer) => layer.activations),
    items: totalItems(layers),
    recipe,
    checkpointing,
    memory: { training, inference, caches: cachesOf(facts) },
    ...(device && { time: timeOf(device, recipe, sum, trainingMacs) }),
    layers,
    blocks: blocksOf(layers),
    stages,
    findings: findingsOf({
      ...{ layers, stages, parameters, training, inference, recipe, trainingMacs, batch },
      ...(tokens !== undefined && { tokens }),
      ...(samples !== undefined && { samples }),
      ...(device && { device }),
    }),
  };
}

function countsOf(counts: ParameterCounts, optimizer: number, convention: Convention): Analysis['parameters'] {
  const groups = { ...counts, optimizer };
  return { ...groups, byConvention: convention.parameters.reduce((sum, group) => sum + groups[group], 0) };
}

function totalItems(layers: readonly LayerCost[]): Items {
  const total: Partial<Record<Item, number>> = {};
  for (const { items } of layers) accumulate(total, items);
  return total;
}

const timeOf = (
  device: Device,
  recipe: PrecisionRecipe,
  sum: (of: (layer: LayerCost) => number) => number,
  trainingMacs: number,
): PredictedTime => ({
  device,
  predictionSeconds: sum(({ time }) => time?.seconds ?? 0),
  trainingSeconds: (2 * trainingMacs) / (peakOf(device, recipe) * efficiencyOf(device, 'training').compute),
});
