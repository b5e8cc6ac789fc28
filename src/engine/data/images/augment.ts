import type { Random } from '../../../core/math/random.ts';
import type { PixelGrid } from '../../../core/math/resize.ts';
import type { Augment } from '../../../core/schema/data.ts';

/** A changed image; the given one stays as it is. Which changes follows from `random` alone. */
export function augmentImage(image: PixelGrid, augment: Augment, random: Random): PixelGrid {
  const { crop, flip, strength } = augment;
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
