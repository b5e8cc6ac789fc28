import { refusal } from './refusal.ts';

/** Bytes that stand somewhere: in memory, or in a file that is too large to be loaded whole. */
export interface ByteSource {
  /** Number of bytes. */
  readonly size: number;
  /** The bytes from `start` up to `end`; both lie within the size. The caller does not write into them. */
  read(start: number, end: number): Uint8Array;
}

/** A part of a source: from `start` up to `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Bytes in memory as a source. */
export const sourceOf = (bytes: Uint8Array): ByteSource => ({
  size: bytes.length,
  read: (start, end) => bytes.subarray(start, end),
});

/** The whole source in memory; refuses more than `most` bytes. */
export function readAll(source: ByteSource, most: number, what: string): Uint8Array {
  if (source.size > most) {
    throw refusal(`${what} has ${source.size} bytes; at most ${most} are read`, {
      hint: 'Is it the right file?',
    });
  }
  return source.read(0, source.size);
}
