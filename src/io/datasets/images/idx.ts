import { IsoflopError } from '../../../core/terms/errors.ts';
import type { ImageSource } from './image-source.ts';

/** An array of an IDX file (LeCun's MNIST format), of unsigned bytes. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly values: Uint8Array;
}

const UNSIGNED_BYTES = 8;
/** Images, rows, columns, channels. */
const MOST_AXES = 4;

/** Whether these bytes begin an IDX file: two zeros, a type, a number of axes. */
export const isIdx = (bytes: Uint8Array): boolean =>
  bytes.length >= 8 &&
  bytes[0] === 0 &&
  bytes[1] === 0 &&
  bytes[2] >= 8 &&
  bytes[2] <= 14 &&
  bytes[3] >= 1 &&
  bytes[3] <= 8;

/** Reads an IDX file; `path` is named in errors. */
export function readIdx(bytes: Uint8Array, path: string): IdxArray {
  const refuse = (what: string, hint: string): IsoflopError => new IsoflopError('invalid-input', what, { path, hint });
  if (bytes[2] !== UNSIGNED_BYTES)
    throw refuse(
      `the IDX file has values of type 0x${bytes[2].toString(16)}`,
      'Write it with unsigned bytes (type 0x08).',
    );
  const axes = bytes[3];
  if (axes > MOST_AXES)
    throw refuse(`the IDX file has ${axes} axes; at most ${MOST_AXES} are read`, 'Is it the right file?');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 4 + 4 * axes;
  if (bytes.length < start) throw refuse('the IDX file ends within its header', 'Fetch it again.');
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  const wanted = shape.reduce((product, extent) => product * extent, 1);
  if (bytes.length - start !== wanted)
    throw refuse(
      `the IDX file has ${bytes.length - start} values; its header, ${shape.join(' x ')}, wants ${wanted}`,
      'The file is cut off or damaged: fetch it again.',
    );
  return { shape, values: bytes.subarray(start) };
}

/** An array of images and one of labels as one source. */
export function idxSource(images: IdxArray & { path: string }, labels: IdxArray & { path: string }): ImageSource {
  const [count, height, width, channels = 1] = images.shape;
  if (labels.shape[0] !== count)
    throw new IsoflopError(
      'invalid-input',
      `${images.path} has ${count} images, but there are ${labels.shape[0]} labels`,
      {
        path: labels.path,
        hint: 'Name the labels that belong to the images.',
      },
    );
  const size = height * width * channels;
  return {
    count,
    labelOf: (index) => labels.values[index],
    placeOf: (index) => `${images.path}: entry ${index}`,
    read: (index) => ({ height, width, channels, pixels: images.values.subarray(index * size, (index + 1) * size) }),
  };
}
