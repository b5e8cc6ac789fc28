/** The value that a share `p` of the values lies below, interpolated between neighbours (Hyndman and Fan 1996, type 7). */
export function percentile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const position = p * (sorted.length - 1);
  const below = Math.floor(position);
  return sorted[below] + (position - below) * ((sorted[below + 1] ?? sorted[below]) - sorted[below]);
}

/** The middle `level` of the values. */
export function percentileInterval(
  values: readonly number[],
  level = 0.95,
): { readonly level: number; readonly low: number; readonly high: number } {
  return { level, low: percentile(values, (1 - level) / 2), high: percentile(values, (1 + level) / 2) };
}
