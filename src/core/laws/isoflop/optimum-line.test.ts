import { describe, expect, it } from 'vitest';
import { Random } from '../../math/random.ts';
import { budgetsOf } from './budgets.ts';
import { campaign } from '../../../../test/support/campaign.ts';
import type { CampaignDesign } from '../../../../test/support/campaign.ts';
import { extendOptima, powerLine } from './optimum-line.ts';
import type { ExtendedOptimum } from './optimum-line.ts';
import { parabolaBias, profilesOf } from './parabola-bias.ts';
import { SIX_ND, surfaceOptimum } from './surface-optimum.ts';
import type { ChinchillaConstants } from './surface-optimum.ts';

const SYMMETRIC: ChinchillaConstants = { E: 1.69, A: 400, B: 400, alpha: 0.31, beta: 0.31 };
const CHINCHILLA: ChinchillaConstants = { E: 1.69, A: 406.4, B: 410.7, alpha: 0.34, beta: 0.28 };
const ASYMMETRIC: ChinchillaConstants = { E: 1.69, A: 406.4, B: 410.7, alpha: 0.465, beta: 0.155 };
const BUDGETS = [1e17, 1e18, 1e19, 1e20, 1e21];
const TARGET = 1e24;

function lineOf(surface: ChinchillaConstants, width: number, more: Partial<CampaignDesign> = {}): ExtendedOptimum {
  const data = campaign(surface, { budgets: BUDGETS, sizes: 15, width, ...more });
  return extendOptima(profilesOf(data, budgetsOf(data)), TARGET)!;
}

/** Logarithm to base 10 of the tokens that the line gives one FLOP. */
const intercept = ({ tokensLine }: ExtendedOptimum): number =>
  Math.log10(tokensLine.value) - tokensLine.exponent * Math.log10(TARGET);

describe('extendOptima', () => {
  // Errors of the optimal tokens at 1e24 FLOPs, recomputed independently in SciPy (the bias of approach 2).
  it.each([
    ['symmetric', SYMMETRIC, 2, 0, 0.5],
    ['symmetric', SYMMETRIC, 16, 0, 0.5],
    ['Chinchilla', CHINCHILLA, 2, -0.0033, 0.548387],
    ['Chinchilla', CHINCHILLA, 4, -0.013, 0.548387],
    ['Chinchilla', CHINCHILLA, 8, -0.029, 0.548387],
    ['Chinchilla', CHINCHILLA, 16, -0.051, 0.548387],
    ['asymmetric', ASYMMETRIC, 2, -0.0167, 0.75],
    ['asymmetric', ASYMMETRIC, 4, -0.065, 0.75],
    ['asymmetric', ASYMMETRIC, 8, -0.1391, 0.75],
    ['asymmetric', ASYMMETRIC, 16, -0.2312, 0.75],
  ] as const)('%s surface within %#: the published bias, the exact exponent', (_, surface, width, bias, b) => {
    const line = lineOf(surface, width);
    expect(line.tokens / surfaceOptimum(surface, TARGET).tokens - 1).toBeCloseTo(bias, 4);
    expect(line.tokensLine.exponent).toBeCloseTo(b, 5);
    expect(line.exponent).toBeCloseTo(1 - b, 5);
    expect(line.budgets).toBe(5);
  });

  it('moves the intercept alone (recomputed in SciPy)', () => {
    expect(intercept(lineOf(CHINCHILLA, 16))).toBeCloseTo(-0.578092, 5);
    expect(intercept(lineOf(ASYMMETRIC, 16))).toBeCloseTo(-1.459957, 5);
  });

  it('is biased on a symmetric surface where sizes lie off the optimum, and in the exponent where they drift (SciPy)', () => {
    const truth = surfaceOptimum(SYMMETRIC, TARGET).tokens;
    const off = lineOf(SYMMETRIC, 8, { offset: () => 1 / 3 });
    expect(off.tokens / truth - 1).toBeCloseTo(0.0265, 4);
    expect(off.tokensLine.exponent).toBeCloseTo(0.5, 6);
    const drifting = lineOf(SYMMETRIC, 8, { offset: (index) => 3 ** (-index / 4) });
    expect(drifting.tokens / truth - 1).toBeCloseTo(0.037, 4);
    expect(drifting.tokensLine.exponent).toBeCloseTo(0.502681, 6);
  });

  it('covers the true exponent at its level', () => {
    const random = new Random(3);
    const trials = 200;
    let [exponents, sizes, data] = [0, 0, 0];
    const truth = surfaceOptimum(SYMMETRIC, TARGET);
    for (let trial = 0; trial < trials; trial++) {
      const line = lineOf(SYMMETRIC, 4, { noise: () => 0.005 * random.normal() });
      if (line.exponentInterval.low < 0.5 && line.exponentInterval.high > 0.5) exponents += 1;
      if (line.interval.low < truth.params && line.interval.high > truth.params) sizes += 1;
      const { interval } = line.tokensLine;
      if (interval.low < truth.tokens && interval.high > truth.tokens) data += 1;
    }
    for (const count of [exponents, sizes, data]) expect(count / trials).toBeGreaterThan(0.91);
    expect(exponents / trials).toBeLessThan(0.99);
  });

  it('gives nothing for two minima', () => {
    const two = campaign(CHINCHILLA, { budgets: BUDGETS.slice(0, 2), sizes: 7, width: 4 });
    expect(extendOptima(profilesOf(two, budgetsOf(two)), TARGET)).toBeUndefined();
  });
});

describe('powerLine', () => {
  it('gives nothing where all points have one x', () => {
    const points = [1, 2, 3].map((y) => ({ x: 5, y }));
    expect(powerLine(points, 10)).toBeUndefined();
  });
});

describe('parabolaBias', () => {
  it('simulates the bias of a grid from the surface, whatever the losses were', () => {
    const data = campaign(CHINCHILLA, { budgets: BUDGETS, sizes: 15, width: 8, noise: () => 0.3 });
    const bias = parabolaBias(data, budgetsOf(data), CHINCHILLA, TARGET, SIX_ND)!;
    expect(bias.tokens).toBeCloseTo(-0.029, 4);
    expect(bias.params).toBeCloseTo(1 / (1 - 0.029) - 1, 3);
    expect(bias.exponent).toBeCloseTo(0, 6);
    expect(bias.budgets).toBe(5);
  });

  it('is undefined under three budgets', () => {
    const data = campaign(CHINCHILLA, { budgets: [1e18, 1e19], sizes: 7, width: 8 });
    expect(parabolaBias(data, budgetsOf(data), CHINCHILLA, TARGET, SIX_ND)).toBeUndefined();
  });
});
