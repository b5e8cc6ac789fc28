import { sizeOf } from '../../../core/graph/shapes.ts';
import type { Emitter } from '../emitter.ts';
import type { PlacedForm, PlacedLowering } from './placed.ts';
import { windowsOf } from './windows.ts';
import type { Windows } from './windows.ts';

/**
 * Depthwise convolutions as matrix products: on so few places a channel's convolution is a small matrix from the places of the image to
 * those of the result (a Toeplitz matrix), and its filter enters linearly. All samples of a channel go through one product, the gradient
 * of the image through the transposed matrix, and that of the filter is read off the matrix's gradient. onnxruntime's own takes 3 to 40
 * times as long on such sizes.
 */
const MOST_ENTRIES = 16_384;
/** Longer rows than this waste too much of a product over rows. */
const LONGEST_ROW = 40;

/** How the filter's cells enter a matrix: [cells, from * to], one where the cell leads from a place to a place. */
interface Spread {
  readonly values: string;
  readonly cells: number;
  readonly from: number;
  readonly to: number;
}

type Depthwise = Readonly<{ windows: Windows; samples: number; channels: number }>;

/** The windows of a depthwise convolution in two dimensions, or undefined for any other. */
function depthwiseOf(
  { operator }: PlacedLowering,
  filters: readonly number[],
  image: readonly number[],
  placed: readonly number[],
): Depthwise | undefined {
  const { groups = 1 } = operator.attributes;
  const isDepthwise = groups > 1 && groups === filters[0] && filters[1] === 1 && filters.length === 4;
  if (!isDepthwise) return undefined;
  return {
    windows: windowsOf(operator.attributes, filters.slice(2), image, placed),
    samples: image[0],
    channels: groups,
  };
}

const isSmall = ({ windows: { extents, places } }: Depthwise): boolean =>
  sizeOf(extents) * sizeOf(places) <= MOST_ENTRIES;

/** Pairs of places that a cell of the window joins along one axis: [from, to]. */
function joined(windows: Windows, axis: number, cell: number): (readonly [number, number])[] {
  const { strides, dilations, before, extents, places } = windows;
  return Array.from(
    { length: places[axis] },
    (_, place) => [place * strides[axis] + cell * dilations[axis] - before[axis], place] as const,
  ).filter(([from]) => from >= 0 && from < extents[axis]);
}

/** Over the whole image. */
function spreadWhole(e: Emitter, windows: Windows): Spread {
  const { window, extents, places } = windows;
  const [from, to, cells] = [sizeOf(extents), sizeOf(places), sizeOf(window)];
  const values = e.sparse(`whole ${JSON.stringify(windows)}`, [cells, from * to], () =>
    Array.from({ length: cells }, (_, cell) => {
      const rows = joined(windows, 0, Math.floor(cell / window[1]));
      const columns = joined(windows, 1, cell % window[1]);
      return rows.flatMap(([y, top]) =>
        columns.map(([x, left]) => (cell * from + y * extents[1] + x) * to + top * places[1] + left),
      );
    }).flat(),
  );
  return { values, cells, from, to };
}

/** Along a row of the image, for one row of the window. */
function spreadRow(e: Emitter, windows: Windows): Spread {
  const { window, extents, places } = windows;
  const [from, to, cells] = [extents[1], places[1], window[1]];
  const values = e.sparse(`row ${JSON.stringify(windows)}`, [cells, from * to], () =>
    Array.from({ length: cells }, (_, cell) =>
      joined(windows, 1, cell).map(([x, left]) => (cell * from + x) * to + left),
    ).flat(),
  );
  return { values, cells, from, to };
}

const reshaped = (e: Emitter, x: string, shape: readonly number[], output?: string): string =>
  e.node('Reshape', [x, e.integers(shape)], {}, output);

/** The matrices of `count` filters with the cells of a spread each: [count, from, to]. */
function matricesOf(e: Emitter, filters: string, count: number, { values, cells, from, to }: Spread): string {
  return reshaped(e, e.node('Gemm', [reshaped(e, filters, [count, cells]), values]), [count, from, to]);
}

