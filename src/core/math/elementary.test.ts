import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exp, log, pow } from './elementary.ts';

const relative = (ours: number, theirs: number): number =>
  ours === theirs ? 0 : Math.abs(ours - theirs) / Math.abs(theirs);

describe('elementary functions', () => {
  it('agree with the platform within two units in the last place', () => {
    fc.assert(
      fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) => relative(exp(x), Math.exp(x)) < 5e-16),
    );
    fc.assert(
      fc.property(fc.double({ min: 1e-320, max: 1e308, noNaN: true }), (x) => relative(log(x), Math.log(x)) < 5e-16),
    );
  });

  it('give the published digits', () => {
    expect(exp(1)).toBeCloseTo(Math.E, 15);
    expect(log(2)).toBe(Math.LN2);
    expect(log(10)).toBeCloseTo(Math.LN10, 15);
    expect(pow(10, -3)).toBeCloseTo(1e-3, 17);
  });

  it('keep the edges', () => {
    expect(exp(-Infinity)).toBe(0);
    expect(exp(710)).toBe(Infinity);
    expect(exp(0)).toBe(1);
    expect(exp(-744)).toBeGreaterThan(0);
    expect(log(0)).toBe(-Infinity);
    expect(log(-1)).toBeNaN();
    expect(log(5e-324)).toBeCloseTo(-744.4400719213812, 10);
    expect(pow(0, 2)).toBe(0);
    expect(pow(3, 0)).toBe(1);
  });
});
