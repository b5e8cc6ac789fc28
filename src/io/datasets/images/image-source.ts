import type { Image } from './collector.ts';

/** The images of a file or folder, whatever its format; pixels are made one image at a time. */
export interface ImageSource {
  readonly count: number;
  /** Names by label, where the file has them. */
  readonly classes?: readonly string[];
  /** Labels lie below this, where the format says so. */
  readonly labelCount?: number;
  labelOf(index: number): number;
  /** For messages: `train.npz: entry 17`. */
  placeOf(index: number): string;
  /** Throws `CorruptImage` where there is no image. */
  read(index: number): Image;
}

/** An image that cannot be decoded; the message says why. */
export class CorruptImage extends Error {}
