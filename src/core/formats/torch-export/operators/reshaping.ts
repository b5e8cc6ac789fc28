import { sizeOf } from '../../../graph/shapes.ts';
import type { Value } from '../../nodes/context.ts';
import { scalar } from '../../nodes/known.ts';
import type { AtenArguments } from '../arguments.ts';
import { tensorValue } from './values.ts';
import type { AtenTable } from './values.ts';

/** A shape with its -1 filled in. */
export function completed(shape: readonly number[], size: number): number[] {
  const rest = shape.reduce((product, extent) => (extent < 0 ? product : product * extent), 1);
  return shape.map((extent) => (extent < 0 ? Math.floor(size / Math.max(1, rest)) : extent));
}

const view =
  (name: string) =>
  (a: AtenArguments): Value[] => {
    const shape = completed(a.numbers(name), sizeOf(a.shape('self')));
    return tensorValue(a.context.reshape(a.tensor('self'), shape));
  };

function flatten(a: AtenArguments): Value[] {
  const shape = a.shape('self');
  const [from, to] = [a.axis('start_dim', shape.length, 0), a.axis('end_dim', shape.length, -1)];
  const merged = sizeOf(shape.slice(from, to + 1));
  return tensorValue(a.context.reshape(a.tensor('self'), [...shape.slice(0, from), merged, ...shape.slice(to + 1)]));
}

function unflatten(a: AtenArguments): Value[] {
  const shape = a.shape('self');
  const axis = a.axis('dim', shape.length, 0);
  const parts = completed(a.numbers('sizes'), shape[axis]);
  return tensorValue(
    a.context.reshape(a.tensor('self'), [...shape.slice(0, axis), ...parts, ...shape.slice(axis + 1)]),
  );
}

function squeeze(a: AtenArguments): Value[] {
  const shape = a.shape('self');
  const named = a.numbers('dim', []).map((axis) => (axis < 0 ? axis + shape.length : axis));
  const kept = shape.filter((extent, axis) => extent !== 1 || (named.length > 0 && !named.includes(axis)));
  return tensorValue(a.context.reshape(a.tensor('self'), kept));
}

function unsqueeze(a: AtenArguments): Value[] {
  const shape = [...a.shape('self')];
  shape.splice(a.axis('dim', shape.length + 1, 0), 0, 1);
  return tensorValue(a.context.reshape(a.tensor('self'), shape));
}

function transpose(a: AtenArguments): Value[] {
  const rank = a.shape('self').length;
  const word = a.has('axis0') ? 'axis' : 'dim';
  const [first, second] = a.has(`${word}0`)
    ? [a.axis(`${word}0`, rank, 0), a.axis(`${word}1`, rank, 1)]
    : [rank - 2, rank - 1];
  const permutation = Array.from({ length: rank }, (_, axis) => axis);
  [permutation[first], permutation[second]] = [second, first];
  return tensorValue(a.context.add('transpose', [a.tensor('self')], { permutation }));
}

function permute(a: AtenArguments): Value[] {
  const rank = a.shape('self').length;
  const permutation = a.numbers('dims').map((axis) => (axis < 0 ? axis + rank : axis));
  return tensorValue(a.context.add('transpose', [a.tensor('self')], { permutation }));
}

function expand(a: AtenArguments): Value[] {
  const shape = a.shape('self');
  const sizes = a.numbers('size');
  const target = sizes.map((size, axis) => (size < 0 ? shape[axis - sizes.length + shape.length] : size));
  return tensorValue(a.context.add('broadcast', [a.tensor('self')], { shape: target }));
}

function expandAs(a: AtenArguments): Value[] {
  return tensorValue(a.context.add('broadcast', [a.tensor('self')], { shape: a.shape('other') }));
}

const viewAs = (a: AtenArguments): Value[] => tensorValue(a.context.reshape(a.tensor('self'), a.shape('other')));

function cat(a: AtenArguments): Value[] {
  const indices = a.indices('tensors').filter((index) => sizeOf(a.context.shape(index)) > 0);
  const axis = a.axis('dim', a.context.shape(indices[0]).length, 0);
  return tensorValue(
    a.context.add(
      'concat',
      indices.map((index) => a.context.tensor(index)),
      { axis },
    ),
  );
}

