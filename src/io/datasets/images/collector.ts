import type { ImagesData } from '../../../core/schema/data.ts';
import type { Images } from '../../../core/terms/dataset.ts';
import { resizeImage } from '../../../core/math/resize.ts';
import { IsoflopError } from '../../../core/terms/errors.ts';
import type { Exclusions } from '../../../core/terms/exclusions.ts';

/** One array of pixels holds a part of the data set; JavaScript's own limit is 8 GiB, a small machine's memory less. */
const MOST_PIXEL_BYTES = 2 ** 32;

/** One image as it comes out of a file. */
export interface Image {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** `[height, width, channels]`. */
  readonly pixels: Uint8Array;
}

/** The weights of red, green and blue in brightness (ITU-R BT.601), over 2^16 as in PIL. */
const LUMA = [19595, 38470, 7471];

/** Puts images of one size one after another into shared memory, so that threads read them without a copy. */
export class ImageCollector {
  private readonly options: ImagesData;
  private readonly exclusions: Exclusions;
  private readonly labels: number[] = [];
  private shape: { height: number; width: number; channels: number } | undefined;
  private pixels = new Uint8Array(new SharedArrayBuffer(0));

  /** `shape`: that of another part of the same data set, which this one must have too. */
  constructor(options: ImagesData, exclusions: Exclusions, shape?: Images) {
    this.options = options;
    this.exclusions = exclusions;
    this.shape = shape;
  }

  /** Adds an image, or leaves it out by the data's options. `expected`: images that are still to come, this one included. */
  add(image: Image, label: number, place: string, expected: number): void {
    const wanted = (this.shape ??= this.shapeFrom(image));
    const fitting = this.fit(image, wanted, place);
    if (!fitting) return;
    const bytes = fitting.length;
    const start = this.labels.length * bytes;
    if (start + bytes > this.pixels.length) this.grow(start + bytes * Math.max(1, expected));
    this.pixels.set(fitting, start);
    this.labels.push(label);
  }

  finish(): Images {
    const count = this.labels.length;
    const { height, width, channels } = this.shape ?? { height: 0, width: 0, channels: 0 };
    const pixels = this.pixels.subarray(0, count * height * width * channels);
    return { count, height, width, channels, pixels, labels: Int32Array.from(this.labels) };
  }

  private shapeFrom(image: Image): Pick<Image, 'height' | 'width' | 'channels'> {
    const { height, width } = this.options.size ?? image;
    return { height, width, channels: this.options.channels ?? image.channels };
  }

  private fit(
    image: Image,
    wanted: Pick<Image, 'height' | 'width' | 'channels'>,
    place: string,
  ): Uint8Array | undefined {
    const { onBad, otherSize, channels } = this.options;
    if (image.channels !== wanted.channels && channels === undefined) {
      const [has, others] = image.channels === 1 ? ['grey', 'colour'] : ['in colour', 'grey'];
      const hint = `Say \`channels: ${wanted.channels}\` to convert, or \`onBad: skip\` to leave such images out.`;
      const what = `the image is ${has}, the ones before it are ${others}`;
      this.exclusions.handle(onBad, { reason: 'an image with other channels', what, place, hint });
      return undefined;
    }
    const isOther = image.height !== wanted.height || image.width !== wanted.width;
    if (isOther && otherSize !== 'resize') {
      const what = `the image has ${image.width} x ${image.height} pixels; ${wanted.width} x ${wanted.height} are wanted`;
      const hint = 'Say `otherSize: resize`, or `otherSize: skip` to leave such images out.';
      this.exclusions.handle(otherSize, { reason: 'an image of another size', what, place, hint });
      return undefined;
    }
    const converted = image.channels === wanted.channels ? image : convert(image, wanted.channels);
    return isOther ? resizeImage(converted, wanted.height, wanted.width) : converted.pixels;
  }

  private grow(wanted: number): void {
    const length = Math.max(wanted, Math.min(2 * this.pixels.length, MOST_PIXEL_BYTES));
    if (length > MOST_PIXEL_BYTES)
      throw new IsoflopError('invalid-input', `the images take ${length} bytes; at most ${MOST_PIXEL_BYTES} are held`, {
        hint: 'Give a smaller `size` with `otherSize: resize`, or fewer images.',
      });
    const larger = new Uint8Array(new SharedArrayBuffer(length));
    larger.set(this.pixels);
    this.pixels = larger;
  }
}

function convert({ height, width, channels, pixels }: Image, wanted: number): Image {
  const count = height * width;
  const converted = new Uint8Array(count * wanted);
  for (let index = 0; index < count; index++) {
    if (channels === 1) converted.fill(pixels[index], index * 3, index * 3 + 3);
    else
      converted[index] =
        (LUMA[0] * pixels[index * 3] + LUMA[1] * pixels[index * 3 + 1] + LUMA[2] * pixels[index * 3 + 2] + 0x8000) >>
        16;
  }
  return { height, width, channels: wanted, pixels: converted };
}
