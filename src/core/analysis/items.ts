import { attendedPairs, macsOf } from '../graph/cost.ts';
import type { AttentionCount } from '../graph/cost.ts';
import type { Operator, TensorId } from '../graph/types.ts';
import { elements } from './facts.ts';
import type { GraphFacts } from './facts.ts';

/**
 * What a tool may count of an operator. Products in multiply-accumulates: `convolution`, `linear` (a weight times activations),
 * `matmul` (two activations), `attention` (scores and values), `recurrent`. All others in elements, an operation each if at all:
 * - `convolutionBias`, `linearBias`: additions of a bias; `convolutionBiasVector`: channels of a convolution's bias, once a sample;
 * - `batchNorm`, `norm` (layer and group norms): elements normalised; `batchNormAffine`, `normAffine`: those with a gain;
 * - `activation`: rectifiers and their smooth kin; `squash`: sigmoid, tanh and all other non-linearities;
 * - `softmax`, `attentionSoftmax`; `pool`, `globalPool`, `reduction`: elements that are read; `resize`, `elementwise`, `lookup`: elements that are written.
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
  | 'activation'
  | 'squash'
  | 'softmax'
  | 'attentionSoftmax'
  | 'pool'
  | 'globalPool'
  | 'reduction'
  | 'resize'
  | 'elementwise'
  | 'lookup';

export type Items = Readonly<Partial<Record<Item, number>>>;

const RECTIFIERS = new Set(['relu', 'relu6', 'relu2', 'leaky-relu', 'elu', 'gelu', 'gelu-tanh', 'silu']);

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
      return { recurrent: macsOf(graph, operator) };
    case 'batchNormalize':
      return { batchNorm: written, ...(inputs.length > 1 && { batchNormAffine: written }) };
    case 'normalize':
    case 'groupNormalize':
      return { norm: written, ...(inputs.length > 1 && { normAffine: written }) };
    case 'activation':
      return { [RECTIFIERS.has(attributes.activation ?? '') ? 'activation' : 'squash']: written };
    case 'softmax':
      return { softmax: written };
    case 'pool':
      return { pool: read };
    case 'reduce':
      return { [isGlobalPool(facts, operator) ? 'globalPool' : 'reduction']: read };
    case 'resize':
      return { resize: written };
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

/** Whether all places of an image become one. */
function isGlobalPool({ graph }: GraphFacts, { inputs, attributes: { reduction, axes = [] } }: Operator): boolean {
  const rank = graph.tensors[inputs[0]].shape.length;
  return rank >= 4 && axes.length === rank - 2 && (reduction === 'mean' || reduction === 'max');
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
