import { describe, expect, it } from 'vitest';
import { Random } from '../../math/random.ts';
import { extendOptima } from './optimum-line.ts';
import { fitProfile } from './parabola.ts';
import type { Profile } from './parabola.ts';

interface Surface {
  readonly E: number;
  readonly A: number;
  readonly B: number;
  readonly alpha: number;
  readonly beta: number;
}

const CHINCHILLA: Surface = { E: 1.69, A: 406.4, B: 410.7, alpha: 0.34, beta: 0.28 };
const ASYMMETRIC: Surface = { E: 1.69, A: 406.4, B: 410.7, alpha: 0.465, beta: 0.155 };
const BUDGETS = [1e17, 1e18, 1e19, 1e20, 1e21];
const TARGET = 1e24;

/** Closed form of Hoffmann et al. 2022, equation 4. */
function optimum({ A, B, alpha, beta }: Surface, flops: number): { params: number; tokens: number } {
  const params = ((alpha * A) / (beta * B)) ** (1 / (alpha + beta)) * (flops / 6) ** (beta / (alpha + beta));
  return { params, tokens: flops / 6 / params };
}

/** Fifteen sizes from 1/width to width times the optimum at each budget. */
function campaign(surface: Surface, width: number, noise = (): number => 0): Profile[] {
  return BUDGETS.map((flops) => {
    const best = optimum(surface, flops).params;
    const points = Array.from({ length: 15 }, (_, index) => {
      const params = best * width ** (index / 7 - 1);
      const tokens = flops / 6 / params;
      const { E, A, B, alpha, beta } = surface;
      return { params, tokens, loss: E + A / params ** alpha + B / tokens ** beta + noise() };
    });
    return fitProfile(flops, points);
  });
}

describe('extendOptima', () => {
  // Errors of the optimal tokens at 1e24 FLOPs, recomputed independently in SciPy (the bias of approach 2).
  it.each([
    ['Chinchilla', CHINCHILLA, 2, -0.0033, 0.548387],
    ['Chinchilla', CHINCHILLA, 4, -0.013, 0.548387],
    ['Chinchilla', CHINCHILLA, 8, -0.029, 0.548387],
    ['Chinchilla', CHINCHILLA, 16, -0.051, 0.548387],
    ['asymmetric', ASYMMETRIC, 2, -0.0167, 0.75],
    ['asymmetric', ASYMMETRIC, 16, -0.2312, 0.75],
  ] as const)('%s surface within %#: the published bias, the exact exponent', (_, surface, width, bias, b) => {
    const line = extendOptima(campaign(surface, width), TARGET)!;
    expect(line.tokens / optimum(surface, TARGET).tokens - 1).toBeCloseTo(bias, 4);
    expect(1 - line.exponent).toBeCloseTo(b, 5);
    expect(line.budgets).toBe(5);
  });

  it('covers the true exponent at its level', () => {
    const random = new Random(3);
    const trials = 200;
    const symmetric: Surface = { ...CHINCHILLA, A: 400, B: 400, alpha: 0.31, beta: 0.31 };
    let [exponents, sizes] = [0, 0];
    for (let trial = 0; trial < trials; trial++) {
      const line = extendOptima(
        campaign(symmetric, 4, () => 0.005 * random.normal()),
        TARGET,
      )!;
      const truth = optimum(symmetric, TARGET).params;
      if (line.exponentInterval.low < 0.5 && line.exponentInterval.high > 0.5) exponents += 1;
      if (line.interval.low < truth && line.interval.high > truth) sizes += 1;
    }
    expect(exponents / trials).toBeGreaterThan(0.91);
    expect(exponents / trials).toBeLessThan(0.99);
    expect(sizes / trials).toBeGreaterThan(0.91);
  });

  it('gives nothing for two minima', () => {
    expect(extendOptima(campaign(CHINCHILLA, 4).slice(0, 2), TARGET)).toBeUndefined();
  });
});
