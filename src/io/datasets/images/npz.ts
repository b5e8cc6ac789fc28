import { within } from '../../../core/formats/refusal.ts';
import { sourceOf } from '../../../core/formats/source.ts';
import { ZipArchive } from '../../../core/formats/zip/archive.ts';
import type { ImagesData } from '../../../core/schema/data.ts';
import { IsoflopError } from '../../../core/terms/errors.ts';
import { listed } from '../../../core/terms/names.ts';
import { MOST_FILE_BYTES } from '../data-files.ts';
import type { Image } from './collector.ts';
import type { ImageDecoder } from './decode.ts';
import { CorruptImage } from './image-source.ts';
import type { ImageSource } from './image-source.ts';
import { readNpy } from './npy.ts';
import type { NpyArray } from './npy.ts';

type Role = 'images' | 'labels' | 'offsets' | 'classes';

/** The usual names of each array; a file that holds both parts names the part too. */
const USUAL: Readonly<Record<Role, (part: 'train' | 'test') => readonly string[]>> = {
  images: (part) => [`x_${part}`, `${part}_images`, 'images', 'image', 'x', 'X', 'data', 'blob', 'jpegs', 'arr_0'],
  labels: (part) => [`y_${part}`, `${part}_labels`, 'labels', 'label', 'y', 'targets', 'arr_1'],
  offsets: () => ['offsets', 'index'],
  classes: () => ['classes', 'class_names', 'names'],
};

/** An npz file of arrays, read when asked for. */
class NpzFile {
  private readonly archive: ZipArchive;
  private readonly path: string;

  constructor(bytes: Uint8Array, path: string) {
    this.path = path;
    this.archive = within(path, () => new ZipArchive(sourceOf(bytes)));
  }

  /** The array that plays this role: the stated one, or the first with a usual name. */
  find(role: Role, stated: string | undefined, part: 'train' | 'test'): NpyArray | undefined {
    const names = stated === undefined ? USUAL[role](part) : [stated];
    const entry = names.flatMap((name) => this.archive.find(`${name}.npy`) ?? [])[0];
    if (!entry) {
      if (stated === undefined) return undefined;
      throw this.refuse(`no array is called '${stated}'`, role);
    }
    const place = `${this.path}: ${entry.name.replace(/\.npy$/, '')}`;
    return readNpy(
      within(this.path, () => this.archive.read(entry, MOST_FILE_BYTES)),
      place,
    );
  }

  require(role: Role, stated: string | undefined, part: 'train' | 'test'): NpyArray {
    const found = this.find(role, stated, part);
    if (found) return found;
    throw this.refuse(`none of the file's arrays is known as its ${role}`, role);
  }

  refuse(what: string, role: Role): IsoflopError {
    const names = this.archive.entries.map(({ name }) => name.replace(/\.npy$/, ''));
    return new IsoflopError('invalid-input', `${what}; the file holds ${listed(names)}`, {
      path: this.path,
      hint: `Name it as data.arrays.${role}.`,
    });
  }
}

/** The images of an npz file: arrays of pixels, or encoded JPEG and PNG files one after another with their offsets. */
export function npzSource(
  bytes: Uint8Array,
  path: string,
  part: 'train' | 'test',
  options: ImagesData,
  decode: ImageDecoder,
): ImageSource {
  const file = new NpzFile(bytes, path);
  const images = file.require('images', options.arrays.images, part);
  const labels = file.require('labels', options.arrays.labels, part).values;
  const names = file.find('classes', options.arrays.classes, part)?.values;
  const offsets = file.find('offsets', options.arrays.offsets, part)?.values;
  const pixels =
    images.shape.length === 1 && offsets
      ? encodedImages(images, offsets, decode, path)
      : rawImages(images, options, path);
  if (labels.length !== pixels.count)
    throw new IsoflopError('invalid-input', `the file has ${pixels.count} images but ${labels.length} labels`, {
      path,
      hint: 'Each image wants one label.',
    });
  return {
    ...pixels,
    ...(Array.isArray(names) && { classes: names as string[] }),
    labelOf: (index) => Number(labels[index]),
    placeOf: (index) => `${path}: entry ${index}`,
  };
}

interface Pixels {
  readonly count: number;
  read(index: number): Image;
}

function encodedImages(blob: NpyArray, offsets: NpyArray['values'], decode: ImageDecoder, path: string): Pixels {
  const { values } = blob;
  if (!(values instanceof Uint8Array))
    throw new IsoflopError('invalid-input', `encoded images are bytes (u1), but the array has type '${blob.type}'`, {
      path,
    });
  return {
    count: Math.max(0, offsets.length - 1),
    read: (index) => {
      const [start, end] = [Number(offsets[index]), Number(offsets[index + 1])];
      if (!(start >= 0 && start <= end && end <= values.length))
        throw new CorruptImage(`its bytes ${start} to ${end} do not lie in the ${values.length} of the array`);
      return decode(values.subarray(start, end));
    },
  };
}

function rawImages(images: NpyArray, options: ImagesData, path: string): Pixels {
  const { height, width, channels, isPlanar } = axesOf(images, options, path);
  const size = height * width * channels;
  const bytes = toBytes(images, path);
  return {
    count: images.shape[0],
    read: (index) => {
      const pixels = bytes.subarray(index * size, (index + 1) * size);
      return { height, width, channels, pixels: isPlanar ? interleave(pixels, channels) : pixels };
    },
  };
}

const isColours = (extent: number): boolean => extent === 1 || extent === 3;

function axesOf(
  { shape }: NpyArray,
  { layout, size, channels = 1 }: ImagesData,
  path: string,
): { height: number; width: number; channels: number; isPlanar: boolean } {
  if (shape.length === 3) return { height: shape[1], width: shape[2], channels: 1, isPlanar: false };
  if (shape.length === 2 && size && shape[1] === size.height * size.width * channels)
    return { ...size, channels, isPlanar: layout === 'NCHW' };
  const [, first, second, last] = shape;
  const isPlanar = layout === undefined ? !isColours(last) : layout === 'NCHW';
  const found = isPlanar
    ? { height: second, width: last, channels: first }
    : { height: first, width: second, channels: last };
  if (shape.length === 4 && isColours(found.channels)) return { ...found, isPlanar };
  throw new IsoflopError('invalid-input', `the images are an array of ${shape.join(' x ')}`, {
    path,
    hint: 'Wanted is count x height x width, with 1 or 3 channels last or (layout: NCHW) after count; for count x pixels state `size` and `channels`.',
  });
}

function toBytes({ values, type }: NpyArray, path: string): Uint8Array {
  if (values instanceof Uint8Array) return values;
  const numbers = values as Float64Array;
  const fault = numbers.findIndex((value) => !(Number.isInteger(value) && value >= 0 && value <= 255));
  if (fault < 0) return Uint8Array.from(numbers);
  throw new IsoflopError('invalid-input', `the images have values of type '${type}' such as ${values[fault]}`, {
    path,
    hint: 'Save them as bytes from 0 to 255: np.uint8(255 * x).',
  });
}

function interleave(planes: Uint8Array, channels: number): Uint8Array {
  const count = planes.length / channels;
  const pixels = new Uint8Array(planes.length);
  for (let index = 0; index < count; index++)
    for (let channel = 0; channel < channels; channel++)
      pixels[index * channels + channel] = planes[channel * count + index];
  return pixels;
}

/** Whether these bytes begin a zip. */
export const isZip = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
