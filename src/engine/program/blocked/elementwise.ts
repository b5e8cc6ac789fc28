import { sizeOf } from '../../../core/graph/shapes.ts';
import type { Operator, TensorId } from '../../../core/graph/types.ts';
import { emitActivation, emitActivationGradient } from '../activations.ts';
import type { BlockedImages } from './images.ts';

const isSame = (images: BlockedImages, a: TensorId, b: TensorId): boolean =>
  String(images.shapeOf(a)) === String(images.shapeOf(b));

/** Element by element on images of one shape, blocked as soon as one of them is. */
export function alike(images: BlockedImages, { kind, inputs, outputs, attributes }: Operator): boolean {
  if (!inputs.some((id) => images.isBlocked(id)) || !inputs.every((id) => isSame(images, id, outputs[0]))) return false;
  const { e } = images;
  const operands = inputs.map((id) => images.blocked(id));
  const output = e.fresh(kind);
  if (kind === 'activation') emitActivation(e, attributes, operands[0], output);
  else if (kind === 'activationGradient') emitActivationGradient(e, attributes, operands, output);
  else if (kind === 'scale') e.node('Mul', [operands[0], e.scalar(attributes.alpha ?? 1)], {}, output);
  else e.node(kind === 'add' ? 'Add' : 'Mul', operands, {}, output);
  images.placeBlocked(outputs[0], output);
  return true;
}

/** One number an image and channel, [batch, channels, 1, 1]. */
function isGate(images: BlockedImages, gate: TensorId, image: TensorId): boolean {
  const [shape, whole] = [images.shapeOf(gate), images.shapeOf(image)];
  return shape.length === 4 && shape[0] === whole[0] && shape[1] === whole[1] && sizeOf(shape.slice(2)) === 1;
}

/** Gates of squeeze and excitation, and gradients that every place of an image shares. */
export class ImageGates {
  readonly #images: BlockedImages;
  /** What stands at every place of a deferred tensor. */
  readonly #spread = new Map<TensorId, TensorId>();
  /** Factors of deferred products. */
  readonly #products = new Map<TensorId, readonly [TensorId, TensorId]>();

  constructor(images: BlockedImages) {
    this.#images = images;
  }

  /** [batch, channels, 1, 1] to every place: written only where it is not added to an image. */
  broadcast({ inputs: [x], outputs: [y] }: Operator): boolean {
    const images = this.#images;
    if (images.shapeOf(y).length !== 4 || !isGate(images, x, y)) return false;
    this.#spread.set(y, x);
    images.defer(y, () => this.#expand(x, y));
    return true;
  }

  /** A product with a row of ones: onnxruntime's Expand is several times slower. */
  #expand(x: TensorId, y: TensorId): void {
    const images = this.#images;
    const { e } = images;
    const [samples, channels, ...places] = images.shapeOf(y);
    const column = images.reshape(images.plain(x), [samples * channels, 1]);
    const whole = e.node('Gemm', [column, e.filled([1, sizeOf(places)], 1)]);
    images.reshape(whole, images.shapeOf(y), images.plain(y));
  }

  add(operator: Operator): boolean {
    const images = this.#images;
    const [a, b] = operator.inputs;
    for (const [image, other] of [
      [a, b],
      [b, a],
    ]) {
      const gate = this.#spread.get(other);
      if (gate === undefined || !images.isBlocked(image)) continue;
      const shape = images.blockedShape(image);
      const count = shape[0] * shape[1];
      const constant = images.reshape(images.blocked(gate), [count]);
      const y = images.affine(images.blocked(image), count, shape, { factor: images.e.filled([count], 1), constant });
      images.placeBlocked(operator.outputs[0], y);
      return true;
    }
    return alike(images, operator);
  }

  multiply(operator: Operator): boolean {
    const images = this.#images;
    const [a, b] = operator.inputs;
    for (const [image, gate] of [
      [a, b],
      [b, a],
    ]) {
      if (!images.isBlocked(image) || isSame(images, image, gate) || !isGate(images, gate, image)) continue;
      const shape = images.blockedShape(image);
      const factor = images.blocked(gate);
      images.placeBlocked(
        operator.outputs[0],
        images.affine(images.blocked(image), shape[0] * shape[1], shape, { factor }),
      );
      return true;
    }
    return this.#deferProduct(operator) || alike(images, operator);
  }

  /** A product that is read once may be wanted for its sums alone. */
  #deferProduct(operator: Operator): boolean {
    const images = this.#images;
    const {
      inputs: [a, b],
      outputs: [y],
    } = operator;
    if (images.consumers(y) !== 1 || !images.isBlocked(a) || !images.isBlocked(b) || !isSame(images, a, b))
      return false;
    this.#products.set(y, [a, b]);
    images.defer(y, () => void alike(images, operator));
    return true;
  }

  /** Means and sums over the places of images, and over samples too. */
  reduce({ inputs: [x], outputs: [y], attributes }: Operator): boolean {
    const images = this.#images;
    const { reduction, axes = [], keepAxes = false } = attributes;
    const isOverPlaces = String(axes) === '2,3';
    const isOverAll = String(axes) === '0,2,3' && !keepAxes;
    const factors = this.#products.get(x);
    if (reduction !== 'mean' && reduction !== 'sum') return false;
    if ((!isOverPlaces && !isOverAll) || (factors === undefined && !images.isBlocked(x))) return false;
    const shape = images.blockedShape(x);
    const places = sizeOf(shape.slice(2));
    const sums = factors && images.dot(images.blocked(factors[0]), images.blocked(factors[1]), shape);
    const means = sums ?? images.means(images.blocked(x), shape);
    const whole = isOverAll ? this.#overSamples(means) : means;
    const count = isOverAll ? shape[0] * places : places;
    const factor = (sums === undefined ? places : 1) / (reduction === 'mean' ? count : 1);
    this.#keep(factor === 1 ? whole : images.e.node('Mul', [whole, images.e.scalar(factor)]), x, y);
    return true;
  }

  #overSamples(values: string): string {
    const { e } = this.#images;
    return e.node('ReduceSum', [values, e.integers([0])], { integers: { keepdims: 0 } });
  }

  /** The channels that are real, [..., channels], under the name of the tensor `y`. */
  #keep(values: string, x: TensorId, y: TensorId): void {
    const images = this.#images;
    const { e } = images;
    const channels = e.integers([images.shapeOf(x)[1]]);
    const kept = e.node('Slice', [values, e.integers([0]), channels, e.integers([-1])]);
    images.reshape(kept, images.shapeOf(y), images.plain(y));
  }
}
