import { describe, expect, it } from 'vitest';
import { Random } from '../../math/random.ts';
import type { Observations } from '../../terms/observation.ts';
import { budgetsOf } from './budgets.ts';
import { campaign } from '../../../../test/support/campaign.ts';
import { EnvelopeProblem } from './envelope.ts';
import { surfaceExponents, surfaceOptimum } from './surface-optimum.ts';

const SURFACE = { E: 1.69, A: 406.4, B: 410.7, alpha: 0.34, beta: 0.28 };

/** Curves of models from 10M to 10B, checkpoints up to 3e22 FLOPs. */
function curves(sizes: number, noise = (): number => 0): Observations {
  const points = Array.from({ length: sizes }, (_, index) => 1e7 * 1000 ** (index / (sizes - 1))).flatMap((params) =>
    Array.from({ length: 30 }, (_, step) => {
      const tokens = 1e8 * 2 ** (step / 2);
      const loss = SURFACE.E + SURFACE.A / params ** SURFACE.alpha + SURFACE.B / tokens ** SURFACE.beta;
      return { run: `${params}`, params, tokens, flops: 6 * params * tokens, loss: loss + noise() };
    }),
  );
  const column = (of: (point: (typeof points)[number]) => number): Float64Array => Float64Array.from(points, of);
  return {
    rows: points.length,
    columns: {
      params: column(({ params }) => params),
      tokens: column(({ tokens }) => tokens),
      flops: column(({ flops }) => flops),
      loss: column(({ loss }) => loss),
    },
    runs: points.map(({ run }) => run),
    conventions: {},
    exclusions: [],
  };
}

describe('EnvelopeProblem', () => {
  it('finds the exponents of the surface from training curves', () => {
    const data = curves(60);
    const problem = new EnvelopeProblem(data, budgetsOf(data));
    const { of, optima, atEdge } = problem.envelope();
    expect(of).toBe('curves');
    expect(optima.length).toBeGreaterThan(100);
    expect(atEdge).toBeGreaterThan(0);
    const line = problem.line(1e24)!;
    const { params, tokens } = surfaceExponents(SURFACE);
    expect(line.exponents.params.value).toBeCloseTo(params, 2);
    expect(line.exponents.tokens.value).toBeCloseTo(tokens, 2);
    expect(line.params.value / surfaceOptimum(SURFACE, 1e24).params).toBeCloseTo(1, 0);
    const { low, high } = line.exponents.params.interval!;
    expect(low).toBeLessThan(params);
    expect(high).toBeGreaterThan(params);
  });

  it('takes the best finished run of each budget where runs have one row', () => {
    const data = campaign(SURFACE, { budgets: [1e18, 1e19, 1e20, 1e21], sizes: 9, width: 8 });
    const problem = new EnvelopeProblem(data, budgetsOf(data));
    const { of, optima } = problem.envelope();
    expect(of).toBe('runs');
    // Without noise the best run is the middle one: the optimum itself.
    for (const { flops, params } of optima) expect(params / surfaceOptimum(SURFACE, flops).params).toBeCloseTo(1, 9);
    expect(problem.line(1e24)!.exponents.params.value).toBeCloseTo(surfaceExponents(SURFACE).params, 9);
  });

  it('refuses winners at an edge', () => {
    const data = campaign(SURFACE, { budgets: [1e18, 1e19, 1e20], sizes: 5, width: 2, offset: () => 8 });
    const problem = new EnvelopeProblem(data, budgetsOf(data));
    expect(problem.envelope()).toMatchObject({ optima: [], atEdge: 3 });
    expect(problem.line(1e22)).toBeUndefined();
  });

  it('widens its interval with noise, and repeats itself for a seed', () => {
    const width = (noise: number): number => {
      const random = new Random(2);
      const budgets = [1e18, 3e18, 1e19, 3e19, 1e20, 3e20];
      const data = campaign(SURFACE, { budgets, sizes: 15, width: 4, noise: () => noise * random.normal() });
      const problem = new EnvelopeProblem(data, budgetsOf(data));
      const { interval } = problem.line(1e22)!.exponents.params;
      expect(problem.line(1e22)!.exponents.params.interval).toEqual(interval);
      return interval!.high - interval!.low;
    };
    expect(width(0.02)).toBeGreaterThan(width(0.001));
  });
});
