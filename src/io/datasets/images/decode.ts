import type { Image } from './collector.ts';
import { CorruptImage } from './image-source.ts';
import { loadJpegDecoder } from './jpeg.ts';
import { decodePng } from './png.ts';

/** Turns the bytes of a JPEG or PNG file into pixels; throws `CorruptImage`. */
export type ImageDecoder = (bytes: Uint8Array) => Image;

let decoder: ImageDecoder | undefined;

/** Loads the decoders once. */
export const imageDecoder = (): ImageDecoder => (decoder ??= load());

function load(): ImageDecoder {
  const decodeJpeg = loadJpegDecoder();
  return (bytes) => {
    if (bytes.length === 0) throw new CorruptImage('it is empty');
    if (bytes[0] === 0xff && bytes[1] === 0xd8) return decodeJpeg(bytes);
    if (bytes[0] === 0x89 && bytes[1] === 0x50) return decodePng(bytes);
    throw new CorruptImage('it begins neither as a JPEG nor as a PNG does');
  };
}
