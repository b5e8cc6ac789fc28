import type { Graph, Operator, TensorId } from './types.ts';

/** The operators that some tensors depend on, in the order of the graph. */
export function operatorsFor(graph: Graph, outputs: Iterable<TensorId>): Operator[] {
  const needed = new Set(outputs);
  const kept = graph.operators.toReversed().filter((operator) => {
    if (!operator.outputs.some((id) => needed.has(id))) return false;
    for (const input of operator.inputs) needed.add(input);
    return true;
  });
  return kept.reverse();
}
