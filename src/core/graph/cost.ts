import { sizeOf } from './shapes.ts';
import type { Graph, Operator } from './types.ts';

/**
 * Multiply-accumulates of one operator: those of matrix products alone. Additions of biases, norms, non-linearities,
 * softmax, look-ups and losses count zero, as in the papers whose FLOPs we compare with.
 */
export function macsOf(graph: Graph, operator: Operator): number {
  const shape = (index: number): readonly number[] => graph.tensors[operator.inputs[index]].shape;
  if (operator.kind !== 'matmul' && operator.kind !== 'linear') return 0;
  const inner = operator.attributes.transposeA ? shape(0).at(-2)! : shape(0).at(-1)!;
  return sizeOf(graph.tensors[operator.outputs[0]].shape) * inner;
}

/** Multiply-accumulates of every operator of one pass, or of both. */
export function totalMacs(graph: Graph, pass?: Operator['pass']): number {
  return graph.operators
    .filter((operator) => pass === undefined || operator.pass === pass)
    .reduce((sum, operator) => sum + macsOf(graph, operator), 0);
}
