import { macsOf } from '../../graph/cost.ts';
import { sizeOf } from '../../graph/shapes.ts';
import { filterAxes } from '../../graph/spatial.ts';
import type { Operator, OperatorKind, TensorId } from '../../graph/types.ts';
import { elements } from '../facts.ts';
import type { GraphFacts } from '../facts.ts';

/** Amounts that take time in proportion, by name: calls, FLOPs, bytes of a class of operators. */
export type Features = Readonly<Record<string, number>>;

const FLOAT_BYTES = 4;
/** Channels that a vector instruction works on at once: fewer take as long. */
const CHANNELS = 16;
/** Bytes that stay near the processor from one operator to the next; of what is larger every further byte comes from memory. */
const NEAR_BYTES = 2 ** 22;

/** Changed while the product before them is written (onnxruntime fuses them into a convolution). */
const FUSED_ACTIVATIONS = new Set(['relu', 'relu6', 'leaky-relu', 'sigmoid', 'tanh', 'hard-sigmoid', 'linear']);
const FREE: ReadonlySet<OperatorKind> = new Set(['reshape', 'generate', 'loss', 'mean']);
const CLASS: Readonly<Partial<Record<OperatorKind, string>>> = {
  linear: 'product',
  expertLinear: 'product',
  einsum: 'product',
  matmul: 'batchedProduct',
  recurrent: 'recurrent',
  add: 'elementwise',
  multiply: 'elementwise',
  scale: 'elementwise',
  batchNormalize: 'elementwise',
  select: 'elementwise',
  binary: 'elementwise',
  unary: 'function',
  normalize: 'norm',
  groupNormalize: 'norm',
  softmax: 'softmax',
  pool: 'pool',
  reduce: 'reduce',
};

/** What of a forward operator takes time when onnxruntime runs it, beside what other operators of its class take. */
export function featuresOf(facts: GraphFacts, operator: Operator): Features {
  const { kind } = operator;
  if (FREE.has(kind) || isFused(facts, operator)) return {};
  if (kind === 'convolution' || kind === 'transposedConvolution') return convolution(facts, operator);
  if (kind === 'attention') return attention(facts, operator);
  if (kind === 'activation') return activation(facts, operator);
  return general(facts, operator, CLASS[kind] ?? 'move');
}

/** Batch norms are folded into the weights of the convolution before them, simple activations computed with it. */
function isFused({ producerOf }: GraphFacts, { kind, inputs, attributes }: Operator): boolean {
  let before = producerOf.get(inputs[0]);
  if (kind === 'batchNormalize') return before?.kind === 'convolution';
  if (kind !== 'activation' || !FUSED_ACTIVATIONS.has(attributes.activation ?? '')) return false;
  if (before?.kind === 'batchNormalize') before = producerOf.get(before.inputs[0]);
  return before?.kind === 'convolution';
}

const named = (name: string, amounts: Readonly<Record<string, number>>): Features =>
  Object.fromEntries(Object.entries(amounts).map(([what, amount]) => [`${name}.${what}`, amount]));

const isWeight = ({ graph }: GraphFacts, id: TensorId): boolean =>
  graph.tensors[id].source === 'parameter' || graph.tensors[id].source === 'buffer';

/** Bytes of activations read and written, those of them beyond what stays near, and bytes of weights. */
function bytesOf(facts: GraphFacts, { inputs, outputs }: Operator): { bytes: number; far: number; weights: number } {
  const sum = (ids: readonly TensorId[]): number =>
    FLOAT_BYTES * ids.reduce((total, id) => total + elements(facts.graph, id), 0);
  const weights = sum(inputs.filter((id) => isWeight(facts, id)));
  const bytes = sum([...inputs.filter((id) => !isWeight(facts, id)), ...outputs.slice(0, 1)]);
  return { bytes, far: Math.max(0, bytes - NEAR_BYTES), weights };
}

function general(facts: GraphFacts, operator: Operator, name: string): Features {
  const { bytes, far, weights } = bytesOf(facts, operator);
  const flops = 2 * macsOf(facts.graph, operator);
  // A table is read at the rows that are looked up alone.
  const isTable = operator.kind === 'gather';
  return named(name, { calls: 1, bytes, far, ...(flops > 0 && { flops, weights: isTable ? 0 : weights }) });
}

function convolution(facts: GraphFacts, operator: Operator): Features {
  const { graph } = facts;
  const { attributes, inputs, outputs } = operator;
  const { groups = 1, filters = 'out-in-spatial', channelsLast = false } = attributes;
  const shape = graph.tensors[inputs[1]].shape;
  const axes = filterAxes(filters, shape.length);
  const isDepthwise = filters === 'spatial-channel-multiplier' || (groups > 1 && shape[axes.in] === 1);
  const { bytes, far, weights } = bytesOf(facts, operator);
  const flops = 2 * macsOf(graph, operator);
  if (isDepthwise) return named('depthwise', { calls: 1, flops, bytes, far });
  const channels = (id: TensorId): number => graph.tensors[id].shape.at(channelsLast ? -1 : 1)! / groups;
  const padding = [channels(inputs[0]), channels(outputs[0])].map((n) => (CHANNELS * Math.ceil(n / CHANNELS)) / n);
  const padded = flops * padding[0] * padding[1];
  const window = sizeOf(shape) / (shape[axes.in] * shape[axes.out]);
  const name = groups > 1 ? 'grouped' : window === 1 ? 'pointwise' : 'convolution';
  return named(name, { calls: 1, flops, lost: padded - flops, bytes, far, weights });
}

/** Products of queries and keys and of probabilities and values, and the softmax between them. */
function attention(facts: GraphFacts, operator: Operator): Features {
  const { graph } = facts;
  const [q, k] = operator.inputs.map((id) => graph.tensors[id].shape);
  const scores = FLOAT_BYTES * q[0] * q[1] * q[2] * k[2];
  const { bytes, far } = bytesOf(facts, operator);
  const product = named('batchedProduct', { calls: 2, flops: 2 * macsOf(graph, operator), bytes: bytes + 2 * scores, far });
  return { ...product, ...named('softmax', { calls: 1, bytes: 2 * scores, far: Math.max(0, 2 * scores - NEAR_BYTES) }) };
}

function activation(facts: GraphFacts, operator: Operator): Features {
  const { activation: kind = 'relu' } = operator.attributes;
  const name = kind === 'relu' || kind === 'relu6' || kind === 'linear' ? 'elementwise' : kind;
  const { bytes, far } = bytesOf(facts, operator);
  return { ...named(SMOOTH[name] ?? name, { calls: 1, bytes }), ...(far > 0 && { 'elementwise.far': far }) };
}

/** Activations that share their formula's cost. */
const SMOOTH: Readonly<Record<string, string>> = {
  gelu: 'erf',
  'gelu-tanh': 'tanh',
  sigmoid: 'tanh',
  silu: 'silu',
  'hard-swish': 'hardSwish',
  'hard-sigmoid': 'hardSwish',
  mish: 'erf',
  selu: 'erf',
  elu: 'erf',
  softplus: 'erf',
  relu2: 'hardSwish',
  'leaky-relu': 'elementwise',
};
