import { sizeOf } from '../../../core/graph/shapes.ts';
import type { Operator } from '../../../core/graph/types.ts';
import type { BlockedImages, Shape } from './images.ts';

const DEFAULT_EPSILON = 1e-5;

/** Sums over the samples of [batch, filled channels]. */
const overSamples = ({ e }: BlockedImages, values: string): string =>
  e.node('ReduceSum', [values, e.integers([0])], { integers: { keepdims: 0 } });

const scaled = ({ e }: BlockedImages, values: string, factor: number): string =>
  e.node('Mul', [values, e.scalar(factor)]);

/** Cells that each channel's statistics are of. */
const cellsOf = ([samples, , ...places]: Shape): number => samples * sizeOf(places);

function inverseDeviation({ e }: BlockedImages, variance: string, epsilon: number): string {
  return e.node('Reciprocal', [e.node('Sqrt', [e.node('Add', [variance, e.scalar(epsilon)])])]);
}

/** Batch norms of blocked images; those of training graphs keep the centred image for the backward pass. */
export class BlockedBatchNorms {
  readonly #images: BlockedImages;
  /** Centred images by the tensor of their mean. */
  readonly #centred = new Map<number, string>();

  constructor(images: BlockedImages) {
    this.#images = images;
  }

  forward(operator: Operator): boolean {
    const images = this.#images;
    const [x, gain, bias, keptMean, keptVariance] = operator.inputs;
    if (!images.isBlocked(x)) return false;
    const { training = false, epsilon = DEFAULT_EPSILON } = operator.attributes;
    const [channels, shape] = [images.shapeOf(x)[1], images.blockedShape(x)];
    const [mean, variance] = training ? this.#measure(operator) : [images.plain(keptMean), images.plain(keptVariance)];
    const { e } = images;
    const slope = e.node('Mul', [images.plain(gain), inverseDeviation(images, variance, epsilon)]);
    const centred = training ? this.#centred.get(operator.outputs[1]) : undefined;
    const shift = e.node('Sub', [images.plain(bias), e.node('Mul', [mean, slope])]);
    const y = images.affine(centred ?? images.blocked(x), shape[1], shape, {
      factor: images.channelVector(slope, channels),
      constant: images.channelVector(centred === undefined ? shift : images.plain(bias), channels),
    });
    images.placeBlocked(operator.outputs[0], y);
    return true;
  }

  /** Mean, then the mean of squares around it: two passes keep the digits that one pass would lose. */
  #measure({ inputs: [x], outputs: [, mean, variance] }: Operator): readonly [string, string] {
    const images = this.#images;
    const { e } = images;
    const [channels, shape] = [images.shapeOf(x)[1], images.blockedShape(x)];
    const means = scaled(images, overSamples(images, images.means(images.blocked(x), shape)), 1 / shape[0]);
    const factor = e.filled([shape[1]], 1);
    const constant = scaled(images, means, -1);
    const centred = images.affine(images.blocked(x), shape[1], shape, { factor, constant });
    this.#centred.set(mean, centred);
    const squares = scaled(images, overSamples(images, images.dot(centred, centred, shape)), 1 / cellsOf(shape));
    this.#kept(means, channels, images.plain(mean));
    this.#kept(squares, channels, images.plain(variance));
    return [images.plain(mean), images.plain(variance)];
  }

  /** The channels that are real, under the name of a tensor of the graph. */
  #kept(vector: string, channels: number, output: string): void {
    const { e } = this.#images;
    e.node('Slice', [vector, e.integers([0]), e.integers([channels]), e.integers([0])], {}, output);
  }

  /** With a = gain / sigma, n cells a channel and c = x - mean: dx = a dy - a sum(dy) / n - a sum(dy c) / (n sigma^2) c; without the sums where the statistics are kept ones. */
  backward(operator: Operator): boolean {
    const images = this.#images;
    const { e } = images;
    const { training = false, epsilon = DEFAULT_EPSILON } = operator.attributes;
    const [dy, , mean, variance, gain] = operator.inputs;
    const centred = this.#centred.get(mean);
    if (!training || centred === undefined) return false;
    const [channels, shape] = [images.shapeOf(dy)[1], images.blockedShape(dy)];
    const inverse = inverseDeviation(images, images.plain(variance), epsilon);
    const factor = e.node('Mul', [images.plain(gain), inverse]);
    const total = this.#channelSums(
      scaled(images, images.means(images.blocked(dy), shape), cellsOf(shape) / shape[0]),
      channels,
      operator.outputs[2],
    );
    const along = this.#channelSums(images.dot(images.blocked(dy), centred, shape), channels);
    e.node('Mul', [along, inverse], {}, images.plain(operator.outputs[1]));
    const share = scaled(images, factor, -1 / cellsOf(shape));
    const constant = e.node('Mul', [share, total]);
    const slope = e.node('Mul', [e.node('Mul', [share, along]), e.node('Mul', [inverse, inverse])]);
    const filled = (vector: string): string => images.channelVector(vector, channels);
    const sum = images.affine(centred, shape[1], shape, { factor: filled(slope) });
    const dx = images.affine(images.blocked(dy), shape[1], shape, {
      factor: filled(factor),
      constant: filled(constant),
      sum,
    });
    images.placeBlocked(operator.outputs[0], dx);
    return true;
  }

  #channelSums(bySample: string, channels: number, output?: number): string {
    const images = this.#images;
    const name = output === undefined ? images.e.fresh('sums') : images.plain(output);
    this.#kept(overSamples(images, bySample), channels, name);
    return name;
  }
}
