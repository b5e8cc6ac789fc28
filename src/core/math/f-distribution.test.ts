import { describe, expect, it } from 'vitest';
import { fTail } from './f-distribution.ts';

describe('fTail', () => {
  // scipy.stats.f.sf, SciPy 1.17 (jstat 1.9.6 agrees to eight digits only).
  it.each([
    [0.5, 1, 10, 0.4956475043831199],
    [2.3, 3, 40, 0.09192866470350314],
    [4.96, 1, 10, 0.05008765056646815],
    [12, 5, 7, 0.00251963001877289],
    [0.001, 2, 8, 0.9990006246876366],
    [4, 2, 10, 0.052922149401344654],
    [1.3, 3, 55, 0.28368425874727454],
    [31.61, 3, 232, 3.606881998548956e-17],
    [80, 4, 30, 1.4572609932759671e-15],
  ])('of %d with %d and %d degrees is %d', (f, upper, lower, published) => {
    expect(fTail(f, upper, lower) / published).toBeCloseTo(1, 11);
  });

  it('is 1 at 0 and 0 at infinity', () => {
    expect(fTail(0, 2, 9)).toBe(1);
    expect(fTail(Infinity, 2, 9)).toBe(0);
  });
});
