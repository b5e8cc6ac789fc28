import type { BlockedImages, Shape } from './images.ts';

/** Which cells of a window a convolution uses, along one axis: `count` of them, from `first` on by `step`. */
export interface Taps {
  readonly first: number;
  readonly step: number;
  readonly count: number;
}

/** Lower than any place: a slice downwards ends before the first cell. */
const BEFORE_ALL = -(2 ** 31);

/** Some cells of filters [., ., ...window] in reverse order. */
export function reversed(
  { e }: BlockedImages,
  filters: string,
  window: readonly number[],
  taps: readonly Taps[],
): string {
  if (window.every((extent) => extent === 1)) return filters;
  const starts = taps.map(({ first, step, count }) => first + step * (count - 1));
  const ends = taps.map(({ first }) => (first > 0 ? first - 1 : BEFORE_ALL));
  const steps = taps.map(({ step }) => -step);
  return e.node('Slice', [filters, e.integers(starts), e.integers(ends), e.integers([2, 3]), e.integers(steps)]);
}

/** Filters [out, in, height, width] in blocked order; `wide` where the image is blocked too, and not plain with few channels. */
export function blockedFilters(images: BlockedImages, filters: string, shape: Shape, wide: boolean): string {
  const { e, block } = images;
  const [out, from, height, width] = shape;
  const to = images.filled(out);
  const whole = images.extend(filters, shape, 0, to);
  if (!wide) {
    const parts = images.reshape(whole, [to / block, block, from, height, width]);
    const moved = e.node('Transpose', [parts], { integers: { perm: [0, 2, 3, 4, 1] } });
    return images.reshape(moved, [to, from, height, width]);
  }
  const inner = images.filled(from);
  const square = images.extend(whole, [to, from, height, width], 1, inner);
  // A plain transposition, then one that moves whole blocks: onnxruntime is slow at six axes in one.
  const matrix = images.reshape(square, [to, inner * height * width]);
  const turned = e.node('Transpose', [matrix], { integers: { perm: [1, 0] } });
  const [shapeOfParts, perm] =
    height * width === 1
      ? [
          [inner, to / block, block],
          [1, 0, 2],
        ]
      : [
          [inner / block, block, height * width, to / block, block],
          [3, 0, 2, 1, 4],
        ];
  const moved = e.node('Transpose', [images.reshape(turned, shapeOfParts)], { integers: { perm } });
  return images.reshape(moved, [to, inner, height, width]);
}

/** One filter a channel, [channels, 1, height, width], in blocked order. */
export function blockedDepthwise(images: BlockedImages, filters: string, shape: Shape): string {
  const { e, block } = images;
  const [channels, , height, width] = shape;
  const filled = images.filled(channels);
  const whole = images.extend(filters, shape, 0, filled);
  const parts = images.reshape(whole, [filled / block, block, height, width]);
  const moved = e.node('Transpose', [parts], { integers: { perm: [0, 2, 3, 1] } });
  return images.reshape(moved, [filled, 1, height, width]);
}
