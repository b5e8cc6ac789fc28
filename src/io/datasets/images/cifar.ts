import type { ImagesData } from '../../../core/schema/data.ts';
import type { ImageSource } from './image-source.ts';

const SIDE = 32;
const PLANE = SIDE * SIDE;
const PIXELS = 3 * PLANE;
/** CIFAR-10: one label; CIFAR-100: the coarse one, then the fine one; then the planes of red, green and blue. */
const CIFAR_10_RECORD = 1 + PIXELS;
const CIFAR_100_RECORD = 2 + PIXELS;

/** A file without a magic number is CIFAR's when it consists of whole records. */
export const isCifar = (bytes: Uint8Array): boolean =>
  bytes.length % CIFAR_10_RECORD === 0 || bytes.length % CIFAR_100_RECORD === 0;

/** Reads the binary version of CIFAR-10 and CIFAR-100 (Krizhevsky). */
export function cifarSource(bytes: Uint8Array, path: string, labels: ImagesData['labels']): ImageSource {
  const isHundred = bytes.length % CIFAR_10_RECORD !== 0;
  const record = isHundred ? CIFAR_100_RECORD : CIFAR_10_RECORD;
  const isFine = isHundred && labels === 'fine';
  return {
    count: bytes.length / record,
    labelCount: isHundred ? (isFine ? 100 : 20) : 10,
    labelOf: (index) => bytes[index * record + (isFine ? 1 : 0)],
    placeOf: (index) => `${path}: entry ${index}`,
    read: (index) => {
      const start = (index + 1) * record - PIXELS;
      const pixels = new Uint8Array(PIXELS);
      for (let at = 0; at < PLANE; at++)
        for (let channel = 0; channel < 3; channel++) pixels[at * 3 + channel] = bytes[start + channel * PLANE + at];
      return { height: SIDE, width: SIDE, channels: 3, pixels };
    },
  };
}
