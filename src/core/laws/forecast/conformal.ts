/** A value with the weight it counts for. */
export interface Weighted {
  readonly value: number;
  readonly weight: number;
}

/** Smallest value at or below which at least the share p of the weight lies; values in ascending order. */
export function weightedQuantile(sorted: readonly Weighted[], p: number): number {
  const total = sorted.reduce((sum, { weight }) => sum + weight, 0);
  let below = 0;
  for (const { value, weight } of sorted) {
    below += weight;
    if (below >= p * total * (1 - 1e-12)) return value;
  }
  return sorted.at(-1)!.value;
}

/**
 * The share whose quantile holds at the level p for one more of n exchangeable units: (1 + 1/n) of the distance of p from the far
 * end (Vovk et al. 2005; Lei et al. 2018, section 2). Beyond what n units can say it stops at the largest score seen, so that no
 * interval is infinite.
 */
export const conformalShare = (p: number, n: number): number =>
  p >= 0.5 ? Math.min(1, p * (1 + 1 / n)) : Math.max(0, 1 - (1 - p) * (1 + 1 / n));

/** The interval score of Gneiting and Raftery (2007, equation 43): the width, and 2 / alpha for each unit that the outcome lies outside. */
export function intervalScore(interval: { low: number; high: number; level: number }, outcome: number): number {
  const { low, high, level } = interval;
  const missed = Math.max(low - outcome, outcome - high, 0);
  return high - low + (2 / (1 - level)) * missed;
}
