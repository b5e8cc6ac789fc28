import type { Parameter } from '../graph/parameter.ts';
import { sizeOf } from '../graph/shapes.ts';
import type { Graph, Operator, TensorId } from '../graph/types.ts';
import { buildForward } from '../model/index.ts';
import type { ModelSpec } from '../model/index.ts';

/** Parameters of a model, tied tensors once. `total` = trainable + frozen; the groups sum to it. */
export interface ParameterCounts {
  readonly total: number;
  readonly trainable: number;
  /** Not trained, as the source says. */
  readonly frozen: number;
  /** Kept beside the weights: running means and variances. Not in `total`. */
  readonly buffers: number;
  /** Without the tables of tokens and positions, and without the head over the same vocabulary (Kaplan et al. 2020, section 2.1). */
  readonly nonEmbedding: number;
  /** Without the tables that are only looked up: a head counts, and so does a table that a tied head multiplies by. */
  readonly nonLookup: number;
  /** What one token or sample touches: of experts, those that it meets. */
  readonly active: number;
  /** Weights of matrix products and convolutions that one token or sample touches: a tied head's table counts, gains and biases do not. */
  readonly matmulActive: number;
  readonly groups: Readonly<Record<Parameter['role'], number>>;
}

/** Counts a graph's parameters exactly. */
export function parameterCounts(graph: Graph): ParameterCounts {
  const parameters = graph.parameters.map(({ parameter }) => parameter);
  const multiplied = multipliedTensors(graph);
  const groups = { embedding: 0, position: 0, matrix: 0, head: 0, gain: 0, bias: 0 };
  for (const { role, shape } of parameters) groups[role] += sizeOf(shape);
  const total = sum(parameters);
  const tied = graph.parameters.filter(({ tensor, parameter }) => isTable(parameter) && multiplied.has(tensor));
  const frozen = sum(parameters.filter((parameter) => parameter.frozen));
  return {
    total,
    trainable: total - frozen,
    frozen,
    buffers: graph.buffers.reduce((size, { tensor }) => size + sizeOf(graph.tensors[tensor].shape), 0),
    nonEmbedding: total - groups.embedding - groups.position - vocabularyHead(parameters),
    nonLookup: total - groups.embedding - groups.position + sum(tied.map(({ parameter }) => parameter)),
    active: parameters.reduce((size, parameter) => size + activeSize(parameter), 0),
    matmulActive: graph.parameters
      .filter(({ tensor }) => multiplied.has(tensor))
      .reduce((size, { parameter }) => size + activeSize(parameter), 0),
    groups,
  };
}

/** Counts the parameters of a study's model. */
export const countParameters = (spec: ModelSpec): ParameterCounts => parameterCounts(buildForward(spec, 1));

const sum = (parameters: readonly Parameter[]): number =>
  parameters.reduce((size, { shape }) => size + sizeOf(shape), 0);

const isTable = ({ role }: Parameter): boolean => role === 'embedding' || role === 'position';

const activeSize = ({ shape, activeExperts }: Parameter): number =>
  activeExperts === undefined ? sizeOf(shape) : (sizeOf(shape) / shape[0]) * activeExperts;

/** Size of the heads that give a score to each row of a table of tokens. */
function vocabularyHead(parameters: readonly Parameter[]): number {
  const vocabularies = new Set(parameters.filter(({ role }) => role === 'embedding').map(({ shape }) => shape[0]));
  return sum(parameters.filter(({ role, shape }) => role === 'head' && shape.some((size) => vocabularies.has(size))));
}

/** How many of an operator's first inputs are factors of a product. */
function factorsOf({ kind, inputs }: Operator): readonly TensorId[] {
  switch (kind) {
    case 'linear':
    case 'matmul':
    case 'convolution':
    case 'transposedConvolution':
    case 'expertLinear':
      return inputs.slice(0, 2);
    case 'recurrent':
      return inputs.slice(0, 3);
    case 'einsum':
      return inputs;
    default:
      return [];
  }
}

/** Tensors that enter a product, also by way of a new shape: exporters transpose a weight before they multiply by it. */
function multipliedTensors({ operators }: Graph): Set<TensorId> {
  const found = new Set<TensorId>();
  for (const operator of operators.toReversed()) {
    for (const id of factorsOf(operator)) found.add(id);
    const isView = operator.kind === 'reshape' || operator.kind === 'transpose' || operator.kind === 'split';
    if (isView && operator.outputs.some((id) => found.has(id))) found.add(operator.inputs[0]);
  }
  return found;
}
