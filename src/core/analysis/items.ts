import { attendedPairs, macsOf } from '../graph/cost.ts';
import type { AttentionCount } from '../graph/cost.ts';
import type { Operator, TensorId } from '../graph/types.ts';
import { elements } from './facts.ts';
import type { GraphFacts } from './facts.ts';

/**
 * What a tool may count of an operator. Products in multiply-accumulates: `convolution`, `linear` (a weight times activations),
 * `matmul` (two activations), `attention` (scores and values), `recurrent`. All others in elements, an operation each if at all:
 * - `convolutionBias`, `linearBias`: additions of a bias; `convolutionBiasVector`: channels of a convolution's bias, once a sample;
 * - `batchNorm`, `norm` (layer and group norms), `rmsNorm`: elements normalised; `batchNormAffine`, `normAffine`: those with a gain;
 * - `gates`: additions and products of a recurrent cell beside its matrix products, as DeepSpeed reckons them;
 * - `activation`: rectifiers and their smooth kin; `squash`: sigmoid, tanh and all other non-linearities;
 * - `softmax`, `attentionSoftmax`; `pool`, `adaptivePool` (average pools of images that their output's size defines, global ones
 *   too), `reduction`: elements that are read; `resize`, `elementwise`, `lookup`: elements that are written; `blend`: of resizes by
 *   linear interpolation.
 */
export type Item =
  | 'convolution'
  | 'linear'
  | 'matmul'
  | 'attention'
  | 'recurrent'
  | 'convolutionBias'
  | 'convolutionBiasVector'
  | 'linearBias'
  | 'batchNorm'
  | 'batchNormAffine'
  | 'norm'
  | 'normAffine'
  | 'rmsNorm'
  | 'gates'
  | 'activation'
  | 'squash'
  | 'softmax'
  | 'attentionSoftmax'
  | 'pool'
  | 'adaptivePool'
  | 'reduction'
  | 'resize'
  | 'blend'
  | 'elementwise'
  | 'lookup';

export type Items = Readonly<Partial<Record<Item, number>>>;

/** relu6 is none: nn.ReLU6 calls hardtanh, which DeepSpeed does not see. */
const RECTIFIERS = new Set(['relu', 'relu2', 'leaky-relu', 'elu', 'gelu', 'gelu-tanh', 'silu']);

/** The line items of one forward operator. */
export function itemsOf(facts: GraphFacts, operator: Operator, attention: AttentionCount): Items {
  const { graph, parameterOf } = facts;
  const { kind, inputs, outputs, attributes } = operator;
  const read = elements(graph, inputs[0] ?? outputs[0]);
  const written = elements(graph, outputs[0]);
  switch (kind) {
    case 'convolution':
    case 'transposedConvolution':
      return { convolution: macsOf(graph, operator), ...convolutionBias(facts, operator, written) };
    case 'linear':
    case 'expertLinear':
      return { linear: macsOf(graph, operator), ...(inputs.length > 2 && { linearBias: written }) };
    case 'matmul':
    case 'einsum':
      return { [inputs.some((id) => parameterOf.has(id)) ? 'linear' : 'matmul']: macsOf(graph, operator) };
    case 'attention':
      return {
        attention: macsOf(graph, operator, attention),
        attentionSoftmax: attentionScores(facts, operator, attention),
      };
    case 'recurrent':
      return { recurrent: macsOf(graph, operator), gates: gateOperations(facts, operator) };
    case 'batchNormalize':
      return { batchNorm: written, ...(inputs.length > 1 && { batchNormAffine: written }) };
    case 'normalize':
      if (attributes.norm === 'rmsnorm') return { rmsNorm: written };
      return { norm: written, ...(inputs.length > 1 && { normAffine: written }) };
    case 'groupNormalize':
      return { norm: written, ...(inputs.length > 1 && { normAffine: written }) };
    case 'activation':
      return { [RECTIFIERS.has(attributes.activation ?? '') ? 'activation' : 'squash']: written };
    case 'softmax':
      return { softmax: written };
    case 'pool':
    case 'reduce':
      return { [poolItem(facts, operator)]: read };
    case 'resize':
      if (attributes.adaptive) return { [poolItem(facts, operator)]: read };
      return { resize: written, ...(attributes.function === 'linear' && { blend: written }) };
    case 'gather':
      return { lookup: written };
    case 'add':
      return { [isBias(facts, inputs) ? 'linearBias' : 'elementwise']: written };
    case 'multiply':
    case 'scale':
    case 'binary':
    case 'unary':
    case 'select':
      return { elementwise: written };
    default:
      return {};
  }
}

function convolutionBias({ graph }: GraphFacts, { inputs, outputs }: Operator, written: number): Items {
  if (inputs.length < 3) return {};
  const [batch] = graph.tensors[outputs[0]].shape;
  return { convolutionBias: written, convolutionBiasVector: batch * elements(graph, inputs[2]) };
}

/** A mean over all places is a pool only where its layer calls it one: tools tell `mean` from pooling by the name. */
function poolItem({ graph }: GraphFacts, { kind, inputs, attributes }: Operator): Item {
  const { adaptive = false, pool, reduction } = attributes;
  const isAverage = pool === 'average' || reduction === 'mean';
  if (adaptive && isAverage && graph.tensors[inputs[0]].shape.length === 4) return 'adaptivePool';
  return adaptive || kind === 'pool' ? 'pool' : 'reduction';
}

/** Additions and products a unit and step beside the matrix products, less the additions that those lack: with biases, without. */
const GATE_OPERATIONS = { lstm: [10, 2], gru: [7, 1], rnn: [1, 0] } as const;

function gateOperations({ graph }: GraphFacts, { inputs, attributes }: Operator): number {
  const { cell = 'lstm', hidden = 1, directions = 1 } = attributes;
  const [batch, steps] = graph.tensors[inputs[0]].shape;
  const isBiased = inputs.slice(1).some((id) => graph.tensors[id].shape.length === 1);
  return batch * steps * directions * hidden * GATE_OPERATIONS[cell][isBiased ? 0 : 1];
}

const isBias = ({ parameterOf }: GraphFacts, inputs: readonly TensorId[]): boolean =>
  inputs.some((id) => parameterOf.get(id)?.role === 'bias');

/** Probabilities that an `attention` operator computes. */
export function attentionScores({ graph }: GraphFacts, operator: Operator, count: AttentionCount): number {
  const [batch, heads, queries] = graph.tensors[operator.inputs[0]].shape;
  const keys = graph.tensors[operator.inputs[1]].shape[2];
  const { causal = false, slidingWindow } = operator.attributes;
  return batch * heads * (count === 'full' ? queries * keys : attendedPairs(queries, keys, causal, slidingWindow));
}

/** Multiply-accumulates among the items. */
export const productMacs = (items: Items): number =>
  (items.convolution ?? 0) +
  (items.linear ?? 0) +
  (items.matmul ?? 0) +
  (items.attention ?? 0) +
  (items.recurrent ?? 0);

/** Adds items to a sum in place. */
export function accumulate(sum: Partial<Record<Item, number>>, items: Items): void {
  for (const [item, amount] of Object.entries(items) as [Item, number][]) sum[item] = (sum[item] ?? 0) + amount;
}
