import { sizeOf } from '../../../core/graph/shapes.ts';
import type { BlockedImages, Shape } from './images.ts';

/** Which cells of a window a convolution uses, along one axis: `count` of them, from `first` on by `step`. */
export interface Taps {
  readonly first: number;
  readonly step: number;
  readonly count: number;
}

/** Lower than any place: a slice downwards ends before the first cell. */
const BEFORE_ALL = -(2 ** 31);

/** Some cells of a window in reverse order; the window's axes are `axes` of the filters. */
export function reversed(
  { e }: BlockedImages,
  filters: string,
  window: readonly number[],
  taps: readonly Taps[],
  axes: readonly number[] = [2, 3],
): string {
  if (window.every((extent) => extent === 1)) return filters;
  const starts = taps.map(({ first, step, count }) => first + step * (count - 1));
  const ends = taps.map(({ first }) => (first > 0 ? first - 1 : BEFORE_ALL));
  const steps = taps.map(({ step }) => -step);
  return e.node('Slice', [filters, e.integers(starts), e.integers(ends), e.integers(axes), e.integers(steps)]);
}

/**
 * Filters [out, in, height, width] in blocked order [out / block, in / block, height, width, in of a block, out of a block]; `wide` where
 * the image is blocked too, and not plain with few channels. Read as one image of `out` channels, filters are reordered as images are.
 */
export function blockedFilters(images: BlockedImages, filters: string, shape: Shape, wide: boolean): string {
  const { block } = images;
  const [out, from, height, width] = shape;
  const [to, inner] = [images.filled(out), wide ? images.filled(from) : from];
  const whole = images.extend(filters, shape, 1, inner);
  const ordered = images.reorder(images.reshape(whole, [1, out, inner * height * width, 1]), out);
  if (!wide || height * width === 1) return images.reshape(ordered, [to, inner, height, width]);
  const parts = images.reshape(ordered, [(to * inner) / block ** 2, block, height * width, block]);
  const moved = images.e.node('Transpose', [parts], { integers: { perm: [0, 2, 1, 3] } });
  return images.reshape(moved, [to, inner, height, width]);
}

/** The filters of the adjoint, with inputs and outputs exchanged, for any of its phases. `filters` [out, in, height, width]. */
export function adjointFilters(
  images: BlockedImages,
  filters: string,
  shape: Shape,
): (taps: readonly Taps[]) => string {
  const { block } = images;
  const [out, from, ...window] = shape;
  const [to, inner] = [images.filled(out), images.filled(from)];
  const ordered = images.reorder(images.extend(filters, shape, 0, to), from);
  const byCell = images.reshape(ordered, [(to * inner) / block, ...window, block]);
  return (taps) => {
    const counts = taps.map(({ count }) => count);
    const cells = sizeOf(counts);
    const chosen = reversed(images, byCell, window, taps, [1, 2]);
    const parts = images.reshape(chosen, [to / block, block, inner / block, cells, block]);
    const moved =
      cells === 1
        ? images.e.node('Transpose', [images.reshape(parts, [to, inner / block, block])], {
            integers: { perm: [1, 0, 2] },
          })
        : images.e.node('Transpose', [parts], { integers: { perm: [2, 0, 3, 1, 4] } });
    return images.reshape(moved, [inner, to, ...counts]);
  };
}

/** One filter a channel, [channels, 1, height, width], in blocked order. */
export function blockedDepthwise(images: BlockedImages, filters: string, shape: Shape): string {
  const [channels, , height, width] = shape;
  const ordered = images.reorder(images.reshape(filters, [1, channels, height, width]), channels);
  return images.reshape(ordered, [images.filled(channels), 1, height, width]);
}
