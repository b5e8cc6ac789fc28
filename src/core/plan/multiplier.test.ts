import { describe, expect, it } from 'vitest';
import { campaign } from '../../../test/support/campaign.ts';
import { surfaceOptimum } from '../laws/isoflop/surface-optimum.ts';
import type { Observations } from '../laws/index.ts';
import { Random } from '../math/random.ts';
import { FRONTIERS, flopsTo } from './frontier.ts';
import { compareRecipes } from './multiplier.ts';

const SURFACE = { E: 1.69, A: 406.4, B: 410.7, alpha: 0.34, beta: 0.28 };
const BUDGETS = [1e18, 1e19, 1e20, 1e21];

/** A recipe whose parameters and tokens are worth more: A / m^alpha, B / m^beta. */
const better = (params: number, tokens: number): typeof SURFACE => ({
  ...SURFACE,
  A: SURFACE.A / params ** SURFACE.alpha,
  B: SURFACE.B / tokens ** SURFACE.beta,
});

function runs(surface: typeof SURFACE, noise: number, seed: number, sizes = 6): Observations {
  const random = new Random(seed);
  return campaign(surface, { budgets: BUDGETS, sizes, width: 5, noise: () => noise * random.normal() });
}

/** Runs along a power law of compute. */
function path(E: number, A: number, alpha: number, noise: number, seed: number): Observations {
  const random = new Random(seed);
  const flops = Float64Array.from({ length: 12 }, (_, index) => 1e17 * 3 ** index);
  const loss = flops.map((c) => (E + A / c ** alpha) * Math.exp(noise * random.normal()));
  const conventions = {};
  return { rows: 12, columns: { flops, loss }, runs: [...flops].map(String), conventions, exclusions: [] };
}

describe('FRONTIERS', () => {
  it('inverts the loss at the best split', () => {
    for (const flops of [1e19, 1e24]) {
      const { loss } = surfaceOptimum(SURFACE, flops);
      expect(flopsTo(FRONTIERS.chinchilla, SURFACE, loss) / flops).toBeCloseTo(1, 9);
    }
    expect(flopsTo(FRONTIERS.chinchilla, SURFACE, 1.6)).toBe(Infinity);
  });

  it.each([
    ['chinchilla', SURFACE],
    ['power-law-offset', { E: 1.7, A: 250, alpha: 0.16 }],
  ] as const)('%s: slopes agree with finite differences', (id, parameters: Readonly<Record<string, number>>) => {
    const slopes = FRONTIERS[id].slopes(parameters, 2.3);
    for (const [name, value] of Object.entries(parameters)) {
      const step = 1e-6 * value;
      const at = (by: number): number => FRONTIERS[id].logFlops({ ...parameters, [name]: value + by }, 2.3);
      expect(slopes[name] / ((at(step) - at(-step)) / (2 * step)), name).toBeCloseTo(1, 5);
    }
  });
});

describe('compareRecipes', () => {
  it('recovers a constant multiplier exactly where there is no noise: worth of parameters times worth of tokens', () => {
    const { constant, at } = compareRecipes(runs(SURFACE, 0, 1), runs(better(1.2, 1.5), 0, 1), { law: 'chinchilla' });
    expect(constant!.value).toBeCloseTo(1.8, 4);
    expect(at).toHaveLength(5);
    for (const { multiplier, isExtrapolated } of at) {
      expect(multiplier.value).toBeCloseTo(1.8, 3);
      expect(isExtrapolated).toBe(false);
    }
  });

  it('covers a constant multiplier at its level, and takes it for constant nineteen times out of twenty', () => {
    const trials = 60;
    let [inside, constantOnes] = [0, 0];
    for (let trial = 0; trial < trials; trial++) {
      const base = path(1.7, 250, 0.16, 0.004, 2 * trial + 1);
      const other = path(1.7, 250 / 1.4 ** 0.16, 0.16, 0.004, 2 * trial + 2);
      const { constant, test } = compareRecipes(base, other, { law: 'power-law-offset', draws: 20 });
      if (constant!.delta!.low < 1.4 && constant!.delta!.high > 1.4) inside += 1;
      if (test.isConstant) constantOnes += 1;
    }
    expect(inside / trials).toBeGreaterThan(0.87);
    expect(constantOnes / trials).toBeGreaterThan(0.87);
  });

  it('finds exponents that differ, and a multiplier that grows with scale', () => {
    const base = path(1.7, 250, 0.16, 0.001, 5);
    const other = path(1.7, 1100, 0.195, 0.001, 6);
    const { test, at } = compareRecipes(base, other, { law: 'power-law-offset' });
    expect(test.pValue).toBeLessThan(1e-4);
    expect(test.isConstant).toBe(false);
    const values = at.map(({ multiplier }) => multiplier.value);
    expect(values.at(-1)!).toBeGreaterThan(1.5 * values[0]);
    for (const { loss, multiplier } of at) {
      const truth = (250 / (loss - 1.7)) ** (1 / 0.16) / (1100 / (loss - 1.7)) ** (1 / 0.195);
      for (const interval of [multiplier.delta!, multiplier.bootstrap!]) {
        expect(interval.low).toBeLessThan(truth * 1.15);
        expect(interval.high).toBeGreaterThan(truth / 1.15);
      }
    }
  });

  it('marks losses beyond the runs, and says where a recipe never arrives', () => {
    const base = path(2.1, 250, 0.16, 0.0005, 7);
    const other = path(1.7, 250, 0.16, 0.0005, 8);
    const { at } = compareRecipes(base, other, { law: 'power-law-offset', losses: [2.3, 1.95] });
    expect(at[1].isExtrapolated).toBe(true);
    expect(at[1].flops.base).toBe(Infinity);
    expect(at[1].multiplier.value).toBe(Infinity);
    expect(at[1].multiplier.delta).toBeUndefined();
  });

  it('refuses recipes whose losses have nothing in common', () => {
    const far = path(1.7, 250, 0.16, 0.001, 9);
    const shifted = { ...far, columns: { ...far.columns, loss: far.columns.loss.map((value) => value + 5) } };
    expect(() => compareRecipes(far, shifted, { law: 'power-law-offset' })).toThrow('no loss lies between');
  });
});