function stack(a: AtenArguments): Value[] {
  const indices = a.indices('tensors');
  const shape = [...a.context.shape(indices[0])];
  const axis = a.axis('dim', shape.length + 1, 0);
  shape.splice(axis, 0, 1);
  const parts = indices.map((index) => a.context.reshape(a.context.tensor(index), shape));
  return tensorValue(a.context.add('concat', parts, { axis }));
}

/** Parts of one size, the last one smaller where it does not divide. */
function parts(a: AtenArguments, axis: number, size: number): Value[] {
  const extent = a.shape('self')[axis];
  const count = Math.max(1, Math.ceil(extent / size));
  const sizes = Array.from({ length: count }, (_, index) => Math.min(size, extent - index * size));
  return tensorValue(...a.context.addAll('split', [a.tensor('self')], { axis, sizes }));
}

function split(a: AtenArguments): Value[] {
  const axis = a.axis('dim', a.shape('self').length, 0);
  const name = a.has('split_sizes') ? 'split_sizes' : 'split_size';
  const sizes = a.numbers(name);
  if (name === 'split_size' && sizes.length === 1) return parts(a, axis, sizes[0]);
  return tensorValue(...a.context.addAll('split', [a.tensor('self')], { axis, sizes }));
}

function chunk(a: AtenArguments): Value[] {
  const axis = a.axis('dim', a.shape('self').length, 0);
  return parts(a, axis, Math.ceil(a.shape('self')[axis] / a.number('chunks', 1)));
}

function unbind(a: AtenArguments): Value[] {
  const shape = a.shape('self');
  const axis = a.axis('dim', shape.length, 0);
  const sizes = Array.from({ length: shape[axis] }, () => 1);
  const kept = shape.filter((_, index) => index !== axis);
  const pieces = a.context.addAll('split', [a.tensor('self')], { axis, sizes });
  return tensorValue(...pieces.map((piece) => a.context.reshape(piece, kept)));
}

/** A slice along one axis, written for every axis. */
function sliced(a: AtenArguments, axis: number, start: number, end: number, step: number): number {
  const shape = a.shape('self');
  const along = (value: number, other: readonly number[]): number[] =>
    shape.map((_, i) => (i === axis ? value : other[i]));
  const zeros = shape.map(() => 0);
  const ones = shape.map(() => 1);
  const attributes = { starts: along(start, zeros), ends: along(end, shape), steps: along(step, ones) };
  return a.context.add('slice', [a.tensor('self')], attributes);
}

function slice(a: AtenArguments): Value[] {
  const shape = a.shape('self');
  const axis = a.axis('dim', shape.length, 0);
  const end = Math.min(a.number('end', shape[axis]), shape[axis]);
  return tensorValue(sliced(a, axis, a.number('start', 0), end, a.number('step', 1)));
}

function narrow(a: AtenArguments): Value[] {
  const axis = a.axis('dim', a.shape('self').length, 0);
  const start = a.number('start', 0);
  return tensorValue(sliced(a, axis, start, start + a.number('length', 1), 1));
}

function select(a: AtenArguments): Value[] {
  const shape = a.shape('self');
  const axis = a.axis('dim', shape.length, 0);
  const index = a.number('index', 0);
  const from = index < 0 ? index + shape[axis] : index;
  const piece = sliced(a, axis, from, from + 1, 1);
  return tensorValue(
    a.context.reshape(
      piece,
      shape.filter((_, i) => i !== axis),
    ),
  );
}

function pad(a: AtenArguments): Value[] {
  const rank = a.shape('self').length;
  const zeros = a.numbers('pad');
  const padding = Array.from({ length: rank }, (_, axis) => {
    const at = 2 * (rank - 1 - axis);
    return [zeros[at] ?? 0, zeros[at + 1] ?? 0] as const;
  });
  return tensorValue(a.context.add('pad', [a.tensor('self')], { padding }));
}

function repeat(a: AtenArguments): Value[] {
  const times = a.numbers(a.has('repeats') ? 'repeats' : 'dims');
  const shape = a.shape('self');
  const whole = [...Array.from({ length: Math.max(0, times.length - shape.length) }, () => 1), ...shape];
  const padded = a.context.reshape(a.tensor('self'), whole);
  return tensorValue(tiled(a, padded, whole, times));
}

