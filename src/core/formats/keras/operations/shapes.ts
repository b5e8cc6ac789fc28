import { sizeOf } from '../../../graph/sizes.ts';
import type { TensorId } from '../../../graph/types.ts';
import type { AttributeSetters } from '../bindings.ts';
import type { Call } from '../call.ts';
import type { Lower } from '../call.ts';
import { filled } from '../layers/reshaping.ts';

/** A target shape with the batch; null and -1 stand for what follows from the size. Sets keep those open. */
const reshape: Lower = (call) => {
  const key = call.config.has('newshape') ? 'newshape' : 'shape';
  const said = call.config
    .get(key)
    .items()
    .map((extent) => (extent.isNull ? null : extent.integer({ min: -1 })));
  const target = said.map((extent, index) => extent ?? call.shape[index] ?? -1);
  const setters: AttributeSetters = {
    shape: (value) => {
      const next = value as readonly number[];
      call.setter(key)(
        next.map((extent, index) =>
          said[index] === null ? (null as unknown as number) : said[index] === -1 ? -1 : extent,
        ),
      );
    },
  };
  return call.reshape(call.x, filled(call, target, sizeOf(call.shape)), setters);
};

const transpose: Lower = (call) => {
  const axes = call.config
    .find('axes')
    ?.integers()
    .map((axis) => call.axis(axis));
  return call.add('transpose', [call.x], {
    permutation: axes ?? call.shape.map((_, axis) => call.shape.length - 1 - axis),
  });
};

const swapAxes: Lower = (call) => {
  const [a, b] = ['axis1', 'axis2'].map((key) => call.axis(call.config.get(key).integer()));
  return call.add('transpose', [call.x], {
    permutation: call.shape.map((_, axis) => (axis === a ? b : axis === b ? a : axis)),
  });
};

const moveAxis: Lower = (call) => {
  const list = (key: string): number[] => {
    const cursor = call.config.get(key);
    return (cursor.isArray ? cursor.integers() : [cursor.integer()]).map((axis) => call.axis(axis));
  };
  const [sources, destinations] = [list('source'), list('destination')];
  const order = call.shape.map((_, axis) => axis).filter((axis) => !sources.includes(axis));
  const pairs = destinations.map((to, index): [number, number] => [to, sources[index]]).sort(([a], [b]) => a - b);
  for (const [to, from] of pairs) order.splice(to, 0, from);
  return call.add('transpose', [call.x], { permutation: order });
};

const expandDims: Lower = (call) => {
  const cursor = call.config.get('axis');
  const axes = cursor.isArray ? cursor.integers() : [cursor.integer()];
  const rank = call.shape.length + axes.length;
  const added = new Set(axes.map((axis) => (axis < 0 ? axis + rank : axis)));
  const rest = [...call.shape];
  return call.reshape(
    call.x,
    Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (rest.shift() ?? 1))),
  );
};

const squeeze: Lower = (call) => {
  const cursor = call.config.find('axis');
  const axes =
    cursor === undefined
      ? undefined
      : (cursor.isArray ? cursor.integers() : [cursor.integer()]).map((axis) => call.axis(axis));
  return call.reshape(
    call.x,
    call.shape.filter((extent, axis) => (axes === undefined ? extent !== 1 : !axes.includes(axis))),
  );
};

const broadcastTo: Lower = (call) => {
  const said = call.config.get('shape').items();
  const shape = said.map((extent, axis) =>
    extent.isNull || extent.value === -1
      ? call.shape[axis + call.shape.length - said.length]
      : extent.integer({ min: 0 }),
  );
  return call.add('broadcast', [call.x], { shape }, { shape: (value) => call.setter('shape')(value) });
};

/** A tensor of another shape that is made of copies of the input. */
const copies = (call: Call, shape: readonly number[]): TensorId =>
  call.add('generate', [call.x], { shape, function: call.className });

const repeat: Lower = (call) => {
  const times = call.config.get('repeats').integer({ min: 0 });
  const axis = call.config.find('axis')?.integer();
  if (axis === undefined) return copies(call, [sizeOf(call.shape) * times]);
  return copies(
    call,
    call.shape.map((extent, at) => (at === call.axis(axis) ? extent * times : extent)),
  );
};

const tile: Lower = (call) => {
  const cursor = call.config.get('repeats');
  const times = cursor.isArray ? cursor.integers({ min: 0 }) : [cursor.integer({ min: 0 })];
  const rank = Math.max(times.length, call.shape.length);
  const at = (values: readonly number[], axis: number): number => values[axis - rank + values.length] ?? 1;
  return copies(
    call,
    Array.from({ length: rank }, (_, axis) => at(call.shape, axis) * at(times, axis)),
  );
};

const pad: Lower = (call) => {
  const cursor = call.config.get('pad_width');
  const pairs =
    cursor.isArray && cursor.items().every((item) => item.isArray)
      ? cursor.items().map((item) => item.integers())
      : undefined;
  const both = cursor.isArray ? (cursor.value as number[]) : [cursor.integer(), cursor.integer()];
  const padding = call.shape.map((_, axis): [number, number] => {
    const [before, after = before] =
      pairs === undefined ? both : pairs.length === 1 ? pairs[0] : (pairs[axis] ?? [0, 0]);
    return [before, after];
  });
  return call.add('pad', [call.x], { padding });
};

const imageResize: Lower = (call) => {
  const sizes = call.counts('size', 2);
  const set = call.setter('size');
  call.around.bindings.images.push({ layer: call.owner, sizes, set });
  const channelsLast = call.config.find('data_format')?.value !== 'channels_first';
  return call.add('resize', [call.x], { sizes, channelsLast }, { sizes: set });
};

export const SHAPE_OPERATIONS: Readonly<Record<string, Lower>> = {
  Reshape: reshape,
  Ravel: (call) => call.reshape(call.x, [sizeOf(call.shape)]),
  Transpose: transpose,
  Swapaxes: swapAxes,
  Moveaxis: moveAxis,
  ExpandDims: expandDims,
  Squeeze: squeeze,
  BroadcastTo: broadcastTo,
  Repeat: repeat,
  Tile: tile,
  Pad: pad,
  Resize: imageResize,
};
