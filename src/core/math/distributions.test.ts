import jstat from 'jstat';
import { describe, expect, it } from 'vitest';
import { incompleteBeta, logGamma, studentCdf, studentQuantile } from './distributions.ts';

describe('distributions', () => {
  it.each([
    [0.975, 3, 3.182446305284263],
    [0.95, 1, 6.313751514675043],
    [0.995, 10, 3.169272672616951],
    [0.975, 2.5, 3.5746548420036817],
    [0.9, 235, 1.2851644113927942],
  ])('t quantile(%d, %d) = %d (SciPy 1.17)', (p, df, t) => {
    expect(studentQuantile(p, df) / t).toBeCloseTo(1, 6);
  });

  it('agree with jstat', () => {
    for (const df of [1, 2, 5, 30, 200]) {
      for (const t of [-4, -1, 0, 0.5, 3]) expect(studentCdf(t, df)).toBeCloseTo(jstat.studentt.cdf(t, df), 6);
    }
    for (const x of [0.01, 0.3, 0.9]) expect(incompleteBeta(x, 2.5, 0.7)).toBeCloseTo(jstat.ibeta(x, 2.5, 0.7), 8);
    for (const x of [0.1, 1, 4.5, 100]) expect(logGamma(x)).toBeCloseTo(jstat.gammaln(x), 9);
  });

  it('invert one another', () => {
    for (const p of [0.01, 0.2, 0.7, 0.999]) expect(studentCdf(studentQuantile(p, 4), 4)).toBeCloseTo(p, 12);
  });
});
