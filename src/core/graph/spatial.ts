import { ShapeError } from './sizes.ts';
import type { Shape } from './sizes.ts';
import type { Attributes, FilterLayout, Padding } from './types.ts';

/** Where the axes of a tensor [batch, channels, ...spatial] stand. */
export function imageAxes(rank: number, channelsLast = false): { channels: number; spatial: number[] } {
  const spatial = Array.from({ length: rank - 2 }, (_, index) => index + (channelsLast ? 1 : 2));
  return { channels: channelsLast ? rank - 1 : 1, spatial };
}

/** Where the axes of a convolution's filters stand. For `spatial-channel-multiplier` `in` is the channels, `out` the multiplier. */
export function filterAxes(layout: FilterLayout, rank: number): { out: number; in: number; spatial: number[] } {
  const isSpatialFirst = layout.startsWith('spatial');
  const spatial = Array.from({ length: rank - 2 }, (_, index) => index + (isSpatialFirst ? 0 : 2));
  const first = isSpatialFirst ? rank - 2 : 0;
  const outFirst = layout === 'out-in-spatial' || layout === 'spatial-out-in';
  return outFirst ? { out: first, in: first + 1, spatial } : { in: first, out: first + 1, spatial };
}

/** Zeros before and after one axis; `same` depends on the extent. */
export function paddingOf(
  padding: Padding | undefined,
  axis: number,
  extent: number,
  reach: number,
  stride: number,
): readonly [number, number] {
  if (padding === undefined) return [0, 0];
  if (padding !== 'same') return padding[axis] ?? [0, 0];
  const total = Math.max(0, (Math.ceil(extent / stride) - 1) * stride + reach - extent);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/** Places of a window that slides over an axis: floor((n + p - d (k - 1) - 1) / s) + 1, or with `ceil` the partial last one too. */
export function slidingExtent(extent: number, axis: number, window: number, attributes: Attributes): number {
  const [stride, dilation] = [attributes.strides?.[axis] ?? 1, attributes.dilations?.[axis] ?? 1];
  const reach = dilation * (window - 1) + 1;
  const [before, after] = paddingOf(attributes.padding, axis, extent, reach, stride);
  const places = (extent + before + after - reach) / stride;
  // PyTorch and ONNX drop a last window that would start in the padding after the axis.
  const ceiled = Math.ceil(places) * stride >= extent + before ? Math.floor(places) : Math.ceil(places);
  const result = (attributes.ceil ? ceiled : Math.floor(places)) + 1;
  if (!(result >= 1)) throw new ShapeError(`a window of ${reach} does not fit into ${extent} cells (axis ${axis})`);
  return result;
}

/** The shape of an image after its spatial axes and channels changed. */
export function imageShape(x: Shape, channelsLast: boolean | undefined, channels: number, spatial: Shape): number[] {
  return channelsLast ? [x[0], ...spatial, channels] : [x[0], channels, ...spatial];
}

/** Filters have an axis of inputs, one of outputs, and those of the window. */
function checkRanks(x: Shape, w: Shape): void {
  if (x.length !== w.length || x.length < 3)
    throw new ShapeError(`filters of rank ${w.length} do not slide over a tensor of rank ${x.length}`);
}

export function convolutionShape(x: Shape, w: Shape, attributes: Attributes): number[] {
  checkRanks(x, w);
  const { groups = 1, channelsLast, filters = 'out-in-spatial' } = attributes;
  const [image, filter] = [imageAxes(x.length, channelsLast), filterAxes(filters, w.length)];
  const isDepthwise = filters === 'spatial-channel-multiplier';
  const [wanted, channels] = [isDepthwise ? w[filter.in] : w[filter.in] * groups, x[image.channels]];
  if (wanted !== channels)
    throw new ShapeError(`filters [${w}] in ${groups} groups want ${wanted} channels, got ${channels} of [${x}]`);
  const out = isDepthwise ? w[filter.in] * w[filter.out] : w[filter.out];
  if (out % groups !== 0) throw new ShapeError(`${groups} groups do not divide ${out} output channels`);
  const spatial = image.spatial.map((axis, i) => slidingExtent(x[axis], i, w[filter.spatial[i]], attributes));
  return imageShape(x, channelsLast, out, spatial);
}

/** (n - 1) s - p + d (k - 1) + 1 + output padding; under `same` n s. */
export function transposedShape(x: Shape, w: Shape, attributes: Attributes): number[] {
  checkRanks(x, w);
  const { groups = 1, channelsLast, filters = 'in-out-spatial', padding } = attributes;
  const [image, filter] = [imageAxes(x.length, channelsLast), filterAxes(filters, w.length)];
  if (w[filter.in] !== x[image.channels])
    throw new ShapeError(`the filters [${w}] want ${w[filter.in]} channels, got ${x[image.channels]} of [${x}]`);
  const spatial = image.spatial.map((axis, i) => {
    const [stride, dilation] = [attributes.strides?.[i] ?? 1, attributes.dilations?.[i] ?? 1];
    if (padding === 'same') return x[axis] * stride;
    const [before, after] = padding?.[i] ?? [0, 0];
    const reach = dilation * (w[filter.spatial[i]] - 1) + 1;
    return (x[axis] - 1) * stride - before - after + reach + (attributes.outputPadding?.[i] ?? 0);
  });
  if (spatial.some((extent) => extent < 1)) throw new ShapeError(`nothing is left of [${x}] after the padding`);
  return imageShape(x, channelsLast, w[filter.out] * groups, spatial);
}

export function poolShape(x: Shape, attributes: Attributes): number[] {
  const { window = [], channelsLast } = attributes;
  const { channels, spatial } = imageAxes(x.length, channelsLast);
  if (window.length !== spatial.length) throw new ShapeError(`a window of [${window}] does not slide over [${x}]`);
  const extents = spatial.map((axis, i) => slidingExtent(x[axis], i, window[i], attributes));
  return imageShape(x, channelsLast, x[channels], extents);
}

export function resizeShape(x: Shape, { sizes, scales, channelsLast }: Attributes): number[] {
  const { channels, spatial } = imageAxes(x.length, channelsLast);
  const extents = spatial.map((axis, i) => sizes?.[i] ?? Math.floor(x[axis] * (scales?.[i] ?? 1)));
  return imageShape(x, channelsLast, x[channels], extents);
}
