import { describe, expect, it } from 'vitest';
import { Random } from '../../math/random.ts';
import type { Observations } from '../../terms/observation.ts';
import { lawById } from '../catalogue/index.ts';
import { fitLaw } from '../fit/fit-law.ts';
import { bootstrapFits, percentileIntervals } from './bootstrap.ts';
import { parameterIntervals } from './delta.ts';

const NOISE = 0.01;

/** A power law through `runs` runs with `rowsEach` equal rows. */
function table(runs: number, rowsEach: number): Observations {
  const random = new Random(3);
  const points = Array.from({ length: runs }, (_, run) => {
    const flops = 1e17 * 1.4 ** run;
    return { run: `${run}`, flops, loss: 60 * flops ** -0.08 * Math.exp(NOISE * random.normal()) };
  }).flatMap((point) => new Array<typeof point>(rowsEach).fill(point));
  const columns = {
    flops: Float64Array.from(points, ({ flops }) => flops),
    loss: Float64Array.from(points, ({ loss }) => loss),
  };
  return { rows: points.length, columns, runs: points.map(({ run }) => run), conventions: {}, exclusions: [] };
}

const fitted = (data: Observations): ReturnType<typeof fitLaw> =>
  fitLaw(lawById('power-law'), data, { objective: { kind: 'least-squares', residual: 'log' } });
const width = ({ low, high }: { low: number; high: number }): number => high - low;

describe('bootstrapFits', () => {
  it('agrees with the formula for few runs where the law is nearly linear', () => {
    const data = table(19, 1);
    const fit = fitted(data);
    const draws = bootstrapFits(fit, data, { draws: 400 });
    const { alpha } = percentileIntervals(fit, draws);
    expect(width(alpha) / width(parameterIntervals(fit, data).alpha)).toBeGreaterThan(0.75);
    expect(width(alpha) / width(parameterIntervals(fit, data).alpha)).toBeLessThan(1.25);
  });

  it('gives every draw its own stream: fewer draws are the beginning of more', () => {
    const data = table(12, 1);
    const fit = fitted(data);
    expect(bootstrapFits(fit, data, { draws: 3, seed: 9 })).toEqual(
      bootstrapFits(fit, data, { draws: 8, seed: 9 }).slice(0, 3),
    );
    expect(bootstrapFits(fit, data, { draws: 1, seed: 10 })).not.toEqual(
      bootstrapFits(fit, data, { draws: 1, seed: 9 }),
    );
  });

  it('resamples runs, not rows: ten copies of every row narrow nothing', () => {
    const [once, copied] = [1, 10].map((rowsEach) => {
      const data = table(20, rowsEach);
      const fit = fitted(data);
      return width(percentileIntervals(fit, bootstrapFits(fit, data, { draws: 200 })).alpha);
    });
    expect(copied / once).toBeCloseTo(1, 6);
  });
});