/** Back from the gradient of the matrices to that of their filters: [count, cells]. */
function filtersOf(e: Emitter, matrices: string, count: number, { values, from, to }: Spread): string {
  return e.node('Gemm', [reshaped(e, matrices, [count, from * to]), values], { integers: { transB: 1 } });
}

function product(e: Emitter, a: string, b: string, transA: boolean, transB: boolean): string {
  const output = e.fresh('product');
  const integers = { transA: Number(transA), transB: Number(transB) };
  e.raw({ type: 'FusedMatMul', domain: 'com.microsoft', inputs: [a, b], outputs: [output], integers });
  return output;
}

/** The rows of a padded image that a row of the window sees: [channels, samples * places, extents]. */
function rowsSeen(
  { e }: PlacedLowering,
  padded: string,
  { windows, samples, channels }: Depthwise,
  row: number,
): string {
  const { strides, dilations, extents, places } = windows;
  const start = row * dilations[0];
  const ends = start + (places[0] - 1) * strides[0] + 1;
  const seen = e.node('Slice', [padded, ...[[start], [ends], [2], [strides[0]]].map((values) => e.integers(values))]);
  return reshaped(e, seen, [channels, samples * places[0], extents[1]]);
}

function paddedRows({ e, placement, operator }: PlacedLowering, { windows: { before, after } }: Depthwise): string {
  const x = placement.major(operator.inputs[0]);
  return before[0] + after[0] === 0 ? x : e.node('Pad', [x, e.integers([0, 0, before[0], 0, 0, 0, after[0], 0])]);
}

/** Filters [channels, 1, rows, columns], one row of the window. */
const filterRow = ({ e, placement, operator }: PlacedLowering, row: number): string =>
  e.node('Slice', [
    placement.plain(operator.inputs[1]),
    ...[[row], [row + 1], [2]].map((values) => e.integers(values)),
  ]);

const convolution: PlacedForm = (lowering) => {
  const { e, operator, shapes, outputShape, placement } = lowering;
  const depthwise = depthwiseOf(lowering, shapes[1], shapes[0], outputShape);
  if (!depthwise) return false;
  const { windows, samples, channels } = depthwise;
  const bias = operator.inputs[2] === undefined ? undefined : placement.plain(operator.inputs[2]);
  const write = (values: string): void => {
    const sum = bias === undefined ? values : e.node('Add', [values, reshaped(e, bias, [channels, 1, 1])]);
    reshaped(e, sum, [channels, samples, ...windows.places], placement.placeMajor(operator.outputs[0]));
  };
  if (isSmall(depthwise)) {
    const spread = spreadWhole(e, windows);
    const x = reshaped(e, placement.major(operator.inputs[0]), [channels, samples, spread.from]);
    const matrices = matricesOf(e, placement.plain(operator.inputs[1]), channels, spread);
    write(product(e, x, matrices, false, false));
    return true;
  }
  if (windows.extents[1] > LONGEST_ROW) return false;
  const spread = spreadRow(e, windows);
  const padded = paddedRows(lowering, depthwise);
  const rows = Array.from({ length: windows.window[0] }, (_, row) => row);
  const seen = e.node(
    'Concat',
    rows.map((row) => rowsSeen(lowering, padded, depthwise, row)),
    { integers: { axis: 2 } },
  );
  const count = channels * rows.length;
  const matrices = matricesOf(e, placement.plain(operator.inputs[1]), count, spread);
  const stacked = reshaped(e, matrices, [channels, rows.length * spread.from, spread.to]);
  write(product(e, seen, stacked, false, false));
  return true;
};

