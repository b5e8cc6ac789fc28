import { einsumExtents, lettersOf } from './einsum.ts';
import { sizeOf } from './sizes.ts';
import { filterAxes } from './spatial.ts';
import type { Graph, Operator } from './types.ts';

/** `full` counts every score of attention, as papers and most tools do; `causal` those that the mask and the window leave. */
export type AttentionCount = 'full' | 'causal';

type Shape = readonly number[];

/** Pairs of query and key that one head looks at. Query i of s stands at key t - s + i. */
export function attendedPairs(queries: number, keys: number, causal: boolean, slidingWindow = Infinity): number {
  if (!causal && slidingWindow === Infinity) return queries * keys;
  let pairs = 0;
  for (let i = 0; i < queries; i++) pairs += Math.min(causal ? keys - queries + i + 1 : keys, slidingWindow);
  return pairs;
}

function attentionMacs(q: Shape, k: Shape, v: Shape, operator: Operator, count: AttentionCount): number {
  const { causal = false, slidingWindow } = operator.attributes;
  const pairs = count === 'full' ? q[2] * k[2] : attendedPairs(q[2], k[2], causal, slidingWindow);
  return q[0] * q[1] * pairs * (k[3] + v[3]);
}

/** Matrix products a step of each kind of cell. */
export const GATES = { lstm: 4, gru: 3, rnn: 1 } as const;

function recurrentMacs(x: Shape, { attributes }: Operator): number {
  const { cell = 'lstm', hidden = 1, directions = 1 } = attributes;
  return x[0] * x[1] * directions * GATES[cell] * hidden * (x[2] + hidden);
}

/**
 * Multiply-accumulates of one operator: those of matrix products and convolutions alone. Additions of biases, norms,
 * non-linearities, softmax, pooling, look-ups and losses count zero, as in the papers whose FLOPs we compare with.
 */
export function macsOf(graph: Graph, operator: Operator, attention: AttentionCount = 'full'): number {
  const shape = (index: number): Shape => graph.tensors[operator.inputs[index]].shape;
  const { attributes } = operator;
  const outputs = (): number => sizeOf(graph.tensors[operator.outputs[0]].shape);
  switch (operator.kind) {
    case 'matmul':
    case 'linear':
      return outputs() * (attributes.transposeA ? shape(0).at(-2)! : shape(0).at(-1)!);
    case 'convolution': {
      const { out } = filterAxes(attributes.filters ?? 'out-in-spatial', shape(1).length);
      const isDepthwise = attributes.filters === 'spatial-channel-multiplier';
      const channels = isDepthwise ? sizeOf(shape(1).slice(-2)) : shape(1)[out];
      return outputs() * (sizeOf(shape(1)) / channels);
    }
    case 'transposedConvolution': {
      const axes = filterAxes(attributes.filters ?? 'in-out-spatial', shape(1).length);
      return sizeOf(shape(0)) * (sizeOf(shape(1)) / shape(1)[axes.in]);
    }
    case 'attention':
      return attentionMacs(shape(0), shape(1), shape(2), operator, attention);
    case 'recurrent':
      return recurrentMacs(shape(0), operator);
    case 'expertLinear':
      return outputs() * shape(1)[1];
    case 'einsum':
      return einsumMacs(
        operator.inputs.map((_, i) => shape(i)),
        attributes.equation!,
      );
    default:
      return 0;
  }
}

/** A product that sums over nothing is element by element, as `multiply` is. */
function einsumMacs(inputs: readonly Shape[], equation: string): number {
  const extents = einsumExtents(inputs, equation);
  const { output } = lettersOf(
    equation,
    inputs.map(({ length }) => length),
  );
  const isSum = inputs.length > 1 && [...extents.keys()].some((letter) => !output.includes(letter));
  return isSum ? [...extents.values()].reduce((a, b) => a * b, 1) : 0;
}

/** Multiply-accumulates of every operator of one pass, or of both. */
export function totalMacs(graph: Graph, pass?: Operator['pass'], attention: AttentionCount = 'full'): number {
  return graph.operators
    .filter((operator) => pass === undefined || operator.pass === pass)
    .reduce((sum, operator) => sum + macsOf(graph, operator, attention), 0);
}
