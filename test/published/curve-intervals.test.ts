import { describe, expect, it } from 'vitest';
import { CURVE_CALIBRATION, calibrateCurves } from '../../src/core/laws/index.ts';
import { prepare, scoreIntervals, summarize } from '../support/curve-intervals.ts';
import { hasCurves, loadCurves, SKIPPED } from '../support/curves.ts';

const SETS = ['benchmark', 'colpret', 'lcdb'] as const;
const hasAll = SETS.every(hasCurves);

// 90 % intervals for curves of models and data sets that the calibration has not seen; each curve weighs the same.
describe.skipIf(!hasAll)(`intervals of real learning curves (${SKIPPED})`, () => {
  const known = hasAll ? SETS.flatMap((set) => loadCurves(set)).map(prepare) : [];

  it('hold, at half of the score of the last value, with few abstentions', () => {
    const scores = scoreIntervals(known, known);
    const { coverage, baselines, abstentions, curves } = summarize(scores);
    expect(curves).toBe(292);
    expect(coverage).toBeGreaterThan(0.82);
    expect(coverage).toBeLessThan(0.97);
    for (const { ratio } of Object.values(baselines)) expect(ratio).toBeLessThanOrEqual(0.5);
    expect(abstentions / curves).toBeLessThanOrEqual(0.1);
    expect(scores.every(({ ours }) => ours === null || Number.isFinite(ours.width))).toBe(true);
  });

  it('hold for a set of which nothing was seen', () => {
    const scores = scoreIntervals(
      known,
      known,
      (one, other) => one.set !== other.set && one.model !== other.model,
      ({ set, model }) => `${set}|${model}`,
    );
    const { coverage } = summarize(scores);
    expect(coverage).toBeGreaterThan(0.82);
    expect(coverage).toBeLessThan(0.97);
  });

  it('ship with the calibration of these curves', () => {
    const lessons = known.flatMap(({ lesson }) => lesson ?? []);
    const { curves, quantiles } = calibrateCurves(lessons, '');
    expect(CURVE_CALIBRATION.curves).toBe(curves);
    for (const [index, value] of quantiles.entries()) expect(CURVE_CALIBRATION.quantiles[index]).toBeCloseTo(value, 7);
  });
});
