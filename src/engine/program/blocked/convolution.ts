import { sizeOf } from '../../../core/graph/shapes.ts';
import type { Operator } from '../../../core/graph/types.ts';
import { windowAttributes, windowsOf } from '../lower/windows.ts';
import type { Windows } from '../lower/windows.ts';
import { blockedDepthwise, blockedFilters } from './filters.ts';
import type { BlockedImages, Shape } from './images.ts';

/** Fewer channels than this fill too little of a block of 8 or 16. */
const FEWEST_CHANNELS = 8;

export type ConvolutionKind = 'full' | 'depthwise';

/** Which blocked form serves a convolution of the image `x` to `y` with the given filters; undefined where none does. */
export function kindOf(operator: Operator, x: Shape, y: Shape, filters: Shape): ConvolutionKind | undefined {
  const { groups = 1 } = operator.attributes;
  if (x.length !== 4 || y[1] < FEWEST_CHANNELS || sizeOf(x.slice(2)) === 1) return undefined;
  if (groups === 1) return 'full';
  return groups === x[1] && groups === y[1] && filters[1] === 1 ? 'depthwise' : undefined;
}

/** An image with few channels enters as it is, unless it is blocked already. */
const entersWide = (images: BlockedImages, x: number): boolean =>
  images.isBlocked(x) || images.shapeOf(x)[1] >= images.block;

export function convolution(images: BlockedImages, operator: Operator): boolean {
  const { inputs, outputs, attributes } = operator;
  const [x, w, bias] = inputs;
  const [from, to, filters] = [x, outputs[0], w].map((id) => images.shapeOf(id));
  const kind = kindOf(operator, from, to, filters);
  if (!kind) return false;
  const windows = windowsOf(attributes, filters.slice(2), from, to);
  const wide = kind === 'depthwise' || entersWide(images, x);
  const weights =
    kind === 'depthwise'
      ? blockedDepthwise(images, images.plain(w), filters)
      : blockedFilters(images, images.plain(w), filters, wide);
  const image = wide ? images.blocked(x) : images.plain(x);
  const operands = [image, weights, ...(bias === undefined ? [] : [images.channelVector(images.plain(bias), to[1])])];
  const group = kind === 'depthwise' ? images.filled(from[1]) : 1;
  const integers = { ...windowAttributes(windows), kernel_shape: windows.window, group };
  images.placeBlocked(outputs[0], images.node('Conv', operands, { integers }));
  return true;
}

/** The gradient of filters from x and dy. */
export function filterGradient(images: BlockedImages, operator: Operator): boolean {
  const [x, dy] = operator.inputs;
  const [from, to, filters] = [x, dy, operator.outputs[0]].map((id) => images.shapeOf(id));
  const kind = kindOf(operator, from, to, filters);
  if (!kind) return false;
  const windows = windowsOf(operator.attributes, filters.slice(2), from, to);
  if (kind === 'depthwise') depthwiseFilterGradient(images, operator, windows);
  else fullFilterGradient(images, operator, windows);
  return true;
}

/** Every image is convolved with its own gradient as a window, in blocked order as both stand; samples are then summed. */
function depthwiseFilterGradient(images: BlockedImages, { inputs, outputs }: Operator, windows: Windows): void {
  const { e, block } = images;
  const [samples, filled, ...extents] = images.blockedShape(inputs[0]);
  const { window, places, strides, dilations } = windows;
  const x = images.reshape(images.blocked(inputs[0]), [1, samples * filled, ...extents]);
  const dy = images.reshape(images.blocked(inputs[1]), [samples * filled, 1, ...places]);
  const integers = {
    ...windowAttributes({ ...windows, strides: dilations, dilations: strides }),
    kernel_shape: places,
    group: samples * filled,
  };
  const found = images.node('Conv', [x, dy], { integers });
  const reach = window.map((_, axis) => {
    const seen = extents[axis] + windows.before[axis] + windows.after[axis];
    return Math.floor((seen - strides[axis] * (places[axis] - 1) - 1) / dilations[axis]) + 1;
  });
  const bySample = images.reshape(found, [samples, filled / block, ...reach, block]);
  const kept = e.node('Slice', [bySample, e.integers([0, 0]), e.integers(window), e.integers([2, 3])]);
  const summed = e.node('ReduceSum', [kept, e.integers([0])], { integers: { keepdims: 0 } });
  const moved = e.node('Transpose', [summed], { integers: { perm: [0, 3, 1, 2] } });
  const whole = images.reshape(moved, [filled, 1, ...window]);
  const channels = e.integers([images.shapeOf(outputs[0])[0]]);
  e.node('Slice', [whole, e.integers([0]), channels, e.integers([0])], {}, images.plain(outputs[0]));
}

/** With fewer channels a product for each tap is too narrow: all taps go into one. */
const NARROW = 16;

/** What each cell of the window sees, as rows [places of all samples, in], times the rows of dy. */
function fullFilterGradient(images: BlockedImages, { inputs, outputs }: Operator, windows: Windows): void {
  const { e } = images;
  const [x, dy] = inputs;
  const [samples, channels] = images.shapeOf(x);
  const out = images.shapeOf(dy)[1];
  const { window, places } = windows;
  const count = samples * sizeOf(places);
  const rows = images.reshape(images.rows(dy), [count, out]);
  const product = (seen: string): string => e.node('Gemm', [rows, seen], { integers: { transA: 1 } });
  const output = images.plain(outputs[0]);
  const shape = images.shapeOf(outputs[0]);
  const seen = tapRows(images, images.rows(x), windows).map((tap) => images.reshape(tap, [count, channels]));
  if (seen.length === 1) {
    images.reshape(product(seen[0]), shape, output);
  } else if (channels < NARROW) {
    const whole = product(e.node('Concat', seen, { integers: { axis: 1 } }));
    const byTap = images.reshape(whole, [out, seen.length, channels]);
    images.reshape(e.node('Transpose', [byTap], { integers: { perm: [0, 2, 1] } }), shape, output);
  } else {
    const byTap = seen.map((tap) => images.reshape(product(tap), [out, channels, 1]));
    images.reshape(e.node('Concat', byTap, { integers: { axis: 2 } }), [out, channels, ...window], output);
  }
}

/** What each cell of the window sees of [batch, height, width, channels]. */
function tapRows({ e }: BlockedImages, rows: string, windows: Windows): string[] {
  const { window, strides, dilations, before, after, places, extents } = windows;
  const isPadded = [...before, ...after].some((zeros) => zeros > 0);
  const image = isPadded ? e.node('Pad', [rows, e.integers([0, ...before, 0, 0, ...after, 0])]) : rows;
  const isWhole = places.every((extent, axis) => extent === extents[axis]) && sizeOf(window) === 1;
  if (isWhole && !isPadded) return [image];
  return Array.from({ length: sizeOf(window) }, (_, index) => {
    const cell = [Math.floor(index / window[1]), index % window[1]];
    const starts = cell.map((at, axis) => at * dilations[axis]);
    const ends = starts.map((start, axis) => start + (places[axis] - 1) * strides[axis] + 1);
    const [from, to, axes, steps] = [starts, ends, [1, 2], strides].map((values) => e.integers(values));
    return e.node('Slice', [image, from, to, axes, steps]);
  });
}
