import jstat from 'jstat';
import { describe, expect, it } from 'vitest';
import { normalCdf, normalQuantile } from './normal.ts';

describe('normalCdf', () => {
  // scipy.stats.norm.cdf, SciPy 1.17.
  it.each([
    [-37, 5.7255712225239266e-300],
    [-8, 6.22096057427174e-16],
    [-5, 2.866515718791933e-7],
    [-3, 0.0013498980316300933],
    [-2.0001, 0.022744733391410532],
    [-2, 0.022750131948179195],
    [-1, 0.15865525393145707],
    [-0.1, 0.460172162722971],
    [0, 0.5],
    [0.3, 0.6179114221889526],
    [1.7, 0.955434537241457],
    [2, 0.9772498680518208],
    [2.5, 0.9937903346742238],
    [6, 0.9999999990134123],
  ])('of %d is %d', (x, published) => {
    expect(normalCdf(x) / published).toBeCloseTo(1, 11);
  });

  it('agrees with jstat', () => {
    for (let x = -4; x <= 4; x += 0.37) expect(normalCdf(x)).toBeCloseTo(jstat.normal.cdf(x, 0, 1), 9);
  });

  it('is the inverse of the quantile, and ends at 0 and 1', () => {
    for (const p of [1e-12, 1e-5, 0.01, 0.3, 0.5, 0.8, 0.999])
      expect(normalCdf(normalQuantile(p)) / p).toBeCloseTo(1, 11);
    expect(normalCdf(-Infinity)).toBe(0);
    expect(normalCdf(Infinity)).toBe(1);
    expect(normalCdf(NaN)).toBeNaN();
  });
});
