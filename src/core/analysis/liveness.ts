import type { Operator, TensorId } from '../graph/types.ts';

/** Operators that hand the same bytes on under another shape. */
const isView = ({ kind }: Operator): boolean => kind === 'reshape';

/**
 * Most bytes of operators' outputs that are alive at one time, each from its operator to its last reader, in the order of the
 * operators. `sizeOf` gives a tensor's bytes; `kept` are counted elsewhere; `results` live to the end.
 */
export function peakLiveBytes(
  operators: readonly Operator[],
  bytesOf: (id: TensorId) => number,
  { kept, results = [] }: { readonly kept?: ReadonlySet<TensorId>; readonly results?: readonly TensorId[] } = {},
): number {
  const root = viewRoots(operators);
  const lastRead = new Map<TensorId, number>();
  for (const [index, { inputs }] of operators.entries()) for (const id of inputs) lastRead.set(root(id), index);
  for (const id of results) lastRead.set(root(id), operators.length);
  const held = new Map<TensorId, number>();
  let [alive, peak] = [0, 0];
  for (const [index, operator] of operators.entries()) {
    for (const id of operator.outputs) {
      const bytes = isView(operator) || kept?.has(id) || !lastRead.has(id) ? 0 : bytesOf(id);
      if (bytes > 0) held.set(id, bytes);
      alive += bytes;
    }
    peak = Math.max(peak, alive);
    for (const id of operator.inputs) {
      if (lastRead.get(root(id)) !== index) continue;
      alive -= held.get(root(id)) ?? 0;
      held.delete(root(id));
    }
  }
  return peak;
}

/** The tensor whose bytes a tensor shows. */
function viewRoots(operators: readonly Operator[]): (id: TensorId) => TensorId {
  const roots = new Map<TensorId, TensorId>();
  const rootOf = (id: TensorId): TensorId => roots.get(id) ?? id;
  for (const operator of operators) if (isView(operator)) roots.set(operator.outputs[0], rootOf(operator.inputs[0]));
  return rootOf;
}
