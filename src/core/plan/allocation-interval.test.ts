import { describe, expect, it } from 'vitest';
import { fitLaw, lawById } from '../laws/index.ts';
import type { Fit, Observations } from '../laws/index.ts';
import { Random } from '../math/random.ts';
import { allocateByFit } from './allocation-interval.ts';
import { allocate } from './allocation.ts';

const TRUTH = { E: 1.69, A: 406.4, B: 410.7, alpha: 0.34, beta: 0.28 };
/** A hundred times the largest budget of the runs. */
const FLOPS = 1e23;

/** Five budgets with five sizes each; relative noise. */
function campaign(noise: number, random: Random): Observations {
  const points = [1e19, 3e19, 1e20, 3e20, 1e21].flatMap((flops) =>
    [0.2, 0.45, 1, 2.2, 5].map((share) => {
      const params = share * allocate(TRUTH, flops).params;
      return { params, tokens: flops / 6 / params };
    }),
  );
  const loss = Float64Array.from(
    points,
    ({ params, tokens }) =>
      (TRUTH.E + TRUTH.A / params ** TRUTH.alpha + TRUTH.B / tokens ** TRUTH.beta) * Math.exp(noise * random.normal()),
  );
  const columns = {
    params: Float64Array.from(points, ({ params }) => params),
    tokens: Float64Array.from(points, ({ tokens }) => tokens),
    loss,
  };
  return { rows: points.length, columns, runs: points.map((_, i) => `${i}`), conventions: {}, exclusions: [] };
}

const fitted = (data: Observations): Fit =>
  fitLaw(lawById('chinchilla'), data, {
    objective: { kind: 'least-squares', residual: 'log' },
    starts: 64,
  });

describe('allocateByFit', () => {
  it('covers the true best size at a hundred times the budget about as often as it says', () => {
    const random = new Random(8);
    const trials = 100;
    const truth = allocate(TRUTH, FLOPS).params;
    let inside = 0;
    for (let trial = 0; trial < trials; trial++) {
      const data = campaign(0.003, random);
      const { interval } = allocateByFit(fitted(data), data, FLOPS);
      if (interval.low < truth && interval.high > truth) inside += 1;
    }
    expect(inside / trials).toBeGreaterThan(0.89);
    expect(inside / trials).toBeLessThan(1);
  });

  it('widens in proportion to the noise and with the distance', () => {
    const width = (noise: number, flops: number): number => {
      const data = campaign(noise, new Random(5));
      const { interval } = allocateByFit(fitted(data), data, flops);
      return Math.log(interval.high / interval.low);
    };
    expect(width(0.002, FLOPS) / width(0.001, FLOPS)).toBeCloseTo(2, 0);
    expect(width(0.002, FLOPS)).toBeGreaterThan(1.5 * width(0.002, 1e20));
  });

  it('refuses a fit that does not determine the surface', () => {
    const data = campaign(0.001, new Random(1));
    const fit = fitted(data);
    const undetermined = { ...fit, diagnostics: { ...fit.diagnostics, boundsHit: ['A'] } };
    expect(() => allocateByFit(undetermined, data, FLOPS)).toThrow('leaves A at a bound');
  });
});
