import { describe, expect, it } from 'vitest';
import { ScheduleChanges } from './changes.ts';
import { createSchedule } from './schedule.ts';

const PEAK = 3e-4;
const plateau = [100, 110, 120, 130].map((step) => ({ step, learningRate: PEAK }));

describe('a schedule', () => {
  it('rises linearly before its first row, and counts that', () => {
    const { rates, sums, warmup } = createSchedule(plateau);
    expect(warmup).toBe(100);
    expect(rates[50]).toBeCloseTo(PEAK / 2, 12);
    expect(sums[100]).toBeCloseTo((PEAK * 101) / 2, 12);
    expect(sums[130] - sums[100]).toBeCloseTo(30 * PEAK, 12);
  });

  it('takes a shorter warm-up, or none', () => {
    expect(createSchedule(plateau, { warmup: 20 }).rates[10]).toBeCloseTo(PEAK / 2, 12);
    expect(createSchedule(plateau, { warmup: 20 }).rates[60]).toBe(PEAK);
    expect(createSchedule(plateau, { warmup: 0 }).rates[0]).toBe(PEAK);
  });

  it('goes linearly between rows, but jumps where a log does', () => {
    const down = [140, 150, 160].map((step) => ({ step, learningRate: PEAK / 5 }));
    const jump = createSchedule([...plateau, ...down]);
    expect(jump.rates[139]).toBe(PEAK);
    expect(jump.rates[140]).toBe(PEAK / 5);
    const slope = createSchedule([...plateau, { step: 140, learningRate: PEAK / 2 }, { step: 150, learningRate: 0 }]);
    expect(slope.rates[135]).toBeCloseTo(0.75 * PEAK, 12);
    // Far apart, rows are the knots of a plan.
    const knots = createSchedule([
      ...plateau,
      { step: 900, learningRate: PEAK / 5 },
      { step: 910, learningRate: PEAK / 5 },
    ]);
    expect(knots.rates[515]).toBeCloseTo(0.6 * PEAK, 12);
  });

  it.each([
    ['no rows', [], undefined, 'at least one row'],
    ['steps that do not rise', [plateau[1], plateau[0]], undefined, 'row 2 of the schedule: step 100'],
    ['a step twice', [plateau[0], plateau[0]], undefined, 'row 2 of the schedule'],
    ['half a step', [{ step: 1.5, learningRate: PEAK }], undefined, 'step 1.5'],
    ['a negative rate', [{ step: 1, learningRate: -PEAK }], undefined, 'learning rate -0.0003'],
    ['a rate that is no number', [{ step: 1, learningRate: NaN }], undefined, 'learning rate NaN'],
    ['no rate at all', [{ step: 1, learningRate: 0 }], undefined, 'no learning rate of the schedule is above 0'],
    ['tokens instead of steps', [{ step: 1e10, learningRate: PEAK }], undefined, 'at most 8388608 steps'],
    ['a warm-up beyond the first row', plateau, 101, 'a warm-up of 101 steps'],
  ])('refuses %s', (_, rows, warmup, fault) => {
    expect(() => createSchedule(rows, warmup === undefined ? {} : { warmup })).toThrow(fault);
  });
});

describe('changes gathered into nodes', () => {
  const cosine = Array.from({ length: 91 }, (_, i) => ({
    step: 100 + 100 * i,
    learningRate: 1e-5 + (PEAK - 1e-5) * 0.5 * (1 + Math.cos((Math.PI * i) / 90)),
  }));
  const schedule = createSchedule(cosine);
  const changes = new ScheduleChanges(schedule);

  it('keep the sum of changes and of their moments', () => {
    const { rates, sums } = schedule;
    for (const step of [1, 100, 101, 4000, 9100]) {
      const { change, sum, steps } = changes.nodes(step);
      let [total, moment, age] = [0, 0, 0];
      for (let k = 1; k <= step; k++) {
        const delta = rates[k] - rates[k - 1];
        total += delta;
        moment += delta * (sums[step] - sums[k - 1]);
        age += delta * (step + 1 - k);
      }
      const dot = (values: readonly number[]): number => values.reduce((all, value, i) => all + value * change[i], 0);
      expect(dot(change.map(() => 1)) / total).toBeCloseTo(1, 9);
      expect(dot(sum) / moment).toBeCloseTo(1, 9);
      expect(dot(steps) / age).toBeCloseTo(1, 9);
    }
  });

  it('are far fewer than the changes', () => {
    expect(changes.nodes(9100).change.length).toBeLessThan(150);
  });
});
