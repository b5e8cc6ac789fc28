import { tensorsOf } from '../argument.ts';
import type { Argument } from '../argument.ts';
import type { Call } from '../call.ts';
import type { Lower } from '../call.ts';

type Entry = { readonly kind: 'all' | 'new' } | { readonly kind: 'one'; readonly at: number } | Slice;

interface Slice {
  readonly kind: 'slice';
  readonly start: number | undefined;
  readonly stop: number | undefined;
  readonly step: number;
}

/** x[key] with whole numbers, slices, an ellipsis and new axes. */
export const getItem: Lower = (call) => {
  if (tensorsOf(call.argument(1, 'key')).length > 0)
    throw call.refusal('x[key] with a tensor as key has no fixed shape');
  const entries = entriesOf(call);
  const own = entries.filter((entry) => entry.kind !== 'new');
  const sliced = call.add('slice', [call.x], boundsOf(call, own));
  const extents = [...call.shapeOf(sliced)];
  const shape = entries.flatMap((entry) => {
    if (entry.kind === 'new') return [1];
    const extent = extents.shift()!;
    return entry.kind === 'one' ? [] : [extent];
  });
  return shape.length === own.length && shape.length === entries.length ? sliced : call.reshape(sliced, shape);
};

/** One entry an axis of the tensor, and those of new axes between them. */
function entriesOf(call: Call): Entry[] {
  const key = call.argument(1, 'key') ?? null;
  const items = (Array.isArray(key) ? key : [key]) as readonly Argument[];
  const isDots = (item: Argument): boolean => (item as { class_name?: string } | null)?.class_name === '__ellipsis__';
  const named = items.filter((item) => item !== null && !isDots(item)).length;
  const rest = Array.from({ length: call.shape.length - named }, (): Entry => ({ kind: 'all' }));
  if (named > call.shape.length) throw call.refusal(`${named} places are named in [${call.shape}]`);
  const dots = items.findIndex(isDots);
  const entries = items.flatMap((item, index) => (index === dots ? rest : [entryOf(call, item)]));
  return dots >= 0 ? entries : [...entries, ...rest];
}

function entryOf(call: Call, item: Argument): Entry {
  if (item === null) return { kind: 'new' };
  if (typeof item === 'number') return { kind: 'one', at: item };
  const { class_name: name, config } = item as { class_name?: string; config?: Record<string, number | null> };
  if (name !== '__slice__' || config === undefined)
    throw call.refusal('x[key] is known for numbers, slices, ... and new axes');
  return { kind: 'slice', start: config.start ?? undefined, stop: config.stop ?? undefined, step: config.step ?? 1 };
}

function boundsOf(call: Call, entries: readonly Entry[]): { starts: number[]; ends: number[]; steps: number[] } {
  const steps = entries.map((entry) => (entry.kind === 'slice' ? entry.step : 1));
  const starts = entries.map((entry, axis) => {
    if (entry.kind === 'one') return entry.at < 0 ? entry.at + call.shape[axis] : entry.at;
    if (entry.kind === 'slice' && entry.start !== undefined) return entry.start;
    return steps[axis] > 0 ? 0 : call.shape[axis] - 1;
  });
  const ends = entries.map((entry, axis) => {
    if (entry.kind === 'one') return starts[axis] + 1;
    if (entry.kind === 'slice' && entry.stop !== undefined) return entry.stop;
    return steps[axis] > 0 ? call.shape[axis] : -call.shape[axis] - 1;
  });
  return { starts, ends, steps };
}
