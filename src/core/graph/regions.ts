import type { Graph, Operator, TensorId } from './types.ts';

/**
 * Operators between two tensors through which alone everything flows from one to the other: a residual block with its
 * shortcut, one branch of it, or a single operator of a chain.
 */
export interface Region {
  readonly from: TensorId;
  readonly to: TensorId;
  /** In order. */
  readonly operators: readonly Operator[];
}

/** Regions one after the other. */
export type Chain = readonly Region[];

/** Every maximal chain of smallest regions, the trunk of the graph and those inside its branches. */
export function chainsOf(graph: Graph): Chain[] {
  const flow = flowOf(graph);
  const order = [...flow.inputsOf.keys()];
  const before = dominators(order, (id) => flow.inputsOf.get(id)!);
  const after = dominators(order.toReversed(), (id) => flow.readersOf.get(id)!);
  const next = new Map<TensorId, TensorId>();
  for (const id of order) {
    const end = after.get(id);
    if (end !== undefined && before.get(end) === id) next.set(id, end);
  }
  const ends = new Set(next.values());
  return [...next.keys()]
    .filter((id) => !ends.has(id))
    .map((start) => {
      const chain: Region[] = [];
      for (let from = start; next.has(from); from = next.get(from)!)
        chain.push({ from, to: next.get(from)!, operators: between(graph, flow, from, next.get(from)!) });
      return chain;
    });
}

/** No tensor: what lies before the inputs and behind the outputs. */
const NONE = -1;

/**
 * What flows from the model's inputs through its weights to its outputs. Masks and tables of positions stand beside: they
 * come from inputs without weights, or from weights without inputs.
 */
interface Flow {
  readonly inputsOf: ReadonlyMap<TensorId, readonly TensorId[]>;
  readonly readersOf: ReadonlyMap<TensorId, readonly TensorId[]>;
  readonly makerOf: ReadonlyMap<TensorId, Operator>;
}

function flowOf(graph: Graph): Flow {
  const flowing = flowingTensors(graph);
  const alive = aliveTensors(graph);
  const inputsOf = new Map<TensorId, TensorId[]>();
  const makerOf = new Map<TensorId, Operator>();
  for (const operator of graph.operators) {
    for (const id of operator.outputs.filter((one) => flowing.has(one) && alive.has(one))) {
      const inputs = [...new Set(operator.inputs.filter((input) => flowing.has(input)))];
      const entering =
        inputs.length > 0 ? inputs : operator.inputs.filter((input) => graph.tensors[input].source === 'input');
      for (const input of entering) if (!inputsOf.has(input)) inputsOf.set(input, []);
      inputsOf.set(id, entering);
      makerOf.set(id, operator);
    }
  }
  const readersOf = new Map([...inputsOf.keys()].map((id): [TensorId, TensorId[]] => [id, []]));
  for (const [id, inputs] of inputsOf) for (const input of inputs) readersOf.get(input)!.push(id);
  for (const id of Object.values(graph.outputs)) readersOf.get(id)?.push(NONE);
  return { inputsOf, readersOf, makerOf };
}

export function flowingTensors({ tensors, operators }: Graph): Set<TensorId> {
  const fed = new Set<TensorId>(tensors.filter(({ source }) => source === 'input').map(({ id }) => id));
  const flowing = new Set<TensorId>();
  for (const { inputs, outputs } of operators) {
    const isFed = inputs.some((id) => fed.has(id));
    const isWeighted = inputs.some((id) => tensors[id].source === 'parameter');
    const flows = inputs.some((id) => flowing.has(id)) || (isFed && isWeighted);
    for (const id of outputs) {
      if (isFed) fed.add(id);
      if (flows) flowing.add(id);
    }
  }
  return flowing;
}

/** Tensors that an output depends on. */
function aliveTensors({ operators, outputs }: Graph): Set<TensorId> {
  const alive = new Set<TensorId>(Object.values(outputs));
  for (const operator of operators.toReversed())
    if (operator.outputs.some((id) => alive.has(id))) for (const id of operator.inputs) alive.add(id);
  return alive;
}

/** The nearest tensor that every way into a tensor passes: Cooper, Harvey and Kennedy 2001, in one pass since nothing cycles. */
function dominators(
  order: readonly TensorId[],
  sourcesOf: (id: TensorId) => readonly TensorId[],
): Map<TensorId, TensorId> {
  const place = new Map(order.map((id, index) => [id, index]));
  const nearest = new Map<TensorId, TensorId>();
  const meet = (a: TensorId, b: TensorId): TensorId => {
    let [x, y] = [a, b];
    while (x !== y) {
      if (x === NONE || y === NONE) return NONE;
      if (place.get(x)! > place.get(y)!) x = nearest.get(x)!;
      else y = nearest.get(y)!;
    }
    return x;
  };
  for (const id of order) {
    const sources = sourcesOf(id);
    nearest.set(id, sources.length === 0 ? NONE : sources.reduce(meet));
  }
  return nearest;
}

/** The operators on the ways between two tensors. */
function between(graph: Graph, { inputsOf, makerOf }: Flow, from: TensorId, to: TensorId): Operator[] {
  const found = new Set<Operator>();
  const pending = [to];
  while (pending.length > 0) {
    const id = pending.pop()!;
    const maker = id === from ? undefined : makerOf.get(id);
    if (!maker || found.has(maker)) continue;
    found.add(maker);
    pending.push(...inputsOf.get(id)!);
  }
  return graph.operators.filter((operator) => found.has(operator));
}
