import { broadcast, sizeOf } from '../../../graph/shapes.ts';
import type { Attributes } from '../../../graph/types.ts';
import type { Value } from '../../nodes/context.ts';
import type { OnnxArguments } from '../arguments.ts';
import { tensorValue } from './values.ts';
import type { OnnxTable } from './values.ts';

/** 0 copies the extent of the input, -1 takes what is left. */
function targetShape(a: OnnxArguments, wanted: readonly number[]): number[] {
  const shape = a.shape(0);
  const copies = a.int('allowzero', 0) === 0;
  const filled = wanted.map((extent, axis) => (extent === 0 && copies ? shape[axis] : extent));
  const rest = filled.reduce((product, extent) => (extent < 0 ? product : product * extent), 1);
  return filled.map((extent) => (extent < 0 ? Math.floor(sizeOf(shape) / Math.max(1, rest)) : extent));
}

function reshape(a: OnnxArguments): Value[] {
  const wanted = a.numbers('shape', 1);
  if (!wanted) throw a.context.refusal('its shape is missing');
  return tensorValue(a.context.reshape(a.tensor(0), targetShape(a, wanted)));
}

function flatten(a: OnnxArguments): Value[] {
  const shape = a.shape(0);
  const at = a.axis(1, shape.length);
  return tensorValue(a.context.reshape(a.tensor(0), [sizeOf(shape.slice(0, at)), sizeOf(shape.slice(at))]));
}

function squeeze(a: OnnxArguments): Value[] {
  const shape = a.shape(0);
  const axes = a.numbers('axes', 1)?.map((axis) => (axis < 0 ? axis + shape.length : axis));
  const kept = shape.filter((extent, axis) => (axes ? !axes.includes(axis) : extent !== 1));
  return tensorValue(a.context.reshape(a.tensor(0), kept));
}

function unsqueeze(a: OnnxArguments): Value[] {
  const shape = [...a.shape(0)];
  const axes = a.numbers('axes', 1) ?? [];
  const rank = shape.length + axes.length;
  for (const axis of axes.map((given) => (given < 0 ? given + rank : given)).toSorted((x, y) => x - y))
    shape.splice(axis, 0, 1);
  return tensorValue(a.context.reshape(a.tensor(0), shape));
}

function transpose(a: OnnxArguments): Value[] {
  const rank = a.shape(0).length;
  const permutation = a.list('perm') ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  return tensorValue(a.context.add('transpose', [a.tensor(0, { role: 'matrix' })], { permutation }));
}

function concat(a: OnnxArguments): Value[] {
  const tensors = a.context.node.inputs.map((_, index) => a.tensor(index));
  return tensorValue(a.context.add('concat', tensors, { axis: a.axis(0, a.shape(0).length) }));
}

function split(a: OnnxArguments): Value[] {
  const axis = a.axis(0, a.shape(0).length);
  const extent = a.shape(0)[axis];
  const count = a.context.node.outputs.length;
  const even = Math.ceil(extent / count);
  const sizes =
    a.numbers('split', 1) ?? Array.from({ length: count }, (_, index) => Math.min(even, extent - index * even));
  return tensorValue(...a.context.addAll('split', [a.tensor(0)], { axis, sizes }));
}

function slice(a: OnnxArguments): Value[] {
  const shape = a.shape(0);
  const starts = a.numbers('starts', 1) ?? [];
  const ends = a.numbers('ends', 2) ?? [];
  const axes = a.numbers('axes', 3) ?? starts.map((_, index) => index);
  const steps = a.numbers('steps', 4) ?? starts.map(() => 1);
  const whole = { starts: shape.map(() => 0), ends: [...shape], steps: shape.map(() => 1) };
  for (const [index, given] of axes.entries()) {
    const axis = given < 0 ? given + shape.length : given;
    const isForward = steps[index] > 0;
    whole.steps[axis] = steps[index];
    whole.starts[axis] = starts[index];
    // The end of a backward slice that takes the first element lies before -extent.
    whole.ends[axis] = isForward ? Math.min(ends[index], shape[axis]) : Math.max(ends[index], -shape[axis] - 1);
  }
  return tensorValue(a.context.add('slice', [a.tensor(0)], whole));
}

function expand(a: OnnxArguments): Value[] {
  const wanted = a.context.numbers(1, 'the shape');
  return tensorValue(a.context.add('broadcast', [a.tensor(0)], { shape: broadcast(a.shape(0), wanted) }));
}

function tile(a: OnnxArguments): Value[] {
  const times = a.context.numbers(1, 'the number of copies');
  const y = times.reduce((x, count, axis) => {
    if (count === 1) return x;
    return a.context.add(
      'concat',
      Array.from({ length: count }, () => x),
      { axis },
    );
  }, a.tensor(0));
  return tensorValue(y);
}

