/** The value that a share `p` of the values lies below, interpolated between neighbours (Hyndman and Fan 1996, type 7). */
export function percentile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const position = p * (sorted.length - 1);
  const below = Math.floor(position);
  const [low, high] = [sorted[below], sorted[below + 1] ?? sorted[below]];
  // Between two infinities there is nothing to interpolate.
  return low === high ? low : low + (position - below) * (high - low);
}

/** The middle `level` of the values. */
export function percentileInterval(
  values: readonly number[],
  level = 0.95,
): { readonly level: number; readonly low: number; readonly high: number } {
  return { level, low: percentile(values, (1 - level) / 2), high: percentile(values, (1 + level) / 2) };
}
