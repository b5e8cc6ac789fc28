import { describe, expect, it } from 'vitest';
import { mean, rootMeanSquare } from './means.ts';

describe('means', () => {
  it('of 1, 2 and 6 by hand, in either kind of array', () => {
    expect(mean([1, 2, 6])).toBe(3);
    expect(mean(Float64Array.of(1, 2, 6))).toBe(3);
    expect(rootMeanSquare([1, -7])).toBe(5);
  });

  it('of nothing are not numbers', () => {
    expect(mean([])).toBeNaN();
    expect(rootMeanSquare([])).toBeNaN();
  });
});