/** Copies along axes, as joins: each copy costs memory, none multiplies. */
function tiled(a: AtenArguments, x: number, shape: readonly number[], times: readonly number[]): number {
  const offset = shape.length - times.length;
  return times.reduce((y, count, index) => {
    if (count === 1) return y;
    return a.context.add(
      'concat',
      Array.from({ length: count }, () => y),
      { axis: offset + index },
    );
  }, x);
}

/** [.., n, ..] -> [.., n, times, ..] -> [.., n * times, ..]: key heads for their queries. */
function repeatInterleave(a: AtenArguments): Value[] {
  const shape = a.shape('self');
  const axis = a.axis('dim', shape.length, 0);
  const times = a.number('repeats', 1);
  const apart = a.context.reshape(a.tensor('self'), [...shape.slice(0, axis + 1), 1, ...shape.slice(axis + 1)]);
  const wide = [...shape.slice(0, axis + 1), times, ...shape.slice(axis + 1)];
  const copied = a.context.add('broadcast', [apart], { shape: wide });
  const target = shape.map((extent, index) => (index === axis ? extent * times : extent));
  return tensorValue(a.context.reshape(copied, target));
}

function pixelShuffle(a: AtenArguments): Value[] {
  const [batch, channels, height, width] = a.shape('self');
  const factor = a.number('upscale_factor', 1);
  const inner = channels / factor ** 2;
  const apart = a.context.reshape(a.tensor('self'), [batch, inner, factor, factor, height, width]);
  const moved = a.context.add('transpose', [apart], { permutation: [0, 1, 4, 2, 5, 3] });
  return tensorValue(a.context.reshape(moved, [batch, inner, height * factor, width * factor]));
}

const upsample =
  (how: 'nearest' | 'linear' | 'cubic') =>
  (a: AtenArguments): Value[] => {
    const spatial = a.shape(a.has('self') ? 'self' : 'input').slice(2);
    const name = a.has('self') ? 'self' : 'input';
    const given = a.numbers('output_size', []);
    const scales = a.numbers('scale_factors', []);
    const sizes =
      given.length > 0 ? given : spatial.map((extent, i) => Math.floor(extent * (scales[i] ?? scales[0] ?? 1)));
    const corners = a.boolean('align_corners') ? { coordinates: 'corners' as const } : {};
    return tensorValue(a.context.add('resize', [a.tensor(name)], { sizes, function: how, ...corners }));
  };

/** In training elements are dropped; a graph that was exported for inference says train = False and keeps them. */
function dropout(a: AtenArguments): Value[] {
  const rate = a.number('p', 0.5);
  if (!a.boolean('train') || rate === 0) return same(a);
  return tensorValue(a.context.add('unary', [a.tensor('input')], { function: 'dropout', dropout: rate }));
}

const same = (a: AtenArguments): Value[] => [a.context.value(0)];

export const RESHAPING: AtenTable = {
  view: view('size'),
  reshape: view('shape'),
  _unsafe_view: view('size'),
  view_as: viewAs,
  reshape_as: viewAs,
  flatten,
  unflatten,
  squeeze,
  unsqueeze,
  transpose,
  t: transpose,
  swapaxes: transpose,
  swapdims: transpose,
  permute,
  movedim: permute,
  expand,
  expand_as: expandAs,
  cat,
  concat: cat,
  stack,
  split,
  split_with_sizes: split,
  chunk,
  unbind,
  slice,
  narrow,
  select,
  pad,
  constant_pad_nd: pad,
  repeat,
  tile: repeat,
  repeat_interleave: repeatInterleave,
  pixel_shuffle: pixelShuffle,
  upsample_nearest1d: upsample('nearest'),
  upsample_nearest2d: upsample('nearest'),
  upsample_nearest3d: upsample('nearest'),
  upsample_bilinear2d: upsample('linear'),
  upsample_bicubic2d: upsample('cubic'),
  upsample_linear1d: upsample('linear'),
  _upsample_bilinear2d_aa: upsample('linear'),
  contiguous: same,
  clone: same,
  alias: same,
  detach: same,
  dropout,
  feature_dropout: same,
  alpha_dropout: same,
  to: same,
  _to_copy: same,
  type_as: same,
  lift_fresh_copy: same,
  identity: same,
  sym_size: (a) => [{ known: scalar(a.shape('self')[a.axis('dim', a.shape('self').length, 0)]) }],
  _assert_tensor_metadata: () => [],
  _assert_scalar: () => [],
  sym_constrain_range_for_size: () => [],
};
