import type { Parameter } from '../graph/parameter.ts';
import type { Graph } from '../graph/types.ts';
import { residualBranches } from './branches.ts';
import { growthsFrom } from './growth.ts';
import type { Growth } from './growth.ts';
import { groupName, patternOf } from './tensor-names.ts';
import { outputWeights } from './output-weights.ts';

export type Parametrization = 'standard' | 'mup' | 'completep';
export const PARAMETRIZATIONS = ['standard', 'mup', 'completep'] as const satisfies readonly Parametrization[];

/** How one kind of tensor is set in a scaled model, as factors on what holds in the model that it was scaled from. */
export interface TransferRow {
  /** Name of the tensor; where several share the row, numbers in which they differ as `*`. */
  readonly tensor: string;
  /** Tensors that share the row. */
  readonly tensors: number;
  /** Every one of them. */
  readonly names: readonly string[];
  /** `head`: makes an output. The others as the source has them. */
  readonly role: Parameter['role'];
  /** Inputs that one output sums over, as a factor: m_d where the width grew. */
  readonly fanInFactor: number;
  readonly learningRate: number;
  /** Of the initial standard deviation. */
  readonly deviation: number;
  /** Of the coefficient that AdamW multiplies by the learning rate. */
  readonly weightDecay: number;
  /** Of Adam's epsilon. */
  readonly epsilon: number;
  /** On the output of the layer, in the forward pass. */
  readonly output: number;
}

/**
 * Hyperparameters of Adam moved from a model to a scaled one, tensor by tensor. `before` is the model at its own widths, with the blocks
 * of the scaled one where it was made deeper; tensors are compared by name, new ones with the nearest.
 *
 * `mup` (Yang et al. 2022, table 8): matrices learn at 1 / m_d, where m_d is the factor of their inputs, and start with a deviation of
 * 1 / sqrt(m_d); the output of matrices that make the model's outputs is multiplied by 1 / m_d instead; tables, gains and biases stay.
 * `completep` (Dey et al. 2025, table 1, alpha 1, and equation 40): also the outputs of residual branches by 1 / m_L, weight decay of hidden matrices by m_d, epsilon
 * by 1 / m_d and on branches by 1 / (m_d m_L), where m_L is the factor of the depth. `standard`: initial deviations follow the inputs as
 * in every library, all else stays.
 */
export function transferTable(before: Graph, after: Graph, rule: Parametrization, depthFactor: number): TransferRow[] {
  const growths = growthsFrom(before, after);
  const [heads, branches] = [outputWeights(after), residualBranches(after)];
  const groups = new Map<string, { name: string; row: Factors & Pick<TransferRow, 'role'> }[]>();
  for (const { tensor, parameter } of after.parameters) {
    const growth = growths.get(parameter.name)!;
    const isTable = parameter.role === 'embedding' || parameter.role === 'position';
    const place: Place = {
      // A last layer that grew with the width, such as a pooler, is hidden.
      isOutput: parameter.role === 'head' || (heads.has(tensor) && (isTable || growth.fanOut === 1)),
      isInside: branches.inside.has(tensor),
      isLast: parameter.residual || branches.last.has(tensor),
    };
    const role = place.isOutput && !isTable ? 'head' : parameter.role;
    const row = { role, ...factorsOf(role, place, growth, rule, depthFactor) };
    const key = [patternOf(parameter.name), ...Object.values(row)].join();
    const members = groups.get(key);
    if (members) members.push({ name: parameter.name, row });
    else groups.set(key, [{ name: parameter.name, row }]);
  }
  return [...groups.values()].map((members) => {
    const names = members.map(({ name }) => name);
    return { tensor: groupName(names), tensors: names.length, names, ...members[0].row };
  });
}

/** Where a tensor stands in the model. */
interface Place {
  readonly isOutput: boolean;
  /** On a residual branch. */
  readonly isInside: boolean;
  /** In the last layer of one. */
  readonly isLast: boolean;
}

type Factors = Omit<TransferRow, 'tensor' | 'tensors' | 'names' | 'role'>;

function factorsOf(
  role: Parameter['role'],
  { isOutput, isInside, isLast }: Place,
  { fanIn, fanOut }: Growth,
  rule: Parametrization,
  depthFactor: number,
): Factors {
  const isMatrix = role === 'matrix' || role === 'head';
  const deviation = isMatrix ? 1 / Math.sqrt(fanIn) : 1;
  const plain: Factors = { fanInFactor: fanIn, learningRate: 1, deviation, weightDecay: 1, epsilon: 1, output: 1 };
  if (rule === 'standard') return plain;
  const isHidden = role === 'matrix';
  const mup: Factors = {
    ...plain,
    // The head keeps its rate and deviation where its output is multiplied instead; a table that is also the head likewise.
    learningRate: isHidden ? 1 / fanIn : 1,
    deviation: isHidden ? deviation : 1,
    output: isOutput ? 1 / (isMatrix ? fanIn : fanOut) : 1,
  };
  if (rule === 'mup') return mup;
  const width = role === 'head' ? fanIn : fanOut;
  const onBranch = isInside || isLast;
  return {
    ...mup,
    weightDecay: isHidden ? fanIn : 1,
    epsilon: 1 / (width * (onBranch ? depthFactor : 1)),
    output: isLast ? mup.output / depthFactor : mup.output,
  };
}
