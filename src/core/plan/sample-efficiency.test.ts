import { describe, expect, it } from 'vitest';
import { campaign } from '../../../test/support/campaign.ts';
import { fitLaw, lawById } from '../laws/index.ts';
import type { Fit, Observations } from '../laws/index.ts';
import { fitCovariance } from '../laws/uncertainty/covariance.ts';
import { halfWidth } from '../laws/uncertainty/quantity.ts';
import { Random } from '../math/random.ts';
import { reachLoss } from './sample-efficiency.ts';

const SURFACE = { E: 1.69, A: 406.4, B: 410.7, alpha: 0.34, beta: 0.28 };
const BUDGETS = [1e18, 1e19, 1e20, 1e21];

function runs(noise: number, seed: number): Observations {
  const random = new Random(seed);
  return campaign(SURFACE, { budgets: BUDGETS, sizes: 7, width: 6, noise: () => noise * random.normal() });
}

const fitted = (data: Observations): Fit =>
  fitLaw(lawById('chinchilla'), data, { objective: { kind: 'least-squares', residual: 'linear' } });
const gap = (loss: number, params: number): number => loss - SURFACE.E - SURFACE.A / params ** SURFACE.alpha;
const closedForm = (loss: number, params: number): number => (SURFACE.B / gap(loss, params)) ** (1 / SURFACE.beta);

describe('reachLoss', () => {
  it('inverts the surface in closed form where there is no noise', () => {
    const data = runs(0, 1);
    const sizes = [3e8, 1e9, 1e10];
    for (const { params, tokens, flops, verdict } of reachLoss(fitted(data), data, 2.5, sizes)) {
      expect(tokens / closedForm(2.5, params)).toBeCloseTo(1, 4);
      expect(flops).toBeCloseTo(6 * params * tokens, 0);
      expect(verdict).toBe('reached');
    }
  });

  it('says unreachable below E + A / N^alpha', () => {
    const data = runs(0.0005, 2);
    // A hundred million parameters tend to 2.46.
    const [small, large] = reachLoss(fitted(data), data, 2.2, [1e8, 1e10]);
    expect(small.verdict).toBe('unreachable');
    expect(small.tokens).toBe(Infinity);
    expect(small.interval).toMatchObject({ low: Infinity, high: Infinity });
    expect(large.verdict).toBe('reached');
  });

  it('is uncertain just above and below the loss that a size tends to', () => {
    const data = runs(0.003, 3);
    const fit = fitted(data);
    const { E, A, alpha } = fit.parameters;
    const limit = E + A / 1e9 ** alpha;
    for (const loss of [limit - 1e-3, limit + 1e-3]) {
      const [{ verdict, interval }] = reachLoss(fit, data, loss, [1e9]);
      expect(verdict).toBe('uncertain');
      expect(interval.low).toBeLessThan(Infinity);
      expect(interval.high).toBe(Infinity);
    }
  });

  it('agrees with the delta method on log tokens where noise is small', () => {
    const data = runs(0.0003, 4);
    const fit = fitted(data);
    const { E, A, B, alpha, beta } = fit.parameters;
    const [params, loss] = [1e9, 2.5];
    const [{ tokens, interval }] = reachLoss(fit, data, loss, [params]);
    const part = A / params ** alpha;
    const g = loss - E - part;
    const slopes = [
      1 / (g * beta),
      part / A / (g * beta),
      1 / (B * beta),
      (-part * Math.log(params)) / (g * beta),
      -Math.log(tokens) / beta,
    ];
    const half = halfWidth(fitCovariance(fit, data), slopes);
    expect(Math.log(interval.high / interval.low) / 2 / half).toBeCloseTo(1, 2);
  });

  it('covers the true tokens at its level', () => {
    let inside = 0;
    const trials = 100;
    for (let trial = 0; trial < trials; trial++) {
      const data = runs(0.004, 100 + trial);
      const [{ interval }] = reachLoss(fitted(data), data, 2.4, [1e9]);
      const truth = closedForm(2.4, 1e9);
      if (interval.low <= truth && truth <= interval.high) inside += 1;
    }
    expect(inside / trials).toBeGreaterThan(0.89);
    expect(inside / trials).toBeLessThan(1);
  });

  it('refuses a law of other variables', () => {
    const data = runs(0, 1);
    const fit = fitLaw(lawById('power-law'), data);
    expect(() => reachLoss(fit, data, 2, [1e9])).toThrow('law of params and tokens');
  });
});
