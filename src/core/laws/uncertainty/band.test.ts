import { describe, expect, it } from 'vitest';
import { Random } from '../../math/random.ts';
import type { Observations } from '../../terms/observation.ts';
import { lawById } from '../catalogue/index.ts';
import { fitLaw } from '../fit/fit-law.ts';
import { curveBand } from './band.ts';
import type { BandOptions } from './band.ts';

const POINTS = Array.from({ length: 7 }, (_, k) => ({ flops: 1e17 * 15 ** k }));

function table(seed: number): Observations {
  const random = new Random(seed);
  const flops = Float64Array.from({ length: 10 }, (_, run) => 1e18 * 2 ** run);
  const loss = flops.map((c) => 60 * c ** -0.08 * Math.exp(0.01 * random.normal()));
  return { rows: 10, columns: { flops, loss }, runs: [...flops.keys()].map(String), conventions: {}, exclusions: [] };
}

function band(seed: number, options: BandOptions, points = POINTS): ReturnType<typeof curveBand> {
  const data = table(seed);
  const fit = fitLaw(lawById('power-law'), data, { objective: { kind: 'least-squares', residual: 'log' } });
  return curveBand(fit, data, points, options);
}

describe('curveBand', () => {
  it('simultaneous: holds the whole curve about as often as it says, where the pointwise one does less often', () => {
    const trials = 60;
    const holds = (kind: 'simultaneous' | 'pointwise'): number =>
      Array.from({ length: trials }, (_, seed) =>
        band(seed, { kind }).every(({ at, low, high }) => {
          const truth = 60 * at.flops ** -0.08;
          return low <= truth && truth <= high;
        }),
      ).filter(Boolean).length / trials;
    expect(holds('simultaneous')).toBeGreaterThan(0.88);
    expect(holds('pointwise')).toBeLessThan(0.93);
  });

  it('is pointwise where there is one point', () => {
    const width = ([{ low, high }]: ReturnType<typeof curveBand>): number => Math.log(high / low);
    const one = POINTS.slice(0, 1);
    expect(width(band(1, {}, one)) / width(band(1, { kind: 'pointwise' }, one))).toBeCloseTo(1, 1);
  });
});
