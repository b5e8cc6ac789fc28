import { describe, expect, it } from 'vitest';
import type { Observations } from '../../terms/observation.ts';
import { costLawOf, flopsOf, SIX_ND, surfaceExponents, surfaceOptimum } from './surface-optimum.ts';

const SURFACE = { E: 1.69, A: 406.4, B: 410.7, alpha: 0.34, beta: 0.28 };

const table = (flops: (params: number, tokens: number) => number): Observations => {
  const points = [1e7, 3e7, 1e8].flatMap((params) => [1e9, 7e9].map((tokens) => ({ params, tokens })));
  const columns = {
    params: Float64Array.from(points, ({ params }) => params),
    tokens: Float64Array.from(points, ({ tokens }) => tokens),
    flops: Float64Array.from(points, ({ params, tokens }) => flops(params, tokens)),
  };
  return { rows: points.length, columns, runs: points.map((_, i) => `${i}`), conventions: {}, exclusions: [] };
};

describe('surfaceOptimum', () => {
  const cost = { factor: 4.2, paramsPower: 0.8, tokensPower: 1.05, departure: 0 };
  const loss = (params: number, tokens: number): number =>
    SURFACE.E + SURFACE.A / params ** SURFACE.alpha + SURFACE.B / tokens ** SURFACE.beta;

  it.each([SIX_ND, cost])('is the lowest loss that the budget buys: any other size is worse (%#)', (law) => {
    const { params, tokens, loss: least } = surfaceOptimum(SURFACE, 1e22, law);
    expect(flopsOf(law, params, tokens) / 1e22).toBeCloseTo(1, 10);
    for (const factor of [0.5, 0.9, 0.999, 1.001, 1.1, 2]) {
      const other = params * factor;
      const rest = (1e22 / law.factor / other ** law.paramsPower) ** (1 / law.tokensPower);
      expect(loss(other, rest)).toBeGreaterThan(least);
    }
  });

  it.each([SIX_ND, cost])('grows with the budget by its exponents (%#)', (law) => {
    const [low, high] = [1e20, 1e24].map((flops) => surfaceOptimum(SURFACE, flops, law));
    const { params, tokens } = surfaceExponents(SURFACE, law);
    expect(Math.log10(high.params / low.params) / 4).toBeCloseTo(params, 10);
    expect(Math.log10(high.tokens / low.tokens) / 4).toBeCloseTo(tokens, 10);
    expect(params * law.paramsPower + tokens * law.tokensPower).toBeCloseTo(1, 12);
  });
});

describe('costLawOf', () => {
  it('takes flops within 1 % of 6ND as that', () => {
    expect(costLawOf(table((params, tokens) => 6.03 * params * tokens))).toBe(SIX_ND);
  });

  it('recovers another power law exactly', () => {
    const law = costLawOf(table((params, tokens) => 4.2 * params ** 0.8 * tokens ** 1.05));
    expect(law.factor).toBeCloseTo(4.2, 8);
    expect(law.paramsPower).toBeCloseTo(0.8, 10);
    expect(law.tokensPower).toBeCloseTo(1.05, 10);
    expect(law.departure).toBeLessThan(1e-10);
  });

  it('says how far flops are from any power law', () => {
    const law = costLawOf(table((params, tokens) => 6 * (params + 5e7) * tokens));
    expect(law.departure).toBeGreaterThan(0.03);
    expect(law.paramsPower).toBeLessThan(0.7);
  });
});
