import { describe, expect, it } from 'vitest';
import { percentile, percentileInterval } from './percentiles.ts';

describe('percentile', () => {
  // numpy.percentile's default (type 7).
  it.each([
    [0, 1],
    [0.25, 2.5],
    [0.5, 4],
    [0.9, 8.2],
    [1, 10],
  ])('a share of %d of 4, 1, 3, 10, 2, 4, 7 lies below %d', (share, value) => {
    expect(percentile([4, 1, 3, 10, 2, 4, 7], share)).toBeCloseTo(value, 12);
  });

  it('takes the middle, also with infinities at an end', () => {
    expect(percentileInterval([1, 2, 3, 4, 5], 0.5)).toEqual({ level: 0.5, low: 2, high: 4 });
    expect(percentileInterval([1, Infinity, Infinity, Infinity], 0.5).high).toBe(Infinity);
  });
});
