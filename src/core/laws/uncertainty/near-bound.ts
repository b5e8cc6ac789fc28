import { studentCdf, studentQuantile } from '../../math/distributions.ts';

/**
 * The distance in standard deviations at which the interval of a parameter that cannot be negative ends, as a function of how many
 * standard deviations k a candidate lies above 0. An estimate below 0 is seen as 0, which is nearer to the candidate: with Student's t
 * by its two-sided quantile the interval of a vanishing parameter would hold too often. This is the quantile with which each candidate
 * is kept at exactly its level (Feldman and Cousins 1998, section IV.B): one-sided at 0, two-sided from k = t on.
 */
export function distanceNearBound(level: number, degreesOfFreedom: number): (k: number) => number {
  const twoSided = studentQuantile(0.5 + level / 2, degreesOfFreedom);
  const oneSided = studentQuantile(level, degreesOfFreedom);
  return (k) => {
    if (k >= twoSided) return twoSided;
    if (k <= 0) return oneSided;
    // With c > k: kept from -(c^2 + k^2) / 2k, where the estimate is seen as 0, to c.
    const kept = (c: number): number =>
      studentCdf(c, degreesOfFreedom) - studentCdf(-(c * c + k * k) / (2 * k), degreesOfFreedom);
    let [low, high] = [k, twoSided];
    while (high - low > 1e-4) {
      const middle = (low + high) / 2;
      if (kept(middle) < level) low = middle;
      else high = middle;
    }
    return high;
  };
}
