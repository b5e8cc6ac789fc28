import type { Parameter } from '../graph/parameter.ts';
import type { Graph, TensorId } from '../graph/types.ts';

export type Parametrization = 'standard' | 'mup' | 'completep';
export const PARAMETRIZATIONS = ['standard', 'mup', 'completep'] as const satisfies readonly Parametrization[];

/** How one kind of tensor is set in a scaled model, as factors on what holds in the model that it was scaled from. */
export interface TransferRow {
  /** Name of the tensor, its block numbers as `*`. */
  readonly tensor: string;
  /** Tensors that share the row. */
  readonly tensors: number;
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
 * Hyperparameters of Adam moved from a model to a scaled one, tensor by tensor. `mup`: matrices learn at 1 / m_d, where m_d is the factor
 * of their inputs (Yang et al. 2022, table 8); the head's output is multiplied by 1 / m_d. `completep` (Dey et al. 2025, table 1, alpha 1): also the residual
 * branches' outputs by 1 / m_L, weight decay of matrices by m_d, epsilon by 1 / (m_d m_L) inside blocks, where m_L is the factor of the depth. `standard`: initial deviations
 * follow the inputs as in every library, all else stays.
 */
export function transferTable(before: Graph, after: Graph, rule: Parametrization, depthFactor: number): TransferRow[] {
  const base = new Map(before.parameters.map(({ parameter }) => [patternOf(parameter.name), parameter]));
  const rows = new Map<string, TransferRow>();
  const tied = tiedTables(after);
  for (const { tensor: id, parameter } of after.parameters) {
    const tensor = patternOf(parameter.name);
    const origin = base.get(tensor) ?? base.get(tensor.replace(/_(rep|copy)\*/g, ''));
    if (!origin) continue;
    const own = factorsOf(parameter, parameter.fanIn / origin.fanIn, rule, depthFactor);
    const isHead = tied.has(id) && rule !== 'standard';
    const factors = isHead ? { ...own, output: origin.shape.at(-1)! / parameter.shape.at(-1)! } : own;
    const key = [tensor, ...Object.values(factors)].join();
    rows.set(key, { tensor, role: parameter.role, ...factors, tensors: (rows.get(key)?.tensors ?? 0) + 1 });
  }
  return [...rows.values()];
}

/** Tables that are also the head: what they multiply as one is scaled as a head's. */
const tiedTables = ({ operators, parameters }: Graph): Set<TensorId> => {
  const multiplied = new Set(
    operators.filter(({ kind }) => kind === 'linear' || kind === 'matmul').map(({ inputs }) => inputs[1]),
  );
  return new Set(
    parameters.flatMap(({ tensor, parameter }) =>
      parameter.role === 'embedding' && multiplied.has(tensor) ? [tensor] : [],
    ),
  );
};

/** Numbers between dots, slashes or underscores tell repeated blocks apart. */
const patternOf = (name: string): string => name.replaceAll(/(?<=^|[./_a-z])\d+(?=$|[./_])/g, '*');

type Factors = Omit<TransferRow, 'tensor' | 'tensors' | 'role'>;

function factorsOf(
  { role, residual }: Parameter,
  fanInFactor: number,
  rule: Parametrization,
  depthFactor: number,
): Factors {
  const isMatrix = role === 'matrix' || role === 'head';
  const deviation = isMatrix ? 1 / Math.sqrt(fanInFactor) : 1;
  const plain: Factors = { fanInFactor, learningRate: 1, deviation, weightDecay: 1, epsilon: 1, output: 1 };
  if (rule === 'standard') return plain;
  const isHead = role === 'head';
  const mup: Factors = {
    ...plain,
    // The head keeps its rate and deviation where its output is multiplied instead.
    learningRate: isMatrix && !isHead ? 1 / fanInFactor : 1,
    deviation: isHead ? 1 : deviation,
    output: isHead ? 1 / fanInFactor : 1,
  };
  if (rule === 'mup' || !isMatrix || isHead) return mup;
  return {
    ...mup,
    weightDecay: fanInFactor,
    epsilon: 1 / (fanInFactor * depthFactor),
    output: residual ? 1 / depthFactor : 1,
  };
}
