import { sizeOf } from '../../../graph/sizes.ts';
import type { AttributeSetters } from '../bindings.ts';
import type { Call } from '../call.ts';
import type { Lower } from '../call.ts';
import { channelsMoved, imageOf, isChannelsLast, spatialRank } from './spatial.ts';

const flatten: Lower = (call) => {
  const x = isChannelsLast(call) || call.shape.length < 3 ? call.x : channelsMoved(call, call.x, 'last');
  return call.reshape(x, [call.shape[0], sizeOf(call.shape.slice(1))]);
};

/** Fills in the one extent of -1. */
export function filled(call: Call, target: readonly number[], size: number): number[] {
  const known = sizeOf(target.filter((extent) => extent !== -1));
  if (target.filter((extent) => extent === -1).length > 1) throw call.refusal(`[${target}] leaves two extents open`);
  return target.map((extent) => (extent === -1 ? size / known : extent));
}

/** Sets the extents of a target without the batch; those of -1 stay. */
const targetSetter = (call: Call, key: string): AttributeSetters => ({
  shape: (value) => {
    const target = call.config.get(key).integers();
    const next = (value as readonly number[]).slice(1);
    call.setter(key)(
      next.map((extent, index) => (target[index] === -1 && next.length === target.length ? -1 : extent)),
    );
  },
});

const reshape: Lower = (call) => {
  const target = call.config.get('target_shape').integers({ min: -1 });
  const shape = filled(call, target, sizeOf(call.shape.slice(1)));
  return call.reshape(call.x, [call.shape[0], ...shape], targetSetter(call, 'target_shape'));
};

const permute: Lower = (call) => {
  const dims = call.config.get('dims').integers({ min: 1, max: call.shape.length - 1 });
  if (new Set(dims).size !== call.shape.length - 1)
    throw call.refusal(`[${dims}] is no order of the axes of [${call.shape}]`);
  return call.add('transpose', [call.x], { permutation: [0, ...dims] });
};

const repeatVector: Lower = (call) => {
  const [batch, width] = call.withRank(2);
  const setters: AttributeSetters = { shape: (value) => call.setter('n')((value as readonly number[])[1]) };
  return call.add(
    'broadcast',
    [call.reshape(call.x, [batch, 1, width])],
    { shape: [batch, call.count('n'), width] },
    setters,
  );
};

/** Cells before and after each spatial axis: one number, one an axis, or a pair an axis. A single axis may be written as a pair. */
function sidesOf(call: Call, key: string, rank: number): [number, number][] {
  const cursor = call.config.get(key);
  if (!cursor.isArray)
    return Array.from({ length: rank }, () => [cursor.integer({ min: 0 }), cursor.integer({ min: 0 })]);
  const items = cursor.items();
  if (rank === 1 && items.length === 2 && !items[0].isArray)
    return [[items[0].integer({ min: 0 }), items[1].integer({ min: 0 })]];
  if (items.length !== rank) throw cursor.unlike(`${rank} numbers or pairs`);
  return items.map((item) => {
    const [before, after] = item.isArray
      ? item.integers({ min: 0 })
      : [item.integer({ min: 0 }), item.integer({ min: 0 })];
    return [before, after];
  });
}

const zeroPadding: Lower = (call) => {
  const rank = spatialRank(call);
  const { spatial } = imageOf(call);
  const sides = sidesOf(call, 'padding', rank);
  const padding = call.shape.map((_, axis) => sides[spatial.indexOf(axis)] ?? ([0, 0] as [number, number]));
  return call.add('pad', [call.x], { padding });
};

const cropping: Lower = (call) => {
  const { spatial } = imageOf(call);
  const sides = sidesOf(call, 'cropping', spatialRank(call));
  const starts = call.shape.map((_, axis) => sides[spatial.indexOf(axis)]?.[0] ?? 0);
  const cuts = call.shape.map((_, axis) => sides[spatial.indexOf(axis)]?.[1] ?? 0);
  if (call.shape.some((extent, axis) => starts[axis] + cuts[axis] >= extent))
    throw call.refusal(`nothing is left of [${call.shape}] after the crop`);
  // Counted from the end, so that an image of another size is cut by as much.
  const ends = cuts.map((cut, axis) => (cut > 0 ? -cut : call.shape[axis]));
  return call.add('slice', [call.x], { starts, ends });
};

const upSampling: Lower = (call) => {
  const { last } = imageOf(call);
  return call.add('resize', [call.x], {
    scales: call.counts('size', spatialRank(call), 2),
    channelsLast: last,
    function: (call.config.find('interpolation')?.string() ?? 'nearest').replace(/^bi(?=linear)/, ''),
  });
};

const inDimensions = (name: string, lower: Lower): Record<string, Lower> =>
  Object.fromEntries([1, 2, 3].map((n) => [`${name}${n}D`, lower]));

export const RESHAPING_LAYERS: Readonly<Record<string, Lower>> = {
  Flatten: flatten,
  Reshape: reshape,
  Permute: permute,
  RepeatVector: repeatVector,
  ...inDimensions('ZeroPadding', zeroPadding),
  ...inDimensions('Cropping', cropping),
  ...inDimensions('UpSampling', upSampling),
};
