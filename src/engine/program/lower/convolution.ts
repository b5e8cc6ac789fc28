import { sizeOf } from '../../../core/graph/shapes.ts';
import type { OperatorKind } from '../../../core/graph/types.ts';
import type { Lowering } from './lowering.ts';
import { cells, padded, windowAttributes, windowsOf } from './windows.ts';
import type { Windows } from './windows.ts';

function convolution({ e, operator, inputs, outputs, shapes, outputShape }: Lowering): void {
  const windows = windowsOf(operator.attributes, shapes[1].slice(2), shapes[0], outputShape);
  const { groups = 1 } = operator.attributes;
  e.node('Conv', inputs, { integers: { ...windowAttributes(windows), group: groups } }, outputs[0]);
}

/** x of y = conv(x): the image has `extents`, the gradient `places`. */
function adjoint({ e, inputs, outputs }: Lowering, { groups = 1 }, windows: Windows): void {
  const { window, strides, dilations, before, after, extents, places } = windows;
  const output_padding = window.map((extent, axis) => {
    const reach = dilations[axis] * (extent - 1) + 1;
    return extents[axis] - ((places[axis] - 1) * strides[axis] + reach - before[axis] - after[axis]);
  });
  const integers = { ...windowAttributes(windows), group: groups, output_padding };
  e.node('ConvTranspose', inputs, { integers }, outputs[0]);
}

function transposedConvolution(lowering: Lowering): void {
  const { operator, shapes, outputShape } = lowering;
  const windows = windowsOf(operator.attributes, shapes[1].slice(2), outputShape, shapes[0]);
  adjoint(lowering, operator.attributes, windows);
}

function inputGradient(lowering: Lowering): void {
  const { operator, shapes, outputShape } = lowering;
  const windows = windowsOf(operator.attributes, shapes[1].slice(2), outputShape, shapes[0]);
  if (!byFlippedFilters(lowering, windows)) adjoint(lowering, operator.attributes, windows);
}

/** Fewer channels than this fill no vector of a convolution's result. */
const NARROW = 16;

/** Without strides the adjoint is itself a convolution, with the filters turned over: faster than a transposed one by a sixth. */
function byFlippedFilters({ e, operator, inputs: [dy, filters], outputs, shapes }: Lowering, windows: Windows): boolean {
  const { groups = 1 } = operator.attributes;
  const { window, strides, dilations, before, extents, places } = windows;
  const starts = window.map((extent, axis) => dilations[axis] * (extent - 1) - before[axis]);
  const ends = window.map((_, axis) => extents[axis] - places[axis] + before[axis]);
  const fits = [...starts, ...ends].every((zeros) => zeros >= 0);
  if (groups !== 1 || shapes[1][1] < NARROW || !fits || strides.some((stride) => stride !== 1)) return false;
  const axes = window.map((_, axis) => axis + 2);
  const all = (value: number): string => e.integers(axes.map(() => value));
  const turned = e.node('Slice', [filters, all(-1), all(-(2 ** 31)), e.integers(axes), all(-1)]);
  const exchanged = e.node('Transpose', [turned], { integers: { perm: [1, 0, ...axes] } });
  e.node('Conv', [dy, exchanged], { integers: { dilations, pads: [...starts, ...ends] } }, outputs[0]);
  return true;
}

/** The gradient of grouped filters [out, in / groups, ...window] from x and dy. */
function filterGradient(lowering: Lowering): void {
  const { operator, shapes, outputShape } = lowering;
  const { groups = 1 } = operator.attributes;
  const windows = windowsOf(operator.attributes, outputShape.slice(2), shapes[0], shapes[1]);
  if (outputShape[1] === 1) byChannel(lowering, windows);
  else byColumns(lowering, windows, groups);
}

const exchanged = ({ strides, dilations, before, after }: Windows): Record<string, readonly number[]> => ({
  strides: dilations,
  dilations: strides,
  pads: [...before, ...after],
});

/** What lies beyond the window is cut off. */
function cut({ e }: Lowering, whole: string, { window }: Windows): string {
  const axes = window.map((_, axis) => axis + 2);
  return e.node('Slice', [whole, e.integers(axes.map(() => 0)), e.integers(window), e.integers(axes)]);
}

/** Depthwise: every channel of every sample is convolved with its own gradient, then samples are summed. */
function byChannel(lowering: Lowering, windows: Windows): void {
  const { e, inputs, outputs, shapes, outputShape } = lowering;
  const [[samples, channels, ...extents], [, out, ...places]] = shapes;
  const x = e.node('Reshape', [inputs[0], e.integers([1, samples * channels, ...extents])]);
  const dy = e.node('Reshape', [inputs[1], e.integers([samples * out, 1, ...places])]);
  const integers = { ...exchanged(windows), group: samples * channels };
  const whole = cut(lowering, e.node('Conv', [x, dy], { integers }), windows);
  const bySample = e.node('Reshape', [whole, e.integers([samples, ...outputShape])]);
  e.node('ReduceSum', [bySample, e.integers([0])], { integers: { keepdims: 0 } }, outputs[0]);
}

/** Columns of what each filter sees, times dy, group by group (im2col). */
function byColumns({ e, inputs, outputs, shapes, outputShape }: Lowering, windows: Windows, groups: number): void {
  const [[samples, channels], [, out]] = shapes;
  const [places, cellCount] = [sizeOf(windows.places), sizeOf(windows.window)];
  const perGroup = channels / groups;
  const seen = cells(e, padded(e, inputs[0], windows), windows).map((cell) =>
    e.node('Reshape', [cell, e.integers([samples, groups, 1, perGroup, places])]),
  );
  const stacked = e.node('Concat', seen, { integers: { axis: 2 } });
  const columns = e.node('Reshape', [stacked, e.integers([samples, groups, cellCount * perGroup, places])]);
  const dy = e.node('Reshape', [inputs[1], e.integers([samples, groups, out / groups, places])]);
  const product = e.fresh('product');
  const integers = { transA: 0, transB: 1 };
  e.raw({ type: 'FusedMatMul', domain: 'com.microsoft', inputs: [dy, columns], outputs: [product], integers });
  const summed = e.node('ReduceSum', [product, e.integers([0])], { integers: { keepdims: 0 } });
  const byCell = e.node('Reshape', [summed, e.integers([out, cellCount, perGroup])]);
  const byInput = e.node('Transpose', [byCell], { integers: { perm: [0, 2, 1] } });
  e.node('Reshape', [byInput, e.integers(outputShape)], {}, outputs[0]);
}

/** Convolutions in one to three dimensions with their gradients. */
export const CONVOLUTIONS: Readonly<Partial<Record<OperatorKind, (lowering: Lowering) => void>>> = {
  convolution,
  transposedConvolution,
  convolutionInputGradient: inputGradient,
  convolutionFilterGradient: filterGradient,
};
