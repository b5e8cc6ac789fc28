import { describe, expect, it } from 'vitest';
import { studentQuantile } from '../../math/distributions.ts';
import { Random } from '../../math/random.ts';
import { distanceNearBound } from './near-bound.ts';

const LEVEL = 0.95;
const MANY = 1e6;

describe('distanceNearBound', () => {
  it('is one-sided at 0 and two-sided far from it', () => {
    const distance = distanceNearBound(LEVEL, 4);
    expect(distance(0)).toBeCloseTo(studentQuantile(0.95, 4), 10);
    expect(distance(3)).toBeCloseTo(studentQuantile(0.975, 4), 10);
  });

  it.each([0.2, 0.7, 1.5])('keeps a candidate %d deviations above 0 in 95 % of simulated estimates', (k) => {
    const limit = distanceNearBound(LEVEL, MANY)(k);
    const random = new Random(3);
    let kept = 0;
    const trials = 20_000;
    for (let trial = 0; trial < trials; trial++) {
      const estimate = k + random.normal();
      // Squares from the best that is not negative to the candidate.
      const best = Math.max(0, estimate);
      const rise = (estimate - k) ** 2 - (estimate - best) ** 2;
      if (rise <= limit ** 2) kept += 1;
    }
    expect(kept / trials).toBeCloseTo(LEVEL, 2);
  });
});
