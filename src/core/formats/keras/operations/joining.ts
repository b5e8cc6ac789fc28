import { EQUAL_PARTS } from '../../../graph/shapes.ts';
import { sizeOf } from '../../../graph/sizes.ts';
import type { TensorId } from '../../../graph/types.ts';
import { MOST_PARTS } from '../../limits.ts';
import { tensorsOf } from '../argument.ts';
import type { Call, Lower } from '../call.ts';

const concatenate: Lower = (call) =>
  call.add('concat', call.inputs.length > 0 ? call.inputs : tensorsOf(call.named.xs), {
    axis: call.axis(call.config.find('axis')?.integer() ?? 0),
  });

const stack: Lower = (call) => {
  const rank = call.shape.length + 1;
  const axis = call.axis(call.config.find('axis')?.integer() ?? 0, rank);
  const parts = call.inputs.map((x) =>
    call.reshape(x, [...call.shapeOf(x).slice(0, axis), 1, ...call.shapeOf(x).slice(axis)]),
  );
  return call.add('concat', parts, { axis });
};

/** Into equal parts, or at given places. */
const split: Lower = (call) => {
  const axis = call.axis(call.config.find('axis')?.integer() ?? 0);
  const cursor = call.config.get('indices_or_sections');
  const extent = call.shape[axis];
  const places = cursor.isArray ? [0, ...cursor.integers({ min: 0, max: extent }), extent] : undefined;
  const parts = places === undefined ? cursor.integer({ min: 1, max: Math.min(extent, MOST_PARTS) }) : 0;
  const sizes =
    places?.slice(1).map((place, index) => place - places[index]) ?? Array<number>(parts).fill(extent / parts);
  const ids = call.addAll('split', [call.x], { axis, sizes, ...(places ? {} : { function: EQUAL_PARTS }) });
  if (places !== undefined)
    call.around.bindings.operators.set(ids[0], {
      sizes: (value) => call.setter('indices_or_sections')(starts(value as readonly number[])),
    });
  return ids;
};

const starts = (sizes: readonly number[]): number[] =>
  sizes.slice(0, -1).map((_, index) => sizes.slice(0, index + 1).reduce((sum, size) => sum + size, 0));

/** Into parts that differ by one place at most, the longer ones first. */
const arraySplit: Lower = (call) => {
  const axis = call.axis(call.config.find('axis')?.integer() ?? 0);
  const parts = call.config.get('indices_or_sections');
  if (parts.isArray) return split(call);
  const [extent, count] = [call.shape[axis], parts.integer({ min: 1, max: Math.min(call.shape[axis], MOST_PARTS) })];
  const sizes = Array.from(
    { length: count },
    (_, part) => Math.floor(extent / count) + (part < extent % count ? 1 : 0),
  );
  return call.addAll('split', [call.x], { axis, sizes });
};

/** Every place of an axis as a tensor of its own. */
const unstack: Lower = (call) => {
  const axis = call.axis(call.config.find('axis')?.integer() ?? 0);
  if (call.shape[axis] > MOST_PARTS)
    throw call.refusal(`Unstack would make ${call.shape[axis]} tensors; at most ${MOST_PARTS} are read`);
  const sizes = Array<number>(call.shape[axis]).fill(1);
  const rest = call.shape.filter((_, at) => at !== axis);
  return call.addAll('split', [call.x], { axis, sizes }).map((part) => call.reshape(part, rest));
};

/** Joined along an axis after each has so many axes: NumPy's atleast_nd, with the new ones behind. */
const along =
  (axisOf: (rank: number) => number, rank: number): Lower =>
  (call) => {
    const parts = call.inputs.map((x) => widened(call, x, rank));
    return call.add('concat', parts, { axis: axisOf(call.shapeOf(parts[0]).length) });
  };

function widened(call: Call, x: TensorId, rank: number): TensorId {
  const shape = call.shapeOf(x);
  return shape.length >= rank ? x : call.reshape(x, [...shape, ...Array<number>(rank - shape.length).fill(1)]);
}

/** Two tensors along an axis, or both flat. */
const append: Lower = (call) => {
  const parts = [call.tensor(0, 'x1'), call.tensor(1, 'x2')];
  const axis = call.config.find('axis')?.integer();
  if (axis !== undefined) return call.add('concat', parts, { axis: call.axis(axis) });
  const flat = parts.map((x) => call.reshape(x, [sizeOf(call.shapeOf(x))]));
  return call.add('concat', flat, { axis: 0 });
};

export const JOINING_OPERATIONS: Readonly<Record<string, Lower>> = {
  Concatenate: concatenate,
  Stack: stack,
  Hstack: along((rank) => (rank === 1 ? 0 : 1), 1),
  Vstack: along(() => 0, 2),
  Dstack: along(() => 2, 3),
  Append: append,
  Split: split,
  ArraySplit: arraySplit,
  Unstack: unstack,
};
