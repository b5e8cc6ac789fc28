import { sizeOf } from '../../../core/graph/shapes.ts';
import type { OperatorKind } from '../../../core/graph/types.ts';
import type { Lowering } from './lowering.ts';
import { cells, padded, windowAttributes, windowsOf } from './windows.ts';
import type { Windows } from './windows.ts';

/** Below every float32 that a network computes. */
const LOWEST = -3.4e38;

function pool({ e, operator, inputs, outputs, shapes, outputShape }: Lowering): void {
  const { window = [], pool: kind, countsPadding = false } = operator.attributes;
  const windows = windowsOf(operator.attributes, window, shapes[0], outputShape);
  const integers = { ...windowAttributes(windows), kernel_shape: window };
  if (kind === 'max') e.node('MaxPool', inputs, { integers }, outputs[0]);
  else
    e.node('AveragePool', inputs, { integers: { ...integers, count_include_pad: Number(countsPadding) } }, outputs[0]);
}

function poolGradient(lowering: Lowering): void {
  const { operator, shapes } = lowering;
  const windows = windowsOf(operator.attributes, operator.attributes.window!, shapes[1], shapes[0]);
  if (operator.attributes.pool === 'max') maximumGradient(lowering, windows);
  else averageGradient(lowering, windows);
}

/** The first of equal maxima in a window takes its gradient, as in PyTorch. */
function maximumGradient({ e, inputs: [dy, x, y], outputs, shapes }: Lowering, windows: Windows): void {
  const [samples, channels] = shapes[1];
  const places = sizeOf(windows.places);
  let free: string | undefined;
  const shares = cells(e, padded(e, x, windows, { fill: LOWEST }), windows).map((cell) => {
    const equal = e.node('Cast', [e.node('Equal', [cell, y])], { integers: { to: 1 } });
    const taken = free === undefined ? equal : e.node('Mul', [equal, free]);
    free = e.node('Sub', [free ?? e.scalar(1), taken]);
    return e.node('Reshape', [e.node('Mul', [taken, dy]), e.integers([samples, channels, 1, places])]);
  });
  const stacked = e.node('Concat', shares, { integers: { axis: 2 } });
  const columns = e.node('Reshape', [stacked, e.integers([samples, channels * shares.length, places])]);
  const attributes = { integers: windowAttributes(windows) };
  e.node('Col2Im', [columns, e.integers(windows.extents), e.integers(windows.window)], attributes, outputs[0]);
}

/** Each cell of a window takes an equal share: a transposed convolution with ones. */
function averageGradient({ e, operator, inputs: [dy], outputs, shapes }: Lowering, windows: Windows): void {
  const { window, strides, dilations, before, after, extents, places } = windows;
  const channels = shapes[1][1];
  const shares = e.node('Mul', [dy, sharesOf(e, windows, operator.attributes.countsPadding ?? false)]);
  const output_padding = window.map(
    (extent, axis) =>
      extents[axis] -
      ((places[axis] - 1) * strides[axis] + dilations[axis] * (extent - 1) + 1 - before[axis] - after[axis]),
  );
  const integers = { ...windowAttributes(windows), group: channels, output_padding };
  e.node('ConvTranspose', [shares, e.filled([channels, 1, ...window], 1)], { integers }, outputs[0]);
}

/** One over the number of cells that a window averages, by place; the zeros around the image count where `countsPadding`. */
function sharesOf(e: Lowering['e'], windows: Windows, countsPadding: boolean): string {
  const { window, places } = windows;
  if (countsPadding) return e.scalar(1 / sizeOf(window));
  const counts = window.map((_, axis) =>
    Array.from({ length: places[axis] }, (_, place) => inside(windows, axis, place)),
  );
  const all = counts.reduce((rows, axis) => rows.flatMap((row) => axis.map((count) => row * count)), [1]);
  if (all.every((count) => count === all[0])) return e.scalar(1 / all[0]);
  const name = e.fresh('shares');
  return e.tensor(
    name,
    [1, 1, ...places],
    Float32Array.from(all, (count) => 1 / count),
  );
}

/** Cells of the window at a place of one axis that lie inside the image. */
function inside({ window, strides, dilations, before, extents }: Windows, axis: number, place: number): number {
  const start = place * strides[axis] - before[axis];
  return Array.from({ length: window[axis] }, (_, cell) => start + cell * dilations[axis]).filter(
    (at) => at >= 0 && at < extents[axis],
  ).length;
}

/** Pools by a window and their gradient. */
export const POOLS: Readonly<Partial<Record<OperatorKind, (lowering: Lowering) => void>>> = { pool, poolGradient };
