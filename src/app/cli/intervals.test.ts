import { describe, expect, it } from 'vitest';
import { fitLaw, lawById } from '../../core/laws/index.ts';
import { drawStudy } from '../../../tools/coverage/studies.ts';
import { forecastBy, INTERVAL_METHODS, intervalsBy, parseIntervalMethod } from './intervals.ts';

describe('intervals by a method that was asked for', () => {
  const { data, at } = drawStudy({ grid: [5, 5], noise: 'one seed', truths: 'box' }, 1, 6);
  const fit = fitLaw(lawById('chinchilla'), data, { objective: { kind: 'least-squares', residual: 'log' } });

  it.each(INTERVAL_METHODS)('%s: parameters and a new run around the fit', (method) => {
    const intervals = intervalsBy(method, fit, data, 1);
    for (const name of ['A', 'B', 'alpha', 'beta']) {
      expect(intervals[name].low).toBeLessThan(fit.parameters[name]);
      expect(intervals[name].high).toBeGreaterThan(fit.parameters[name]);
    }
    const { loss, curve, newRun } = forecastBy(method, fit, data, { at, levels: [0.9, 0.95], seed: 1 });
    expect(newRun.map(({ level }) => level)).toEqual([0.9, 0.95]);
    for (const [k, { low, high }] of newRun.entries()) {
      expect(low).toBeLessThan(curve[k].low);
      expect(high).toBeGreaterThan(curve[k].high);
      expect(curve[k].low).toBeLessThan(loss);
      expect(curve[k].high).toBeGreaterThan(loss);
    }
  });

  it('refuses another name and lists the known ones', () => {
    expect(() => parseIntervalMethod('exact')).toThrow("no intervals are made by 'exact'");
  });
});
