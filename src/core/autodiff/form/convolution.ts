import { filterAxes, paddingOf } from '../../graph/spatial.ts';
import type { Attributes, Operator, TensorId } from '../../graph/types.ts';
import type { Rewriting } from './rewriting.ts';

type Pads = readonly (readonly [number, number])[];

/** Zeros before and after each spatial axis in numbers. `spatial` and `window` are extents. */
function padsOf(spatial: readonly number[], window: readonly number[], attributes: Attributes): Pads {
  return spatial.map((extent, axis) => {
    const [stride, dilation] = [attributes.strides?.[axis] ?? 1, attributes.dilations?.[axis] ?? 1];
    return paddingOf(attributes.padding, axis, extent, dilation * (window[axis] - 1) + 1, stride);
  });
}

/** The adjoint of a convolution with `same` padding from n s cells to n: what does not fit in the window stays zero at the end. */
function transposedPads(
  window: readonly number[],
  attributes: Attributes,
): Pick<Attributes, 'padding' | 'outputPadding'> {
  if (attributes.padding !== 'same') return {};
  const excess = window.map((extent, axis) => {
    const dilation = attributes.dilations?.[axis] ?? 1;
    return dilation * (extent - 1) + 1 - (attributes.strides?.[axis] ?? 1);
  });
  return {
    padding: excess.map((total) => [Math.floor(Math.max(0, total) / 2), Math.ceil(Math.max(0, total) / 2)] as const),
    outputPadding: excess.map((total) => Math.max(0, -total)),
  };
}

/** Filters as [out, in, ...spatial], or for a transposed convolution [in, out, ...spatial]. */
function canonicalFilters(
  form: Rewriting,
  filters: TensorId,
  layout: Attributes['filters'],
  transposed: boolean,
): TensorId {
  const usual = transposed ? 'in-out-spatial' : 'out-in-spatial';
  if (layout === undefined || layout === usual) return filters;
  const shape = form.shapeOf(filters);
  const axes = filterAxes(layout, shape.length);
  if (layout === 'spatial-channel-multiplier') {
    const [channels, multiplier] = [shape[axes.in], shape[axes.out]];
    const moved = form.add('transpose', [filters], { permutation: [axes.in, axes.out, ...axes.spatial] });
    return form.reshape(moved, [channels * multiplier, 1, ...axes.spatial.map((axis) => shape[axis])]);
  }
  const [first, second] = transposed ? [axes.in, axes.out] : [axes.out, axes.in];
  return form.add('transpose', [filters], { permutation: [first, second, ...axes.spatial] });
}

export function rewriteConvolution(form: Rewriting, { inputs, outputs, attributes }: Operator): void {
  const [x, w, bias] = inputs;
  const image = form.image(x, attributes.channelsLast);
  const filters = canonicalFilters(form, form.plain(w), attributes.filters, false);
  const window = form.shapeOf(filters).slice(2);
  const isDepthwise = attributes.filters === 'spatial-channel-multiplier';
  const y = form.add('convolution', [image, filters, ...(bias === undefined ? [] : [form.plain(bias)])], {
    strides: attributes.strides ?? window.map(() => 1),
    dilations: attributes.dilations ?? window.map(() => 1),
    padding: padsOf(form.shapeOf(image).slice(2), window, attributes),
    groups: isDepthwise ? form.shapeOf(image)[1] : (attributes.groups ?? 1),
  });
  form.place(outputs[0], y, attributes.channelsLast === true);
}

export function rewriteTransposed(form: Rewriting, { inputs, outputs, attributes }: Operator): void {
  const [x, w, bias] = inputs;
  const image = form.image(x, attributes.channelsLast);
  const filters = canonicalFilters(form, form.plain(w), attributes.filters, true);
  const window = form.shapeOf(filters).slice(2);
  const y = form.add('transposedConvolution', [image, filters, ...(bias === undefined ? [] : [form.plain(bias)])], {
    strides: attributes.strides ?? window.map(() => 1),
    dilations: attributes.dilations ?? window.map(() => 1),
    padding: attributes.padding ?? window.map(() => [0, 0] as const),
    outputPadding: attributes.outputPadding ?? window.map(() => 0),
    groups: attributes.groups ?? 1,
    ...transposedPads(window, attributes),
  });
  form.place(outputs[0], y, attributes.channelsLast === true);
}

export function rewritePool(form: Rewriting, { inputs, outputs, attributes }: Operator): void {
  const image = form.image(inputs[0], attributes.channelsLast);
  const { window = [], pool, ceil, countsPadding } = attributes;
  const y = form.add('pool', [image], {
    pool,
    window,
    strides: attributes.strides ?? window.map(() => 1),
    dilations: attributes.dilations ?? window.map(() => 1),
    padding: padsOf(form.shapeOf(image).slice(2), window, attributes),
    ...(ceil ? { ceil } : {}),
    ...(countsPadding ? { countsPadding } : {}),
  });
  form.place(outputs[0], y, attributes.channelsLast === true);
}
