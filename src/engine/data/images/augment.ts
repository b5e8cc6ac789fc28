import type { Random } from '../../../core/math/random.ts';
import type { PixelGrid } from '../../../core/math/resize.ts';
import type { Augment } from '../../../core/schema/data.ts';
import { randAugment } from './rand-augment.ts';

/**
 * A changed image; the given one stays as it is. Which changes follows from `random` alone. In this order: crop and mirror,
 * RandAugment, cutout with the colour `mean`.
 */
export function augmentImage(image: PixelGrid, augment: Augment, mean: Uint8Array, random: Random): PixelGrid {
  const { strength } = augment;
  const moved = cropAndMirror(image, augment, random);
  const changed = augment.randAugment > 0 ? randAugment(moved, augment.randAugment, strength, random) : moved;
  const side = Math.round(augment.cutout * strength * Math.min(image.height, image.width));
  return side > 0 ? cutout(changed, side, mean, random) : changed;
}

function cropAndMirror(image: PixelGrid, { crop, flip, strength }: Augment, random: Random): PixelGrid {
  const padding = Math.round(crop * strength);
  const down = padding > 0 ? random.integer(2 * padding + 1) - padding : 0;
  const right = padding > 0 ? random.integer(2 * padding + 1) - padding : 0;
  const isMirrored = flip && random.next() < 0.5 * strength;
  return down === 0 && right === 0 && !isMirrored ? image : shifted(image, down, right, isMirrored);
}

/** Moves the window by whole pixels, black beyond the border, and mirrors it left to right. */
function shifted(
  { height, width, channels, pixels }: PixelGrid,
  down: number,
  right: number,
  mirror: boolean,
): PixelGrid {
  const moved = new Uint8Array(pixels.length);
  for (let y = 0; y < height; y++) {
    const fromY = y + down;
    if (fromY < 0 || fromY >= height) continue;
    for (let x = 0; x < width; x++) {
      const fromX = (mirror ? width - 1 - x : x) + right;
      if (fromX < 0 || fromX >= width) continue;
      const from = (fromY * width + fromX) * channels;
      const into = (y * width + x) * channels;
      for (let channel = 0; channel < channels; channel++) moved[into + channel] = pixels[from + channel];
    }
  }
  return { height, width, channels, pixels: moved };
}

/** Covers a square whose centre lies anywhere in the image; a part of it may lie outside (DeVries and Taylor 2017). */
function cutout(
  { height, width, channels, pixels }: PixelGrid,
  side: number,
  mean: Uint8Array,
  random: Random,
): PixelGrid {
  const top = random.integer(height) - (side >> 1);
  const left = random.integer(width) - (side >> 1);
  const covered = pixels.slice();
  for (let y = Math.max(0, top); y < Math.min(height, top + side); y++)
    for (let x = Math.max(0, left); x < Math.min(width, left + side); x++)
      covered.set(mean, (y * width + x) * channels);
  return { height, width, channels, pixels: covered };
}
