import { describe, expect, it } from 'vitest';
import { Random } from '../../math/random.ts';
import type { Observations } from '../../terms/observation.ts';
import { lawById } from '../catalogue/index.ts';
import { fitLaw } from '../fit/fit-law.ts';
import { fitCovariance } from './covariance.ts';
import { parameterIntervals } from './delta.ts';

const EXPONENT = 0.15;

/** Runs of a power law over 2.6 decades; `noise` is the standard deviation by the share of the way up. */
function table(runs: number, noise: (share: number) => number, random: Random, rowsEach = 1): Observations {
  const points = Array.from({ length: runs }, (_, run) => {
    const share = run / (runs - 1);
    const flops = 1e18 * Math.exp(6 * share);
    return { run: `${run}`, flops, loss: 800 * flops ** -EXPONENT * Math.exp(noise(share) * random.normal()) };
  }).flatMap((point) => new Array<typeof point>(rowsEach).fill(point));
  const columns = {
    flops: Float64Array.from(points, ({ flops }) => flops),
    loss: Float64Array.from(points, ({ loss }) => loss),
  };
  return { rows: points.length, columns, runs: points.map(({ run }) => run), conventions: {}, exclusions: [] };
}

const fitted = (data: Observations): ReturnType<typeof fitLaw> =>
  fitLaw(lawById('power-law'), data, { objective: { kind: 'least-squares', residual: 'log' }, starts: 32 });

describe('fitCovariance', () => {
  it('holds where many runs scatter unequally: small runs ten times as much as large ones', () => {
    const trials = 100;
    let inside = 0;
    for (let trial = 0; trial < trials; trial++) {
      const data = table(40, (share) => 0.02 * 10 ** -share, new Random(7, trial));
      const { alpha } = parameterIntervals(fitted(data), data);
      if (alpha.low < EXPONENT && alpha.high > EXPONENT) inside += 1;
    }
    expect(inside / trials).toBeGreaterThanOrEqual(0.9);
  });

  it('is that of a straight line for few runs', () => {
    const data = table(8, () => 0.01, new Random(2));
    const fit = fitted(data);
    const { covariance, residualVariance, degreesOfFreedom } = fitCovariance(fit, data);
    const x = [...data.columns.flops].map(Math.log);
    const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
    const spread = x.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    expect(degreesOfFreedom).toBe(6);
    // The coordinate is log alpha.
    expect(covariance[1][1] * fit.parameters.alpha ** 2).toBeCloseTo(residualVariance / spread, 12);
  });

  it('takes ten rows of a run for one', () => {
    const [once, copied] = [1, 10].map((rowsEach) => {
      const data = table(8, () => 0.01, new Random(2), rowsEach);
      return fitCovariance(fitted(data), data);
    });
    expect(copied.degreesOfFreedom).toBe(once.degreesOfFreedom);
    expect(copied.covariance[1][1] / once.covariance[1][1]).toBeCloseTo(1, 6);
    expect(copied.residualVariance / once.residualVariance).toBeCloseTo(1, 6);
  });
});