/** Inputs dy and filters. */
const inputGradient: PlacedForm = (lowering) => {
  const { e, operator, shapes, outputShape, placement } = lowering;
  const depthwise = depthwiseOf(lowering, shapes[1], outputShape, shapes[0]);
  if (!depthwise) return false;
  const { windows, samples, channels } = depthwise;
  if (isSmall(depthwise)) {
    const spread = spreadWhole(e, windows);
    const dy = reshaped(e, placement.major(operator.inputs[0]), [channels, samples, spread.to]);
    const matrices = matricesOf(e, placement.plain(operator.inputs[1]), channels, spread);
    const shape = [channels, samples, ...windows.extents];
    reshaped(e, product(e, dy, matrices, false, true), shape, placement.placeMajor(operator.outputs[0]));
    return true;
  }
  if (windows.extents[1] > LONGEST_ROW) return false;
  const spread = spreadRow(e, windows);
  const dy = reshaped(e, placement.major(operator.inputs[0]), [channels, samples * windows.places[0], spread.to]);
  const parts = Array.from({ length: windows.window[0] }, (_, row) => {
    const matrices = matricesOf(e, filterRow(lowering, row), channels, spread);
    const part = product(e, dy, matrices, false, true);
    return reshaped(e, part, [channels, samples, windows.places[0], 1, windows.extents[1]]);
  });
  foldRows(lowering, depthwise, parts);
  return true;
};

/** Adds up what each row of the window gives to the rows of the image: place p and window row k meet at row p stride + k dilation - before. */
function foldRows(
  { e, operator, placement }: PlacedLowering,
  { windows, samples, channels }: Depthwise,
  parts: string[],
): void {
  const { strides, dilations, before, extents, places } = windows;
  const [stride] = strides;
  const offsets = parts.map((_, row) => row * dilations[0]);
  const reach = Math.floor(Math.max(...offsets) / stride);
  const length = Math.max(places[0] + reach, Math.ceil((before[0] + extents[0]) / stride));
  const phases = Array.from({ length: stride }, (_, phase) => {
    const terms = parts.flatMap((part, row) => {
      if (offsets[row] % stride !== phase) return [];
      const shift = Math.floor(offsets[row] / stride);
      const pads = [0, 0, shift, 0, 0, 0, 0, length - places[0] - shift, 0, 0];
      return [e.node('Pad', [part, e.integers(pads)])];
    });
    return terms.length === 0
      ? e.filled([channels, samples, length, 1, extents[1]], 0)
      : terms.reduce((sum, term) => e.node('Add', [sum, term]));
  });
  const woven = stride === 1 ? phases[0] : e.node('Concat', phases, { integers: { axis: 3 } });
  const rows = reshaped(e, woven, [channels, samples, length * stride, extents[1]]);
  const bounds = [[before[0]], [before[0] + extents[0]], [2]].map((values) => e.integers(values));
  e.node('Slice', [rows, ...bounds], {}, placement.placeMajor(operator.outputs[0]));
}

/** Inputs x and dy. */
const filterGradient: PlacedForm = (lowering) => {
  const { e, operator, shapes, outputShape, placement } = lowering;
  const depthwise = depthwiseOf(lowering, outputShape, shapes[0], shapes[1]);
  if (!depthwise) return false;
  const { windows, samples, channels } = depthwise;
  const write = (values: string): void => void reshaped(e, values, outputShape, placement.plain(operator.outputs[0]));
  if (isSmall(depthwise)) {
    const spread = spreadWhole(e, windows);
    const [x, dy] = [spread.from, spread.to].map((places, index) =>
      reshaped(e, placement.major(operator.inputs[index]), [channels, samples, places]),
    );
    write(filtersOf(e, product(e, x, dy, true, false), channels, spread));
    return true;
  }
  if (windows.extents[1] > LONGEST_ROW) return false;
  const spread = spreadRow(e, windows);
  const padded = paddedRows(lowering, depthwise);
  const dy = reshaped(e, placement.major(operator.inputs[1]), [channels, samples * windows.places[0], spread.to]);
  const gradients = Array.from({ length: windows.window[0] }, (_, row) => {
    const matrices = product(e, rowsSeen(lowering, padded, depthwise, row), dy, true, false);
    return reshaped(e, filtersOf(e, matrices, channels, spread), [channels, 1, spread.cells]);
  });
  write(e.node('Concat', gradients, { integers: { axis: 1 } }));
  return true;
};

export const DEPTHWISE_FORMS = { convolution, inputGradient, filterGradient };
