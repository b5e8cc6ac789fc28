import { sizeOf } from '../../../core/graph/shapes.ts';
import type { PlacedForm, PlacedLowering } from './placed.ts';

/**
 * Convolutions whose window is one cell, as one matrix product over all places of all samples (channels before the batch). By images
 * the product has as few columns as an image has places, 4 at the end of a network.
 */
function isPointwise({ operator }: PlacedLowering, filters: readonly number[]): boolean {
  const { groups = 1, strides = [], padding = [] } = operator.attributes;
  const isWhole = padding !== 'same' && padding.every(([before, after]) => before === 0 && after === 0);
  return groups === 1 && isWhole && strides.every((stride) => stride === 1) && sizeOf(filters.slice(2)) === 1;
}

/** Images as a matrix [channels, places of all samples]. */
const matrix = ({ e, placement, operator, shapes }: PlacedLowering, index: number): string => {
  const [batch, channels, ...places] = shapes[index];
  const rows = e.integers([channels, batch * sizeOf(places)]);
  return e.node('Reshape', [placement.major(operator.inputs[index]), rows]);
};

const asMatrix = ({ e, placement, operator }: PlacedLowering, index: number, [out, inner]: readonly number[]): string =>
  e.node('Reshape', [placement.plain(operator.inputs[index]), e.integers([out, inner])]);

/** Writes a matrix [channels, places] as images of the output's shape. */
function writeImages({ e, placement, operator, outputShape }: PlacedLowering, product: string): void {
  const [batch, channels, ...places] = outputShape;
  const shape = e.integers([channels, batch, ...places]);
  e.node('Reshape', [product, shape], {}, placement.placeMajor(operator.outputs[0]));
}

const convolution: PlacedForm = (lowering) => {
  const { e, operator, shapes, placement } = lowering;
  if (!isPointwise(lowering, shapes[1])) return false;
  const bias =
    operator.inputs[2] === undefined
      ? []
      : [e.node('Reshape', [placement.plain(operator.inputs[2]), e.integers([shapes[1][0], 1])])];
  writeImages(lowering, e.node('Gemm', [asMatrix(lowering, 1, shapes[1]), matrix(lowering, 0), ...bias]));
  return true;
};

/** Inputs dy and filters. */
const inputGradient: PlacedForm = (lowering) => {
  const { e, shapes } = lowering;
  if (!isPointwise(lowering, shapes[1])) return false;
  const integers = { transA: 1 };
  writeImages(lowering, e.node('Gemm', [asMatrix(lowering, 1, shapes[1]), matrix(lowering, 0)], { integers }));
  return true;
};

/** Inputs x and dy. */
const filterGradient: PlacedForm = (lowering) => {
  const { e, operator, outputShape, placement } = lowering;
  if (!isPointwise(lowering, outputShape)) return false;
  const product = e.node('Gemm', [matrix(lowering, 1), matrix(lowering, 0)], { integers: { transB: 1 } });
  e.node('Reshape', [product, e.integers(outputShape)], {}, placement.plain(operator.outputs[0]));
  return true;
};

export const POINTWISE_FORMS = { convolution, inputGradient, filterGradient };
