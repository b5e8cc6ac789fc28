import type { Graph, Operator, TensorId } from '../graph/types.ts';
import { Weights } from './weights.ts';

/** The weights of a graph's residual branches. */
export interface Branches {
  /** Every weight on a branch, its norm among them. */
  readonly inside: ReadonlySet<TensorId>;
  /** Weights of the last layer of each branch: a multiplier there is one of the branch. */
  readonly last: ReadonlySet<TensorId>;
}

/**
 * Branches x -> f(x) of every sum x + f(x), found by walking back from the one operand to the other. Sums of tables, and of branches
 * that both hold layers, such as a projected shortcut, are none.
 */
export function residualBranches(graph: Graph): Branches {
  const weights = new Weights(graph);
  const [inside, last] = [new Set<TensorId>(), new Set<TensorId>()];
  for (const operator of graph.operators) {
    const data = isSum(operator) ? weights.dataOf(operator) : [];
    if (data.length !== 2) continue;
    const found = branchOf(weights, data[1], data[0]) ?? branchOf(weights, data[0], data[1]);
    if (!found) continue;
    for (const id of found.operators.flatMap((one) => weights.of(one))) inside.add(id);
    for (const id of lastWeights(weights, found.branch)) last.add(id);
  }
  return { inside, last };
}

const isSum = ({ kind, attributes }: Operator): boolean =>
  kind === 'add' || (kind === 'binary' && attributes.function === 'add');

/** The operators between a branch's end and the stream that it is added to; undefined where it does not come from there. */
function branchOf(
  weights: Weights,
  branch: TensorId,
  stream: TensorId,
): { branch: TensorId; operators: Operator[] } | undefined {
  const ends = streamOf(weights, stream);
  // What was made before the stream does not come from it.
  const start = Math.min(...[...ends].map((id) => weights.placeOf(id)));
  const [seen, operators] = [new Set<TensorId>(), [] as Operator[]];
  let isFromStream = false;
  const open = [branch];
  while (open.length > 0) {
    const id = open.pop()!;
    if (ends.has(id)) isFromStream = true;
    if (ends.has(id) || seen.has(id)) continue;
    seen.add(id);
    const maker = weights.makerOf(id);
    if (!maker || weights.placeOf(id) < start) continue;
    operators.push(maker);
    open.push(...weights.dataOf(maker));
  }
  return isFromStream && operators.some((one) => weights.of(one).length > 0) ? { branch, operators } : undefined;
}

/** A stream, and what was summed to it: parallel branches leave from before the sum. */
function streamOf(weights: Weights, id: TensorId): Set<TensorId> {
  const maker = weights.makerOf(id);
  if (!maker || !isSum(maker)) return new Set([id]);
  return new Set([id, ...weights.dataOf(maker)]);
}

/** Weights of more than a bias that the end of a branch meets first on the way back. */
function lastWeights(weights: Weights, branch: TensorId): TensorId[] {
  let id: TensorId | undefined = branch;
  while (id !== undefined) {
    const maker = weights.makerOf(id);
    if (!maker) return [];
    const found = isSum(maker) ? [] : weights.of(maker).filter((one) => !isBias(weights, one));
    if (found.length > 0) return found;
    const data: TensorId[] = weights.dataOf(maker);
    id = data.length === 1 ? data[0] : undefined;
  }
  return [];
}

const isBias = ({ graph }: Weights, id: TensorId): boolean =>
  graph.parameters.some(({ tensor, parameter }) => tensor === id && parameter.role === 'bias');
