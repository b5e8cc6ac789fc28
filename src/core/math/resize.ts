/** Rows of pixels `[height, width, channels]`, 0 to 255. */
export interface PixelGrid {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly pixels: Uint8Array;
}

/** For each place of the new axis: the first old place that counts, and the weights from there on. */
interface Filter {
  readonly first: Int32Array;
  readonly weights: readonly Float64Array[];
}

/**
 * The triangle (bilinear) filter of an axis, widened by the factor of shrinking so that no detail aliases, with centres of
 * pixels at (i + 1/2): as `Image.resize(..., BILINEAR)` of PIL and `interpolate(..., antialias=True)` of PyTorch.
 */
function triangleFilter(from: number, to: number): Filter {
  const scale = from / to;
  const reach = Math.max(scale, 1);
  const first = new Int32Array(to);
  const weights = Array.from({ length: to }, (_, index) => {
    const center = (index + 0.5) * scale;
    first[index] = Math.max(0, Math.floor(center - reach + 0.5));
    const end = Math.min(from, Math.floor(center + reach + 0.5));
    const raw = Float64Array.from({ length: end - first[index] }, (_, at) =>
      Math.max(0, 1 - Math.abs((first[index] + at + 0.5 - center) / reach)),
    );
    const sum = raw.reduce((total, weight) => total + weight, 0);
    return raw.map((weight) => weight / sum);
  });
  return { first, weights };
}

const FILTERS = new Map<string, Filter>();
/** A training run resizes between a few sizes only. */
const MOST_FILTERS = 64;

function filterOf(from: number, to: number): Filter {
  const key = `${from}:${to}`;
  const known = FILTERS.get(key);
  if (known) return known;
  if (FILTERS.size >= MOST_FILTERS) FILTERS.clear();
  const filter = triangleFilter(from, to);
  FILTERS.set(key, filter);
  return filter;
}

/** Filters one axis: `lines` times an axis of `from` places of `stride` values each. */
function resample(
  source: Float64Array | Uint8Array,
  lines: number,
  from: number,
  to: number,
  stride: number,
): Float64Array {
  const { first, weights } = filterOf(from, to);
  const target = new Float64Array(lines * to * stride);
  let into = 0;
  for (let line = 0; line < lines; line++) {
    for (let index = 0; index < to; index++) {
      const own = weights[index];
      const start = (line * from + first[index]) * stride;
      for (let value = 0; value < stride; value++) {
        let sum = 0;
        for (let at = 0, out = start + value; at < own.length; at++, out += stride) sum += own[at] * source[out];
        target[into++] = sum;
      }
    }
  }
  return target;
}

/**
 * An image in another size, bilinear, antialiased where it shrinks; rounded once at the end (PIL rounds between the two axes as
 * well, so that single values differ by 1).
 */
export function resizeImage(
  { height, width, channels, pixels }: PixelGrid,
  toHeight: number,
  toWidth: number,
): Uint8Array {
  const wide = width === toWidth ? pixels : resample(pixels, height, width, toWidth, channels);
  const high = height === toHeight ? wide : resample(wide, 1, height, toHeight, toWidth * channels);
  const resized = new Uint8Array(high.length);
  for (let index = 0; index < high.length; index++) resized[index] = high[index] + 0.5;
  return resized;
}
