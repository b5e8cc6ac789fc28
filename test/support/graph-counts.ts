import { totalMacs } from '../../src/core/graph/cost.ts';
import { sizeOf } from '../../src/core/graph/shapes.ts';
import type { Graph, Operator } from '../../src/core/graph/types.ts';

/** Counts of a forward graph in the conventions of published tables. */
export interface GraphCounts {
  readonly params: number;
  /** Elements of running statistics. */
  readonly buffers: number;
  readonly macs: number;
  /** With one addition an output where a convolution or linear layer has a bias, as pycls counts. */
  readonly macsWithBias: number;
  /** Elements that convolutions and linear layers put out. */
  readonly acts: number;
  /** Elements that max pools put out: pycls adds them to the acts. */
  readonly pooled: number;
}

export function graphCounts(graph: Graph): GraphCounts {
  const outputs = (operators: readonly Operator[]): number =>
    operators.reduce((sum, { outputs: [first] }) => sum + sizeOf(graph.tensors[first].shape), 0);
  const ofKind = (...kinds: readonly string[]): Operator[] =>
    graph.operators.filter(({ kind }) => kinds.includes(kind));
  const products = ofKind('convolution', 'linear');
  const macs = totalMacs(graph);
  return {
    params: graph.parameters.reduce((sum, { parameter }) => sum + sizeOf(parameter.shape), 0),
    buffers: graph.buffers.reduce((sum, { tensor }) => sum + sizeOf(graph.tensors[tensor].shape), 0),
    macs,
    macsWithBias: macs + outputs(products.filter(({ inputs }) => inputs.length > 2)),
    acts: outputs(products),
    pooled: outputs(ofKind('pool').filter(({ attributes }) => attributes.pool === 'max')),
  };
}
