import { describe, expect, it } from 'vitest';
import { Random } from '../../math/random.ts';
import type { Observations } from '../../terms/observation.ts';
import { lawById } from '../catalogue/index.ts';
import { fitLaw } from '../fit/fit-law.ts';
import { profileForecast, profileIntervals } from './profile-intervals.ts';
import { bootstrapRoots, studentisedForecast, studentisedIntervals } from './studentised.ts';

const SQUARES = { kind: 'least-squares', residual: 'log' } as const;
const AT = { flops: 1e23 };

/** A power law through 16 runs with `rowsEach` evaluations. */
function table(rowsEach = 1): Observations {
  const random = new Random(3);
  const rows = Array.from({ length: 16 }, (_, run) => {
    const flops = 1e17 * 2 ** run;
    const loss = 60 * flops ** -0.08 * Math.exp(0.01 * random.normal());
    return Array.from({ length: rowsEach }, () => ({ run: `${run}`, flops, loss }));
  }).flat();
  const columns = {
    flops: Float64Array.from(rows, ({ flops }) => flops),
    loss: Float64Array.from(rows, ({ loss }) => loss),
  };
  return { rows: rows.length, columns, runs: rows.map(({ run }) => run), conventions: {}, exclusions: [] };
}

const data = table();
const fit = fitLaw(lawById('power-law'), data, { objective: SQUARES });
const width = ({ low, high }: { low: number; high: number }): number => Math.log(high / low);

describe.each(['pairs', 'wild'] as const)('studentised bootstrap (%s)', (resampling) => {
  const roots = bootstrapRoots(fit, data, { resampling, at: AT, draws: 300 });

  it('agrees with the formula where the law is a straight line', () => {
    const [own, formula] = [studentisedIntervals(fit, data, roots), profileIntervals(fit, data)];
    expect(width(own.alpha) / width(formula.alpha)).toBeGreaterThan(0.75);
    expect(width(own.alpha) / width(formula.alpha)).toBeLessThan(1.35);
    const [far, near] = [studentisedForecast(fit, data, AT, roots), profileForecast(fit, data, AT)];
    expect(far.loss).toBeCloseTo(near.loss, 10);
    for (const of of ['curve', 'newRun'] as const) {
      expect(width(far[of][0]) / width(near[of][0])).toBeGreaterThan(0.7);
      expect(width(far[of][0]) / width(near[of][0])).toBeLessThan(1.4);
    }
  });

  it('gives every draw its own stream: parts make the whole', () => {
    const part = bootstrapRoots(fit, data, { resampling, at: AT, first: 100, draws: 5 });
    expect(part).toEqual(roots.slice(100, 105));
  });

  it('takes three equal rows of a run for one', () => {
    const copied = table(3);
    const same = fitLaw(lawById('power-law'), copied, { objective: SQUARES });
    const own = bootstrapRoots(same, copied, { resampling, draws: 40 });
    const ratio =
      width(studentisedIntervals(same, copied, own).alpha) /
      width(studentisedIntervals(fit, data, bootstrapRoots(fit, data, { resampling, draws: 40 })).alpha);
    expect(ratio).toBeCloseTo(1, 2);
  });
});
