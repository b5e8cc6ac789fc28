import type { Graph, Operator, TensorId } from '../../graph/types.ts';

/**
 * Residual branches by the tensor that is added to the stream: sums of equal shapes where one term is made from the other. The l-th of n
 * branches is dropped with probability `rate` l / n (Huang et al. 2016, equation 4).
 */
export function branchRates(graph: Graph, operators: readonly Operator[], rate: number): Map<TensorId, number> {
  const producer = new Map(operators.flatMap((operator) => operator.outputs.map((id) => [id, operator] as const)));
  const order = new Map(operators.map((operator, index) => [operator, index]));
  const orderOf = (id: TensorId): number => order.get(producer.get(id)!) ?? -1;
  /** Whether `from` is made from `stream`; what stands before it in the graph is not. */
  const dependsOn = (from: TensorId, stream: TensorId): boolean => {
    const [seen, open] = [new Set<TensorId>([from]), [from]];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      for (const input of producer.get(id)?.inputs ?? []) {
        if (input === stream) return true;
        if (orderOf(input) > orderOf(stream) && !seen.has(input)) open.push((seen.add(input), input));
      }
    }
    return false;
  };
  const isEqual = (a: TensorId, b: TensorId): boolean =>
    String(graph.tensors[a].shape) === String(graph.tensors[b].shape);
  const branches = operators.flatMap(({ kind, inputs: [a, b] }) => {
    if (kind !== 'add' || !isEqual(a, b)) return [];
    if (dependsOn(b, a)) return [b];
    return dependsOn(a, b) ? [a] : [];
  });
  return new Map(branches.map((id, index) => [id, (rate * (index + 1)) / branches.length]));
}
