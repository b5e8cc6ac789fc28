import type { PixelGrid } from '../../../core/math/resize.ts';

const WHITE = 255;

/** Red, green and blue in brightness (ITU-R BT.601), over 2^16 as in PIL. */
const LUMA = [19595, 38470, 7471];

const mapped = (image: PixelGrid, change: (value: number) => number): PixelGrid => ({
  ...image,
  pixels: image.pixels.map(change),
});

/** In the direction from `from` to `to`: 0 gives the one, 1 the other, more goes beyond; cut to a byte, as PIL's blend. */
const blend = (from: number, to: number, factor: number): number =>
  Math.max(0, Math.min(WHITE, Math.trunc(from + factor * (to - from))));

function brightnessAt({ channels, pixels }: PixelGrid, index: number): number {
  if (channels === 1) return pixels[index];
  const at = index * channels;
  return (LUMA[0] * pixels[at] + LUMA[1] * pixels[at + 1] + LUMA[2] * pixels[at + 2] + 0x8000) >> 16;
}

/** 0 is black, 1 the image itself. */
export const changeBrightness = (image: PixelGrid, factor: number): PixelGrid =>
  mapped(image, (value) => blend(0, value, factor));

/** 0 is an even grey of the image's mean brightness, 1 the image itself. */
export function changeContrast(image: PixelGrid, factor: number): PixelGrid {
  const count = image.height * image.width;
  let sum = 0;
  for (let index = 0; index < count; index++) sum += brightnessAt(image, index);
  const grey = Math.floor(sum / count + 0.5);
  return mapped(image, (value) => blend(grey, value, factor));
}

/** 0 is the image in grey, 1 the image itself; a grey image stays as it is. */
export function changeSaturation(image: PixelGrid, factor: number): PixelGrid {
  const { channels, pixels } = image;
  if (channels === 1) return image;
  const changed = new Uint8Array(pixels.length);
  for (let index = 0; index < pixels.length / channels; index++) {
    const grey = brightnessAt(image, index);
    for (let at = index * channels; at < (index + 1) * channels; at++) changed[at] = blend(grey, pixels[at], factor);
  }
  return { ...image, pixels: changed };
}

/** Keeps the upper `bits` of each value, 1 to 8. */
export const posterize = (image: PixelGrid, bits: number): PixelGrid =>
  mapped(image, (value) => value & ~(2 ** (8 - bits) - 1));

/** Inverts the values from `threshold` on. */
export const solarize = (image: PixelGrid, threshold: number): PixelGrid =>
  mapped(image, (value) => (value >= threshold ? WHITE - value : value));

/** Stretches each channel over 0 to 255. */
export function autocontrast(image: PixelGrid): PixelGrid {
  const { channels, pixels } = image;
  const changed = new Uint8Array(pixels.length);
  for (let channel = 0; channel < channels; channel++) {
    let [lowest, highest] = [WHITE, 0];
    for (let at = channel; at < pixels.length; at += channels) {
      lowest = Math.min(lowest, pixels[at]);
      highest = Math.max(highest, pixels[at]);
    }
    const scale = highest > lowest ? WHITE / (highest - lowest) : 1;
    const offset = highest > lowest ? lowest : 0;
    for (let at = channel; at < pixels.length; at += channels) changed[at] = Math.trunc((pixels[at] - offset) * scale);
  }
  return { ...image, pixels: changed };
}
