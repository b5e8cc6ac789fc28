import { describe, expect, it } from 'vitest';
import { fitProfile } from './parabola.ts';

const BUDGET = 1e19;
const points = (
  loss: (params: number, tokens: number) => number,
  sizes: number[],
): { params: number; tokens: number; loss: number }[] =>
  sizes.map((params) => ({ params, tokens: BUDGET / 6 / params, loss: loss(params, BUDGET / 6 / params) }));
const around = (centre: number, factors: number[]): number[] => factors.map((factor) => centre * factor);
const symmetric = (params: number, tokens: number): number => 1.69 + 400 / params ** 0.31 + 400 / tokens ** 0.31;
const BEST = Math.sqrt(BUDGET / 6);

describe('fitProfile', () => {
  it('finds the minimum of a symmetric surface exactly (no bias of approach 2 there)', () => {
    const { minimum } = fitProfile(BUDGET, points(symmetric, around(BEST, [1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8])));
    expect(minimum!.params / BEST).toBeCloseTo(1, 9);
    expect(minimum!.tokens / BEST).toBeCloseTo(1, 9);
    expect(minimum!.interval!.low).toBeLessThan(BEST);
    expect(minimum!.interval!.high).toBeGreaterThan(BEST);
  });

  it('has the known bias of approach 2 on an asymmetric surface: within 4x it overstates the size', () => {
    const chinchilla = (params: number, tokens: number): number =>
      1.69 + 406.4 / params ** 0.34 + 410.7 / tokens ** 0.28;
    const G = ((0.34 * 406.4) / (0.28 * 410.7)) ** (1 / 0.62);
    const optimum = G * (BUDGET / 6) ** (0.28 / 0.62);
    const { minimum } = fitProfile(BUDGET, points(chinchilla, around(optimum, [1 / 4, 1 / 2, 1, 2, 4])));
    expect(minimum!.params / optimum).toBeGreaterThan(1);
    expect(minimum!.params / optimum).toBeLessThan(1.05);
  });

  it.each([
    ['two sizes', around(BEST, [1, 2]), 'needs three sizes'],
    ['a minimum beyond the largest size', around(BEST, [1 / 16, 1 / 8, 1 / 4]), 'beyond the largest'],
    ['a minimum beyond the smallest size', around(BEST, [4, 8, 16]), 'beyond the smallest'],
  ])('refuses %s', (_, sizes, refusal) => {
    const profile = fitProfile(BUDGET, points(symmetric, sizes));
    expect(profile.minimum).toBeUndefined();
    expect(profile.refusal).toContain(refusal);
  });
});