function pad(a: OnnxArguments): Value[] {
  const rank = a.shape(0).length;
  const pads = a.numbers('pads', 1) ?? [];
  const axes = a.has(3) ? a.context.numbers(3, 'the axes') : Array.from({ length: rank }, (_, axis) => axis);
  const padding = Array.from({ length: rank }, (_, axis) => {
    const at = axes.indexOf(axis);
    return at < 0 ? ([0, 0] as const) : ([pads[at], pads[at + axes.length]] as const);
  });
  return tensorValue(a.context.add('pad', [a.tensor(0)], { padding }));
}

/** Where ONNX' modes of coordinates look; Upsample has none and looks at starts. */
function coordinatesOf(a: OnnxArguments): NonNullable<Attributes['coordinates']> {
  const usual = a.context.node.type === 'Upsample' ? 'asymmetric' : 'half_pixel';
  const mode = a.text('coordinate_transformation_mode', usual);
  return mode === 'align_corners' ? 'corners' : mode === 'asymmetric' ? 'starts' : 'middles';
}

/** Of two nearest cells the engine takes the lower one, from starts the floor; another choice is a function for people alone. */
function modeOf(a: OnnxArguments): string {
  const mode = a.text('mode', 'nearest');
  const isStarts = coordinatesOf(a) === 'starts';
  const choice = a.text(
    'nearest_mode',
    isStarts && a.context.node.type === 'Upsample' ? 'floor' : 'round_prefer_floor',
  );
  return mode !== 'nearest' || choice === (isStarts ? 'floor' : 'round_prefer_floor') ? mode : `nearest, ${choice}`;
}

/** By sizes (input 3) or by scales (input 2, of Upsample 1), both for every axis. */
function resize(a: OnnxArguments): Value[] {
  const shape = a.shape(0);
  const isUpsample = a.context.node.type === 'Upsample';
  const sizes = !isUpsample && a.has(3) ? a.context.numbers(3, 'the sizes') : undefined;
  const scales = sizes ? undefined : (a.list('scales') ?? a.context.numbers(isUpsample ? 1 : 2, 'the scales'));
  const target = shape.map((extent, axis) => sizes?.[axis] ?? Math.floor(extent * (scales?.[axis] ?? 1)));
  if (target[0] !== shape[0] || target[1] !== shape[1]) throw a.context.refusal('it resizes batch or channels');
  // Factors stay when the image gets another size; sizes follow what they meet.
  const how = scales ? { scales: scales.slice(2) } : { sizes: target.slice(2) };
  return tensorValue(
    a.context.add('resize', [a.tensor(0)], { ...how, coordinates: coordinatesOf(a), function: modeOf(a) }),
  );
}

/** Blocks of `factor` squared channels spread over an image, or gathered from it. */
function rearranged(toSpace: boolean) {
  return (a: OnnxArguments): Value[] => {
    const { context } = a;
    const [batch, channels, height, width] = a.shape(0);
    const f = a.int('blocksize', 1);
    if (toSpace) {
      const inner = channels / f ** 2;
      const byDepth = a.text('mode', 'DCR') === 'DCR';
      const apart = context.reshape(
        a.tensor(0),
        byDepth ? [batch, f, f, inner, height, width] : [batch, inner, f, f, height, width],
      );
      const permutation = byDepth ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3];
      return tensorValue(
        context.reshape(context.add('transpose', [apart], { permutation }), [batch, inner, height * f, width * f]),
      );
    }
    const apart = context.reshape(a.tensor(0), [batch, channels, height / f, f, width / f, f]);
    const moved = context.add('transpose', [apart], { permutation: [0, 3, 5, 1, 2, 4] });
    return tensorValue(context.reshape(moved, [batch, channels * f ** 2, height / f, width / f]));
  };
}

const same = (a: OnnxArguments): Value[] => [a.context.value(0)];

/** What stays of dropout when nothing is dropped, and its mask. */
function dropout(a: OnnxArguments): Value[] {
  const mask = a.context.node.outputs[1]
    ? tensorValue(a.context.add('generate', [], { shape: a.shape(0), function: 'mask' }))
    : [];
  return [a.context.value(0), ...mask];
}

export const RESHAPING: OnnxTable = {
  Reshape: reshape,
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: transpose,
  Concat: concat,
  Split: split,
  Slice: slice,
  Expand: expand,
  Tile: tile,
  Pad: pad,
  Resize: resize,
  Upsample: resize,
  DepthToSpace: rearranged(true),
  SpaceToDepth: rearranged(false),
  Identity: same,
  Cast: same,
  CastLike: same,
  Dropout: dropout,
};
