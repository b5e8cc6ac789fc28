import type { PixelGrid } from '../../../core/math/resize.ts';

/** Where an output pixel at (x, y) comes from: (a x + b y + c, d x + e y + f), in pixels, corners at whole numbers. */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** The nearest source pixel for each place, black outside the image: as PIL's transform with AFFINE and NEAREST. */
export function transformImage({ height, width, channels, pixels }: PixelGrid, matrix: Affine): PixelGrid {
  const [a, b, c, d, e, f] = matrix;
  const moved = new Uint8Array(pixels.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const fromX = Math.floor(a * (x + 0.5) + b * (y + 0.5) + c);
      const fromY = Math.floor(d * (x + 0.5) + e * (y + 0.5) + f);
      if (fromX < 0 || fromX >= width || fromY < 0 || fromY >= height) continue;
      const from = (fromY * width + fromX) * channels;
      const into = (y * width + x) * channels;
      for (let channel = 0; channel < channels; channel++) moved[into + channel] = pixels[from + channel];
    }
  }
  return { height, width, channels, pixels: moved };
}

/** The matrix [[a, b], [d, e]] applied about the centre of the image. */
export function aboutCenter(
  { height, width }: PixelGrid,
  [a, b, d, e]: readonly [number, number, number, number],
): Affine {
  const [x, y] = [width / 2, height / 2];
  return [a, b, x - a * x - b * y, d, e, y - d * x - e * y];
}

/**
 * Rotation by 2 atan(t): cos = (1 - t^2) / (1 + t^2), sin = 2 t / (1 + t^2). It needs no sine, whose last digit differs
 * between machines.
 */
export function rotation(t: number): readonly [number, number, number, number] {
  const [cosine, sine] = [(1 - t * t) / (1 + t * t), (2 * t) / (1 + t * t)];
  return [cosine, -sine, sine, cosine];
}
