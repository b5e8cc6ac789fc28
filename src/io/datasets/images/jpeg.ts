import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import createDecoder from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';
import type { Image } from './collector.ts';
import { CorruptImage } from './image-source.ts';

/** An image beyond this is no training sample, and a header can claim 4 billion pixels. */
export const MOST_PIXELS = 2 ** 25;
/** Each 8 x 8 block of a JPEG takes a bit or two, however even it is; a header that claims more pixels lies. */
const MOST_PIXELS_A_BYTE = 1024;

interface Decoded {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/** The decoder hands its result to a class that browsers have and Node lacks. */
class DecodedImage implements Decoded {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;

  constructor(data: Uint8ClampedArray, width: number, height: number) {
    this.data = data;
    this.width = width;
    this.height = height;
  }
}

type DecodeJpeg = (bytes: Uint8Array) => Image;

/** One instance of the decoder, and what it said of the last image. */
interface Instance {
  readonly decode: (bytes: Uint8Array, rotates: boolean) => Decoded | null;
  readonly said: string[];
}

/** Its start-up is synchronous where its module is compiled: the functions are there when the factory returns. */
function startDecoder(compiled: WebAssembly.Module): Instance {
  const said: string[] = [];
  const module = {
    noInitialRun: true,
    printErr: (line: string) => said.push(line),
    instantiateWasm: (imports: object, done: (instance: WebAssembly.Instance) => void) => {
      const instance = new WebAssembly.Instance(compiled, imports as never);
      done(instance);
      return instance.exports;
    },
  };
  void createDecoder(module);
  const { decode } = module as unknown as Pick<Instance, 'decode'>;
  if (typeof decode !== 'function') throw new Error('internal: the JPEG decoder did not start at once');
  return { decode, said };
}

/**
 * The JPEG decoder: mozjpeg (libjpeg-turbo's arithmetic) as WebAssembly. It says of a damaged image what libjpeg says; what
 * libjpeg merely warns of, such as a file that ends early, counts as damage. An image that it gives up on leaves its memory
 * in disorder, in which a later one may hang: a new instance goes on.
 */
export function loadJpegDecoder(): DecodeJpeg {
  const file = fileURLToPath(import.meta.resolve('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm'));
  const compiled = new WebAssembly.Module(readFileSync(file));
  const scope = globalThis as { ImageData?: unknown };
  scope.ImageData ??= DecodedImage;
  let instance: Instance | undefined;
  return (bytes) => {
    const components = componentsOf(bytes);
    const { decode, said } = (instance ??= startDecoder(compiled));
    said.length = 0;
    let decoded: Decoded | null;
    try {
      // false: pixels as they are stored; a rotation in the metadata is not applied, as in PIL and torchvision.
      decoded = decode(bytes, false);
    } catch (cause) {
      instance = undefined;
      throw new CorruptImage(said[0] ?? 'its data are damaged', { cause });
    }
    if (!decoded || said.length > 0) throw new CorruptImage(said[0] ?? 'the decoder gives no image');
    return toImage(decoded, components);
  };
}

function toImage({ data, width, height }: Decoded, channels: 1 | 3): Image {
  const count = width * height;
  const pixels = new Uint8Array(count * channels);
  for (let index = 0; index < count; index++)
    for (let channel = 0; channel < channels; channel++) pixels[index * channels + channel] = data[index * 4 + channel];
  return { height, width, channels, pixels };
}

/** Frame headers: SOF0 to SOF15 but for DHT (C4), JPG (C8) and DAC (CC). */
const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

/** 1 or 3 colours, from the frame header; checks its size before anything is decoded. */
function componentsOf(bytes: Uint8Array): 1 | 3 {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 2; at + 10 <= bytes.length;) {
    const marker = bytes[at + 1];
    if (bytes[at] !== 0xff) break;
    if (marker === 0xff) at += 1;
    else if (isFrame(marker)) {
      const pixels = view.getUint16(at + 5) * view.getUint16(at + 7);
      if (pixels > MOST_PIXELS) throw new CorruptImage(`it claims ${pixels} pixels; at most ${MOST_PIXELS} are read`);
      if (pixels > MOST_PIXELS_A_BYTE * bytes.length)
        throw new CorruptImage(`it claims ${pixels} pixels in ${bytes.length} bytes`);
      const components = bytes[at + 9];
      if (components !== 1 && components !== 3)
        throw new CorruptImage(`it has ${components} colours (CMYK?); grey and RGB are read`);
      return components;
    } else at += 2 + view.getUint16(at + 2);
  }
  throw new CorruptImage('it has no frame header');
}
