import { describe, expect, it } from 'vitest';
import { studentQuantile } from '../../math/distributions.ts';
import { Random } from '../../math/random.ts';
import { leverage, regress } from '../../math/regression.ts';
import type { Fit } from '../../terms/fit.ts';
import type { Observations } from '../../terms/observation.ts';
import { lawById } from '../catalogue/index.ts';
import { fitLaw } from '../fit/fit-law.ts';
import { restrictLaw } from '../own-law.ts';
import { profileForecast, profileIntervals } from './profile-intervals.ts';

const SQUARES = { kind: 'least-squares', residual: 'log' } as const;

/** E + A / flops^alpha over `runs` runs from 1e18 to 1e21 FLOPs, relative noise. */
function table(runs: number, { E = 1, noise = 0.005, seed = 1 } = {}): Observations {
  const random = new Random(seed);
  const flops = Float64Array.from({ length: runs }, (_, k) => 1e18 * 1000 ** (k / (runs - 1)));
  const loss = flops.map((c) => (E + 500 * c ** -0.15) * Math.exp(noise * random.normal()));
  return {
    rows: runs,
    columns: { flops, loss },
    runs: [...flops.keys()].map(String),
    conventions: {},
    exclusions: [],
  };
}

const fitted = (id: string, data: Observations): Fit => fitLaw(lawById(id), data, { objective: SQUARES });

describe('profile intervals', () => {
  it('of a power law in logarithms: those of a straight line', () => {
    const data = table(7, { E: 0 });
    const fit = fitted('power-law', data);
    const x = [...data.columns.flops].map(Math.log);
    const line = regress(
      x.map((value) => [1, value]),
      [...data.columns.loss].map(Math.log),
    )!;
    const at = Math.log(1e23);
    const [t, variance] = [studentQuantile(0.975, 5), line.residualSum / 5];
    const centre = line.coefficients[0] + line.coefficients[1] * at;
    const spread = variance * leverage([1, at], line.inverse);
    const { curve, newRun } = profileForecast(fit, data, { flops: 1e23 });
    expect(Math.log(curve[0].high)).toBeCloseTo(centre + t * Math.sqrt(spread), 6);
    expect(Math.log(curve[0].low)).toBeCloseTo(centre - t * Math.sqrt(spread), 6);
    expect(Math.log(newRun[0].high)).toBeCloseTo(centre + t * Math.sqrt(spread + variance), 6);
    const { alpha } = profileIntervals(fit, data);
    const half = t * Math.sqrt(variance * line.inverse[1][1]);
    expect(alpha.low).toBeCloseTo(-line.coefficients[1] - half, 5);
    expect(alpha.high).toBeCloseTo(-line.coefficients[1] + half, 5);
  });

  it('end where a global fit with the parameter held has lost t^2 variances', () => {
    const data = table(14);
    const fit = fitted('power-law-offset', data);
    const variance = fit.objective / (14 - 3);
    const t = studentQuantile(0.975, 11);
    const intervals = profileIntervals(fit, data);
    for (const name of ['A', 'alpha', 'E']) {
      for (const end of [intervals[name].low, intervals[name].high]) {
        const held = fitLaw(restrictLaw(fit.law, { fixed: { [name]: end } }), data, { objective: SQUARES });
        expect(Math.sqrt((held.objective - fit.objective) / variance) / t).toBeCloseTo(1, 1);
      }
    }
  });

  it('of an irreducible loss that the data do not show begins at 0 and holds what they cannot exclude', () => {
    const data = table(9, { E: 0.02, noise: 0.01, seed: 3 });
    const { E } = profileIntervals(fitted('power-law-offset', data), data);
    expect(E.low).toBe(0);
    expect(E.high).toBeGreaterThan(0.02);
    expect(E.high).toBeLessThan(Math.min(...data.columns.loss));
  });

  it('of a new run widens with the error of its evaluation', () => {
    const plain = table(12);
    const lossError = plain.columns.loss.map((loss, row) => loss * (row % 2 === 0 ? 0.001 : 0.02));
    const data = { ...plain, columns: { ...plain.columns, lossError } };
    const fit = fitted('power-law-offset', data);
    const width = (evaluationError: number): number => {
      const [{ low, high }] = profileForecast(fit, data, { flops: 1e21 }, { evaluationError }).newRun;
      return Math.log(high / low);
    };
    expect(width(0.05)).toBeGreaterThan(2 * width(0.001));
  });

  it('of a robust fit hold its own values, few runs or many', () => {
    for (const runs of [10, 45]) {
      const data = table(runs, { seed: 4 });
      const fit = fitLaw(lawById('power-law-offset'), data);
      for (const [name, { low, high }] of Object.entries(profileIntervals(fit, data))) {
        expect(low).toBeLessThan(fit.parameters[name]);
        expect(high).toBeGreaterThan(fit.parameters[name]);
      }
    }
  });
});
