import { describe, expect, it } from 'vitest';
import { exp, pow } from '../../math/elementary.ts';
import { Random } from '../../math/random.ts';
import { forecastEarly } from './early.ts';
import type { RunLosses } from './early.ts';

const FINAL = 10_000;
const OPTIONS = { final: FINAL, until: 0.3 };

/** A run of a family: a power law with a floor, whose cooldown in the last fifth takes off a share of the loss. */
function run(random: Random, noise: number, steps = FINAL): RunLosses {
  const [floor, size, power] = [1.8 + 0.4 * random.next(), 8 + 8 * random.next(), 0.3 + 0.15 * random.next()];
  const points = Array.from({ length: 50 }, (_, i) => ((i + 1) * steps) / 50);
  const losses = points.map((step) => {
    const cooled = 1 - 0.04 * Math.max(0, (step / steps - 0.8) / 0.2);
    return (floor + size * pow(step, -power)) * cooled * exp(noise * random.normal());
  });
  return { run: `${random.next()}`, steps: points, losses };
}

const family = (random: Random, count: number, noise: number): RunLosses[] =>
  Array.from({ length: count }, () => run(random, noise));

describe('a forecast from the first part of a run', () => {
  it('alone carries a pure power law on exactly', () => {
    const steps = Array.from({ length: 30 }, (_, i) => 100 * (i + 1));
    const losses = steps.map((step) => 9 * pow(step, -0.2));
    const forecast = forecastEarly({ run: 'pure', steps, losses }, [], OPTIONS);
    expect(forecast.loss / (9 * pow(FINAL, -0.2))).toBeCloseTo(1, 9);
    expect(forecast.slope).toBeCloseTo(-0.2, 9);
    expect(forecast.seen).toBe(3000);
    expect(forecast.intervals[0].low).toBeLessThan(forecast.loss);
  });

  it('sees nothing after the cut', () => {
    const [target, ...siblings] = family(new Random(1), 8, 1e-3);
    const spoilt = { ...target, losses: target.losses.map((loss, row) => (target.steps[row] > 3000 ? 99 : loss)) };
    expect(forecastEarly(spoilt, siblings, OPTIONS)).toEqual(forecastEarly(target, siblings, OPTIONS));
  });

  it('with siblings errs less than alone, and both less than the last value', () => {
    const errors = { alone: 0, together: 0, carried: 0 };
    for (let study = 0; study < 30; study++) {
      const [target, ...siblings] = family(new Random(2, study), 9, 1e-3);
      const actual = target.losses.at(-1)!;
      const together = forecastEarly(target, siblings, OPTIONS);
      errors.alone += Math.abs(forecastEarly(target, [], OPTIONS).loss / actual - 1);
      errors.together += Math.abs(together.loss / actual - 1);
      errors.carried += Math.abs(together.lastValue / actual - 1);
    }
    expect(errors.together).toBeLessThan(0.5 * errors.alone);
    expect(errors.alone).toBeLessThan(errors.carried);
  });

  it.each([2, 3, 4, 6, 12])('with %i siblings, nine intervals in ten hold', (count) => {
    let inside = 0;
    const studies = 300;
    for (let study = 0; study < studies; study++) {
      const [target, ...siblings] = family(new Random(3, study), count + 1, 3e-3);
      const { low, high } = forecastEarly(target, siblings, OPTIONS).intervals[0];
      const actual = target.losses.at(-1)!;
      if (actual >= low && actual <= high) inside += 1;
    }
    // Three standard errors of 300 draws.
    expect(inside / studies).toBeGreaterThan(0.9 - 0.052);
    expect(inside / studies).toBeLessThan(0.9 + 0.06);
  });

  it('stretches siblings of other lengths, and names those it cannot use', () => {
    const random = new Random(4);
    const target = run(random, 0);
    const siblings = [...family(random, 4, 0), run(random, 0, 2 * FINAL)];
    const short = { run: 'short', steps: [FINAL - 1, FINAL], losses: [2, 2] };
    const forecast = forecastEarly(target, [...siblings, short], OPTIONS);
    expect(forecast.siblings).toBe(5);
    expect(forecast.exclusions).toEqual([{ run: 'short', reason: 'no point by step 3000, 30 % of the run' }]);
  });

  it('warns of a target unlike its siblings', () => {
    const [target, ...siblings] = family(new Random(5), 8, 0);
    const high = { ...target, losses: target.losses.map((loss) => 3 * loss) };
    expect(forecastEarly(high, siblings, OPTIONS).warnings.join()).toContain('the level at the cut lies far outside');
  });

  it.each([
    [
      'too few points at the cut',
      { steps: [2000, 2500, 9000], losses: [3, 2.9, 2] },
      '2 points between steps 1250 and 2500',
    ],
    ['a loss that is not positive', { steps: [2000, 2500, 3000], losses: [3, 0, 2] }, 'the loss at step 2500 is 0'],
    ['steps that do not rise', { steps: [2000, 2000, 3000], losses: [3, 2.9, 2] }, 'point 2 is at step 2000'],
    ['nothing seen', { steps: [9000], losses: [3] }, 'no point by step 3000'],
  ])('refuses %s', (_, part, fault) => {
    expect(() => forecastEarly({ run: 'x', ...part }, [], OPTIONS)).toThrow(fault);
  });

  it('refuses a share that is none', () => {
    expect(() => forecastEarly(run(new Random(6), 0), [], { final: FINAL, until: 30 })).toThrow('must lie in (0, 1)');
  });
});
