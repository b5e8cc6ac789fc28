import { describe, expect, it } from 'vitest';
import { surfaceCoverage, surfaceTable } from '../../../../test/support/surface.ts';
import { Random } from '../../math/random.ts';
import { lawById } from '../catalogue/index.ts';
import { fitLaw } from '../fit/fit-law.ts';
import { forecast } from './delta.ts';

/** Nine sizes, two runs each, forecast ten times further in both directions. */
const GRID = { levels: [1, 10, 100], runsEach: 2, noise: 0.02, target: 1000 };

describe('forecast', () => {
  it('covers a new run and the curve at its level, ten times beyond the runs', () => {
    const { newRun, curve } = surfaceCoverage(GRID, 200, 6);
    for (const share of [newRun, curve]) {
      expect(share).toBeGreaterThan(0.91);
      expect(share).toBeLessThan(0.99);
    }
  });

  it('widens away from the runs, and for a new run more than for the curve', () => {
    const data = surfaceTable(GRID, new Random(1));
    const fit = fitLaw(lawById('chinchilla'), data, { objective: { kind: 'least-squares', residual: 'linear' } });
    const width = (factor: number, of: 'curve' | 'newRun'): number => {
      const [{ low, high }] = forecast(fit, data, { params: 1e7 * factor, tokens: 1e9 * factor }, [0.95])[of];
      return high - low;
    };
    expect(width(100, 'curve')).toBeGreaterThan(1.5 * width(1, 'curve'));
    expect(width(1, 'newRun')).toBeGreaterThan(2 * width(1, 'curve'));
  });

  it('refuses as many parameters as rows', () => {
    const data = surfaceTable({ ...GRID, levels: [1, 10, 100], runsEach: 1 }, new Random(1));
    const fit = fitLaw(lawById('chinchilla'), data, { objective: { kind: 'least-squares', residual: 'linear' } });
    const few = { ...data, rows: 4, runs: data.runs.slice(0, 4) };
    expect(() => forecast(fit, few, { params: 1e8, tokens: 1e10 }, [0.95])).toThrow('no degree of freedom');
  });
});
