import { flowingTensors } from './regions.ts';
import type { Graph, Operator, TensorId } from './types.ts';

/**
 * What a block of layers computes beside the flow for itself alone: the mask of its attention, its table of relative
 * positions, what nothing reads but the shape of. Operators between the block's first and last one.
 */
export function besideOf(graph: Graph): (block: ReadonlySet<Operator>) => Set<Operator> {
  const { operators } = graph;
  const flowing = flowingTensors(graph);
  const place = new Map(operators.map((operator, index) => [operator, index]));
  const readers = readersOf(graph);
  const given = new Set(Object.values(graph.outputs));
  return (block) => {
    const inside = new Set(block);
    const made = new Set([...block].flatMap(({ outputs }) => outputs));
    const isOwn = ({ inputs, outputs }: Operator): boolean => {
      const isRead = outputs.flatMap((id) => readers.get(id) ?? []);
      if (outputs.some((id) => given.has(id))) return false;
      if (isRead.length === 0) return inputs.some((id) => made.has(id));
      return isRead.every((reader) => inside.has(reader)) && !outputs.some((id) => flowing.has(id));
    };
    const places = [...block].map((operator) => place.get(operator)!);
    for (let at = Math.max(...places); at > Math.min(...places); at--)
      if (isOwn(operators[at])) inside.add(operators[at]);
    return inside;
  };
}

function readersOf({ operators }: Graph): Map<TensorId, Operator[]> {
  const readers = new Map<TensorId, Operator[]>();
  for (const operator of operators) {
    for (const id of operator.inputs) {
      const known = readers.get(id);
      if (known) known.push(operator);
      else readers.set(id, [operator]);
    }
  }
  return readers;
}
