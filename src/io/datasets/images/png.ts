import { inflateSync } from 'node:zlib';
import { convertIndexedToRgb, decode } from 'fast-png';
import type { DecodedPng } from 'fast-png';
import type { Image } from './collector.ts';
import { CorruptImage } from './image-source.ts';
import { MOST_PIXELS } from './jpeg.ts';

/** Chunks that pixels depend on; others may hold bombs of their own and are dropped before decoding. */
const NEEDED = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);
/** Deflate packs at most so many bytes into one. */
const MOST_RATIO = 1032;
/** So much may be inflated without a look at what the header asks for. */
const HARMLESS_BYTES = 2 ** 26;
const SIGNATURE_BYTES = 8;
/** Length, type and checksum. */
const FRAME_BYTES = 12;

/** Decodes a PNG to grey or RGB of 8 bits: 16 bits keep their upper half, transparency is dropped, as PIL's convert does. */
export function decodePng(bytes: Uint8Array): Image {
  try {
    const png = decode(withoutExtras(bytes), { checkCrc: true });
    const wanted = Math.ceil((png.width * png.channels * png.depth) / 8) * png.height;
    if (png.data.byteLength < wanted) throw new CorruptImage('it ends before its last row');
    return toImage(png);
  } catch (cause) {
    throw cause instanceof CorruptImage ? cause : new CorruptImage('its data are damaged', { cause });
  }
}

function withoutExtras(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts = [bytes.subarray(0, SIGNATURE_BYTES)];
  const packed: Uint8Array[] = [];
  for (let at = SIGNATURE_BYTES; at + FRAME_BYTES <= bytes.length;) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (type === 'IHDR' && at + 16 <= bytes.length)
      checkSize(view.getUint32(at + 8) * view.getUint32(at + 12), bytes.length);
    const end = at + FRAME_BYTES + length;
    if (end > bytes.length) throw new CorruptImage('it is cut off');
    if (type === 'IDAT') packed.push(bytes.subarray(at + 8, end - 4));
    if (NEEDED.has(type)) parts.push(bytes.subarray(at, end));
    at = end;
  }
  refuseBomb(packed);
  return Buffer.concat(parts);
}

/** Inflated pixels take at most 8 bytes each and one a row; the decoder itself knows no bound. */
function refuseBomb(packed: readonly Uint8Array[]): void {
  const total = packed.reduce((sum, part) => sum + part.length, 0);
  if (total * MOST_RATIO > HARMLESS_BYTES) inflateSync(Buffer.concat(packed), { maxOutputLength: 9 * MOST_PIXELS });
}

/** Deflate packs at most 1032 bytes into one, and a byte holds at most 8 pixels; a header that claims more lies. */
function checkSize(pixels: number, bytes: number): void {
  if (pixels > MOST_PIXELS) throw new CorruptImage(`it claims ${pixels} pixels; at most ${MOST_PIXELS} are read`);
  if (pixels > 8 * MOST_RATIO * bytes) throw new CorruptImage(`it claims ${pixels} pixels in ${bytes} bytes`);
}

function toImage(png: DecodedPng): Image {
  const { width, height, depth } = png;
  if (png.palette) {
    const colours = convertIndexedToRgb(png);
    return withChannels(colours, width * height, colours.length / (width * height), { width, height, channels: 3 });
  }
  const data = depth < 8 ? unpackBits(png) : depth === 16 ? Uint8Array.from(png.data, (value) => value >> 8) : png.data;
  const channels = png.channels < 3 ? 1 : 3;
  return withChannels(data as Uint8Array, width * height, png.channels, { width, height, channels });
}

function withChannels(
  data: Uint8Array,
  count: number,
  stride: number,
  shape: { width: number; height: number; channels: number },
): Image {
  const { channels } = shape;
  const pixels = new Uint8Array(count * channels);
  for (let index = 0; index < count; index++)
    for (let channel = 0; channel < channels; channel++)
      pixels[index * channels + channel] = data[index * stride + channel];
  return { ...shape, pixels };
}

/** Grey of 1, 2 or 4 bits, spread over 0 to 255. */
function unpackBits({ width, height, depth, data }: DecodedPng): Uint8Array {
  const most = 2 ** depth - 1;
  const rowBytes = Math.ceil((width * depth) / 8);
  const pixels = new Uint8Array(width * height);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const bit = column * depth;
      const byte = data[row * rowBytes + (bit >> 3)];
      pixels[row * width + column] = (((byte >> (8 - depth - (bit & 7))) & most) * 255) / most;
    }
  }
  return pixels;
}
