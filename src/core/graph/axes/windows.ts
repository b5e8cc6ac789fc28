import { filterAxes, imageAxes, slidingExtent } from '../spatial.ts';
import { isOne, multiply, scaled } from './extent.ts';
import type { Extent } from './extent.ts';
import type { OperatorAxes } from './tying.ts';

/** What a window makes of the extent of one spatial axis. */
type Slide = (extent: number, axis: number) => number;

/** Spatial axes of the output: computed from those of the input, which no width moves. */
function slide(op: OperatorAxes, step: Slide): { extents: Extent[]; channels: number } {
  const x = op.input(0);
  const { channels, spatial } = imageAxes(x.length, op.attributes.channelsLast);
  const outputs = [...x];
  for (const [index, axis] of spatial.entries()) {
    op.settle(x[axis], 'windows slide over it');
    op.tying.slid.push(x[axis]);
    outputs[axis] = slid(op, x[axis], op.outputShape()[axis], (extent) => step(extent, index));
  }
  return { extents: outputs, channels };
}

/** Windows that keep every extent keep the unknown itself, so that images which meet again are known to be equal. */
function slid(op: OperatorAxes, extent: Extent, size: number, of: (extent: number) => number): Extent {
  const now = op.system.sizeOf(extent);
  const keeps = [now, now + 1, now + 2, 2 * now + 3].every((value) => attempt(of, value) === value);
  return keeps ? extent : op.computed(size, [extent], ([value]) => of(value));
}

function attempt(of: (extent: number) => number, value: number): number | undefined {
  try {
    return of(value);
  } catch {
    return undefined;
  }
}

export function tieConvolution(op: OperatorAxes): void {
  const { filters: layout = 'out-in-spatial', groups = 1, strides, padding } = op.attributes;
  const shape = op.inputShape(1);
  const filter = filterAxes(layout, shape.length);
  const w = op.input(1);
  const windows = filter.spatial.map((axis) => shape[axis]);
  for (const axis of filter.spatial) op.settle(w[axis], 'it is the extent of a filter');
  const { extents, channels } = slide(op, (extent, axis) => slidingExtent(extent, axis, windows[axis], op.attributes));
  for (const [index, axis] of imageAxes(extents.length, op.attributes.channelsLast).spatial.entries()) {
    const isPatch = windows[index] > 1 && strides?.[index] === windows[index] && padding === undefined;
    if (isPatch) keepMultiple(op, op.input(0)[axis], windows[index]);
  }
  extents[channels] = filteredChannels(op, extents[channels], { out: w[filter.out], in: w[filter.in] }, layout, groups);
  if (op.count > 2) op.equal(extents[channels], op.input(2)[0]);
  op.give(extents);
}

/** Patches that do not fill the image would leave pixels out. */
function keepMultiple(op: OperatorAxes, extent: Extent, divisor: number): void {
  if (op.system.sizeOf(extent) % divisor === 0)
    op.system.multiples.push({ extent, divisor, layer: op.operator.layer });
}

function filteredChannels(
  op: OperatorAxes,
  x: Extent,
  w: { readonly out: Extent; readonly in: Extent },
  layout: string,
  groups: number,
): Extent {
  if (layout === 'spatial-channel-multiplier') {
    op.equal(x, w.in);
    op.settle(w.out, 'it multiplies channels');
    return multiply(x, w.out);
  }
  op.tying.made.push(w.out);
  if (groups === 1) {
    op.equal(x, w.in);
    return w.out;
  }
  if (isOne(w.in)) {
    op.follow('groups', [x]);
    op.equal(w.out, scaled(x, op.system.sizeOf(w.out) / op.system.sizeOf(x)));
    return w.out;
  }
  // The number of groups stays, their width scales.
  op.equal(x, scaled(w.in, groups));
  op.equal(w.out, scaled(op.system.fresh(op.system.sizeOf(w.out) / groups), groups));
  return w.out;
}

export function tieTransposedConvolution(op: OperatorAxes): void {
  const { filters: layout = 'in-out-spatial', groups = 1 } = op.attributes;
  const shape = op.inputShape(1);
  const filter = filterAxes(layout, shape.length);
  const w = op.input(1);
  for (const axis of filter.spatial) op.settle(w[axis], 'it is the extent of a filter');
  const windows = filter.spatial.map((axis) => shape[axis]);
  const { extents, channels } = slide(op, (extent, axis) => transposedExtent(op, extent, axis, windows[axis]));
  op.equal(op.input(0)[channels], w[filter.in]);
  op.tying.made.push(w[filter.out]);
  if (groups > 1) op.unclear(w[filter.in], `it is filtered by ${groups} groups of a transposed convolution`);
  extents[channels] = scaled(w[filter.out], groups);
  if (op.count > 2) op.equal(extents[channels], op.input(2)[0]);
  op.give(extents);
}

function transposedExtent(op: OperatorAxes, extent: number, axis: number, window: number): number {
  const { strides, dilations, padding, outputPadding } = op.attributes;
  const stride = strides?.[axis] ?? 1;
  if (padding === 'same') return extent * stride;
  const [before, after] = padding?.[axis] ?? [0, 0];
  const reach = (dilations?.[axis] ?? 1) * (window - 1) + 1;
  return (extent - 1) * stride - before - after + reach + (outputPadding?.[axis] ?? 0);
}

export function tiePool(op: OperatorAxes): void {
  const { window = [] } = op.attributes;
  op.give(slide(op, (extent, axis) => slidingExtent(extent, axis, window[axis], op.attributes)).extents);
}

/** A resize by factors computes; one to given sizes follows whatever it meets. */
export function tieResize(op: OperatorAxes): void {
  const { sizes, scales } = op.attributes;
  if (!sizes) {
    op.give(slide(op, (extent, axis) => Math.floor(extent * (scales?.[axis] ?? 1))).extents);
    return;
  }
  const targets = op.system.freshAll(sizes);
  op.follow('sizes', targets);
  const { spatial } = imageAxes(op.input(0).length, op.attributes.channelsLast);
  const extents = [...op.input(0)];
  for (const [index, axis] of spatial.entries()) {
    op.settle(extents[axis], 'it is resized');
    op.settle(targets[index], 'an image is resized to it');
    extents[axis] = targets[index];
  }
  op.give(extents);
}

/** Zeros around an axis that windows slide over, or that comes from the input, are added again; around a width they have no rule. */
export function tiePad(op: OperatorAxes): void {
  const padding = op.attributes.padding as readonly (readonly [number, number])[];
  const extents = op.input(0).map((extent, axis) => {
    const added = (padding[axis]?.[0] ?? 0) + (padding[axis]?.[1] ?? 0);
    if (added === 0) return extent;
    op.unclear(extent, 'zeros are added to it');
    return op.computed(op.outputShape()[axis], [extent], ([value]) => value + added);
  });
  op.give(extents);
}

