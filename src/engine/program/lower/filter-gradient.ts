import { sizeOf } from '../../../core/graph/shapes.ts';
import type { PlacedForm, PlacedLowering } from './placed.ts';
import { cells, padded, windowsOf } from './windows.ts';
import type { Windows } from './windows.ts';

/** With fewer channels a product for each cell of the window is too narrow: all cells go into one. */
const NARROW = 16;

/**
 * The gradient of filters [out, in, ...window] from x and dy as products over all places of all samples: dy [out, places] times what
 * each cell of the window sees, [places, in]. Channels last there, so that strides copy whole rows. A convolution with batch and
 * channels exchanged, the natural form, takes twice as long: its products have no more columns than the window has cells.
 */
const byCells: PlacedForm = (lowering) => {
  const { e, operator, shapes, outputShape, placement } = lowering;
  const { groups = 1 } = operator.attributes;
  if (groups !== 1) return false;
  const windows = windowsOf(operator.attributes, outputShape.slice(2), shapes[0], shapes[1]);
  const [out, channels] = outputShape;
  const places = shapes[1][0] * sizeOf(windows.places);
  const dy = e.node('Reshape', [placement.major(operator.inputs[1]), e.integers([out, places])]);
  const gradient = placement.plain(operator.outputs[0]);
  if (channels < NARROW) {
    const product = e.node('Gemm', [dy, columns(lowering, windows, places)], { integers: { transB: 1 } });
    const byCell = e.node('Reshape', [product, e.integers([out, sizeOf(windows.window), channels])]);
    const moved = e.node('Transpose', [byCell], { integers: { perm: [0, 2, 1] } });
    e.node('Reshape', [moved, e.integers(outputShape)], {}, gradient);
    return true;
  }
  const gradients = cells(e, padded(e, channelsLast(lowering), windows, { first: 1 }), windows, 1).map((cell) => {
    const rows = e.node('Reshape', [cell, e.integers([places, channels])]);
    return e.node('Reshape', [e.node('Gemm', [dy, rows]), e.integers([out, channels, 1])]);
  });
  const joined = e.node('Concat', gradients, { integers: { axis: 2 } });
  e.node('Reshape', [joined, e.integers(outputShape)], {}, gradient);
  return true;
};

/** What every cell sees, [cells * channels, places]. */
function columns({ e, placement, operator, shapes }: PlacedLowering, windows: Windows, places: number): string {
  const channels = shapes[0][1];
  const seen = cells(e, padded(e, placement.major(operator.inputs[0]), windows), windows).map((cell) =>
    e.node('Reshape', [cell, e.integers([channels, places])]),
  );
  return e.node('Concat', seen, { integers: { axis: 0 } });
}

/** [batch, ...places, channels], from where the image stands. */
function channelsLast({ e, placement, operator: { inputs }, shapes }: PlacedLowering): string {
  const places = shapes[0].slice(2).map((_, axis) => axis + 2);
  const isMajor = placement.isMajor(inputs[0]);
  const perm = isMajor ? [1, ...places, 0] : [0, ...places, 1];
  const image = isMajor ? placement.major(inputs[0]) : placement.plain(inputs[0]);
  return e.node('Transpose', [image], { integers: { perm } });
}

export const FILTER_GRADIENT_FORMS = { byCells };
