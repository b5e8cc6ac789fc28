import { sizeOf } from '../../../core/graph/shapes.ts';
import type { Operator, TensorId } from '../../../core/graph/types.ts';
import type { BlockedImages } from './images.ts';

/** Up to so many places an image, products of rows beat the direct convolution, which has too few places in a line (measured, AVX-512). */
const MOST_PLACES = 64;

/** Whether a 1x1 convolution of x to y with the given filters is a product of rows. */
function isProduct(images: BlockedImages, { attributes }: Operator, [x, y, filters]: readonly TensorId[]): boolean {
  const [from, to, window] = [x, y, filters].map((id) => images.shapeOf(id).slice(2));
  const { groups = 1 } = attributes;
  const isPoint = window.length === 2 && sizeOf(window) === 1 && groups === 1 && String(from) === String(to);
  if (!isPoint || sizeOf(from) > MOST_PLACES) return false;
  return sizeOf(from) === 1 || [x, y].some((id) => images.isBlocked(id));
}

const rowsOf = (images: BlockedImages, id: TensorId): string => {
  const [samples, channels, ...places] = images.shapeOf(id);
  return images.reshape(images.rows(id), [samples * sizeOf(places), channels]);
};

const matrixOf = (images: BlockedImages, id: TensorId): string =>
  images.reshape(images.plain(id), images.shapeOf(id).slice(0, 2));

export function convolution(images: BlockedImages, operator: Operator): boolean {
  const [x, w, bias] = operator.inputs;
  const [y] = operator.outputs;
  if (!isProduct(images, operator, [x, y, w])) return false;
  const operands = [rowsOf(images, x), matrixOf(images, w), ...(bias === undefined ? [] : [images.plain(bias)])];
  images.placeRows(y, images.e.node('Gemm', operands, { integers: { transB: 1 } }));
  return true;
}

export function inputGradient(images: BlockedImages, operator: Operator): boolean {
  const [dy, w] = operator.inputs;
  const [dx] = operator.outputs;
  if (!isProduct(images, operator, [dx, dy, w])) return false;
  images.placeRows(dx, images.e.node('Gemm', [rowsOf(images, dy), matrixOf(images, w)]));
  return true;
}

export function filterGradient(images: BlockedImages, operator: Operator): boolean {
  const [x, dy] = operator.inputs;
  const [dw] = operator.outputs;
  if (!isProduct(images, operator, [x, dy, dw])) return false;
  const product = images.e.node('Gemm', [rowsOf(images, dy), rowsOf(images, x)], { integers: { transA: 1 } });
  images.reshape(product, images.shapeOf(dw), images.plain(dw));
  return true;
}
