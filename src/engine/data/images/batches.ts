import { Random } from '../../../core/math/random.ts';
import { resizeImage } from '../../../core/math/resize.ts';
import type { PixelGrid } from '../../../core/math/resize.ts';
import type { Augment } from '../../../core/schema/data.ts';
import type { Images } from '../../../core/terms/dataset.ts';
import { IsoflopError } from '../../../core/terms/errors.ts';
import type { BatchInputs, BatchSource, EvaluationSource, SampleInput } from '../contract.ts';
import { epochOrder, spread } from '../order.ts';
import { rowsOf, writeClass } from '../targets.ts';
import { augmentImage } from './augment.ts';
import { betaDraw, mixRows } from './mixup.ts';

/** Stream of the seed that changes a sample, plus the sample's place in the run. */
const AUGMENT_STREAM = 2 ** 40;
/** Stream of the seed that mixes a batch, plus the step. */
const MIX_STREAM = 2 ** 41;

/** Resized images are kept up to this many bytes; beyond it they are resized at each visit. */
const MOST_RESIZED_BYTES = 2 ** 29;

/** A part of a data set, ready to be written into a program's inputs. Plain data: threads share it without a copy. */
export interface ImagePart {
  readonly images: Images;
  /** Which images belong to the part. */
  readonly rows: Uint32Array;
  /** Number of classes. */
  readonly classes: number;
  /** What each of the 256 levels becomes, by channel. */
  readonly levels: readonly Float32Array[];
  /** Mean colour of the training part. */
  readonly mean: Uint8Array;
}

export interface ImageBatchOptions {
  readonly input: SampleInput;
  readonly batch: number;
  readonly seed: number;
  readonly augment: Augment;
}

/** Batches of training images: order and changes follow from the seed and the step alone. */
export function imageBatches(part: ImagePart, options: ImageBatchOptions): BatchSource {
  const { input, batch, seed, augment } = options;
  const sampleAt = epochOrder(part.rows.length, seed);
  const imageAt = imagesFor(part, input);
  return {
    fill(step, inputs) {
      for (let row = 0; row < batch; row++) {
        const place = step * batch + row;
        const sample = part.rows[sampleAt(place)];
        const random = new Random(seed, AUGMENT_STREAM + place);
        const image = augmentImage(imageAt(sample), augment, part.mean, random);
        const rows = writeImage(image, part.levels, row, input, inputs, batch);
        writeClass(inputs, row, rows, part.images.labels[sample], part.classes);
      }
      if (augment.mixup * augment.strength > 0) mixBatch(inputs, options, new Random(seed, MIX_STREAM + step));
    },
  };
}

function mixBatch(inputs: BatchInputs, { input, batch, augment }: ImageBatchOptions, random: Random): void {
  const { [input.name]: values, targets } = inputs;
  if (!(values instanceof Float32Array && targets instanceof Float32Array))
    throw new IsoflopError(
      'invalid-input',
      'mixup gives shares of two classes, but the loss takes one class a sample',
      {
        path: 'data.augment.mixup',
        hint: 'Say mixup: 0, or train with a loss that takes shares.',
      },
    );
  const share = betaDraw(augment.mixup * augment.strength, random);
  const partners = random.permutation(batch);
  mixRows(values, partners, share);
  mixRows(targets, partners, share);
}

/** Images as they are, at most `most` spread evenly over the part. */
export function heldOutImages(part: ImagePart, input: SampleInput, most = Infinity): EvaluationSource {
  const count = Math.min(most, part.rows.length);
  const imageAt = imagesFor(part, input);
  return {
    count,
    fill(sample, row, inputs) {
      const index = part.rows[spread(sample, count, part.rows.length)];
      const rows = writeImage(imageAt(index), part.levels, row, input, inputs);
      writeClass(inputs, row, rows, part.images.labels[index], part.classes);
    },
  };
}

/** The images of a part by their index, in the size that the model takes; resized once each while that fits the memory. */
function imagesFor({ images }: ImagePart, input: SampleInput): (index: number) => PixelGrid {
  const { height, width, channels, pixels, count } = images;
  const size = height * width * channels;
  const whole = (index: number): PixelGrid => ({
    ...{ height, width, channels, pixels: pixels.subarray(index * size, (index + 1) * size) },
  });
  const to = { height: input.height ?? height, width: input.width ?? width, channels };
  if (to.height === height && to.width === width) return whole;
  const resize = (index: number): PixelGrid => ({ ...to, pixels: resizeImage(whole(index), to.height, to.width) });
  if (count * to.height * to.width * channels > MOST_RESIZED_BYTES) return resize;
  const known: PixelGrid[] = [];
  return (index) => (known[index] ??= resize(index));
}

/** Writes pixels into a row of the program's input, and says how many rows that has. */
function writeImage(
  { height, width, channels, pixels }: PixelGrid,
  levels: readonly Float32Array[],
  row: number,
  { name, layout = 'NCHW' }: SampleInput,
  inputs: BatchInputs,
  batch?: number,
): number {
  const { values, rows } = rowsOf(inputs, name, pixels.length, batch);
  const start = row * pixels.length;
  const area = height * width;
  const [stride, step] = layout === 'NCHW' ? [area, 1] : [1, channels];
  for (let channel = 0; channel < channels; channel++) {
    const table = levels[channel];
    let into = start + channel * stride;
    for (let from = channel; from < pixels.length; from += channels, into += step) values[into] = table[pixels[from]];
  }
  return rows;
}
