import type { Graph, OperatorKind, TensorId } from '../graph/types.ts';
import { Weights } from './weights.ts';

const PRODUCTS: ReadonlySet<OperatorKind> = new Set([
  'linear',
  'matmul',
  'einsum',
  'convolution',
  'transposedConvolution',
]);
const NORMS: ReadonlySet<OperatorKind> = new Set(['normalize', 'batchNormalize', 'groupNormalize']);

/**
 * Matrices that make a model's outputs: the last product before an output, behind biases, activations and pooling. A sum of two
 * computed tensors, or a norm, ends the way back: what stands before it is hidden. Files do not name their heads.
 */
export function outputWeights(graph: Graph): Set<TensorId> {
  const weights = new Weights(graph);
  const found = new Set<TensorId>();
  const seen = new Set<TensorId>();
  const open = Object.values(graph.outputs);
  while (open.length > 0) {
    const id = open.pop()!;
    const maker = seen.has(id) ? undefined : weights.makerOf(id);
    seen.add(id);
    if (!maker || NORMS.has(maker.kind)) continue;
    const data = weights.dataOf(maker);
    const matrices = PRODUCTS.has(maker.kind)
      ? weights.of(maker).filter((one) => weights.tensor(one).shape.length > 1)
      : [];
    for (const matrix of matrices) found.add(matrix);
    if (matrices.length === 0 && (data.length === 1 || maker.kind === 'concat')) open.push(...data);
  }
  return found;
}
