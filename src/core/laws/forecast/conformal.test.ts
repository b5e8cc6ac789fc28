import { describe, expect, it } from 'vitest';
import { Random } from '../../math/random.ts';
import { conformalShare, intervalScore, weightedQuantile } from './conformal.ts';

const unweighted = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b).map((value) => ({ value, weight: 1 }));

describe('weightedQuantile', () => {
  it('is the smallest value that at least the share of the weight does not exceed', () => {
    const sorted = [
      { value: 1, weight: 1 },
      { value: 2, weight: 2 },
      { value: 5, weight: 1 },
    ];
    expect([0.25, 0.26, 0.75, 0.76, 1].map((p) => weightedQuantile(sorted, p))).toEqual([1, 2, 2, 5, 5]);
  });
});

describe('conformal quantiles', () => {
  // One more of n exchangeable numbers lies at or below the ceil(p (n + 1))-th with that probability over n + 1 (Vovk et al. 2005).
  it('hold for one more draw as often as the order statistics say, for any distribution', () => {
    const random = new Random(8);
    const [n, trials] = [19, 4000];
    const draw = (): number => random.normal() ** 3 + 0.2;
    let [below, above] = [0, 0];
    for (let trial = 0; trial < trials; trial++) {
      const sorted = unweighted(Array.from({ length: n }, draw));
      const outcome = draw();
      if (outcome <= weightedQuantile(sorted, conformalShare(0.9, n))) below += 1;
      if (outcome >= weightedQuantile(sorted, conformalShare(0.1, n))) above += 1;
    }
    expect(Math.abs(below / trials - 18 / 20)).toBeLessThan(0.015);
    expect(above / trials).toBeGreaterThan(0.88);
  });

  it('stop at the outermost score instead of being infinite', () => {
    const sorted = unweighted([3, 1, 2]);
    expect(weightedQuantile(sorted, conformalShare(0.99, 3))).toBe(3);
    expect(weightedQuantile(sorted, conformalShare(0.01, 3))).toBe(1);
  });
});

describe('intervalScore', () => {
  it('is the width, and 2 / alpha for what lies outside', () => {
    const interval = { low: 1, high: 3, level: 0.9 };
    expect(intervalScore(interval, 2)).toBeCloseTo(2, 12);
    expect(intervalScore(interval, 3.5)).toBeCloseTo(2 + 20 * 0.5, 9);
    expect(intervalScore(interval, 0)).toBeCloseTo(2 + 20, 9);
  });

  // The score is proper: for a normal outcome no interval does better on average than its quantiles, 1.645 from the mean.
  it('is least at the quantiles', () => {
    const random = new Random(3);
    const outcomes = Array.from({ length: 20_000 }, () => random.normal());
    const mean = (half: number): number =>
      outcomes.reduce((sum, y) => sum + intervalScore({ low: -half, high: half, level: 0.9 }, y), 0) / outcomes.length;
    expect(mean(1.645)).toBeLessThan(mean(1.4));
    expect(mean(1.645)).toBeLessThan(mean(1.9));
  });
});
