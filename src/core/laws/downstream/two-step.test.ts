import { describe, expect, it } from 'vitest';
import { Random } from '../../math/random.ts';
import type { Observations } from '../../terms/observation.ts';
import { fitTwoStep, forecastAccuracy } from './two-step.ts';

const lossAt = (flops: number): number => 1.7 + 250 / flops ** 0.16;
/** Half of the way from chance to .95 at a loss of 1.82; the runs' losses go from 1.93 down to 1.76. */
const accuracyAt = (loss: number): number => 0.25 + 0.7 / (1 + Math.exp(-30 * (1.82 - loss)));

function runs(accuracy: (loss: number, random: Random) => number, seed: number, count = 18): Observations {
  const random = new Random(seed);
  const flops = Float64Array.from({ length: count }, (_, index) => 1e19 * 1.6 ** index);
  const loss = flops.map((c) => lossAt(c) * Math.exp(0.002 * random.normal()));
  const column = loss.map((value) => Math.min(1, Math.max(0, accuracy(value, random))));
  const columns = { flops, loss, accuracy: column };
  return { rows: count, columns, runs: [...flops].map(String), conventions: {}, exclusions: [] };
}

const noisy =
  (noise: number) =>
  (loss: number, random: Random): number =>
    accuracyAt(loss) + noise * random.normal();

describe('fitTwoStep', () => {
  it('recovers both steps, and forecasts beyond the runs', () => {
    const data = runs(noisy(0.002), 1);
    const both = fitTwoStep(data, 'power-law-offset', 0.25);
    expect(both.test.verdict).toBe('holds');
    expect(both.stepTwo.parameters.gain).toBeCloseTo(0.7, 1);
    const { loss, accuracy, interval, isBeyond } = forecastAccuracy(both, data, { flops: 1e24 });
    expect(loss).toBeCloseTo(lossAt(1e24), 1);
    expect(Math.abs(accuracy - accuracyAt(lossAt(1e24)))).toBeLessThan(0.03);
    expect(interval.low).toBeLessThan(accuracyAt(lossAt(1e24)));
    expect(interval.high).toBeGreaterThan(accuracyAt(lossAt(1e24)));
    expect(isBeyond).toBe(true);
  });

  it('covers a new model at ten times the largest compute about as often as it says', () => {
    const trials = 60;
    let inside = 0;
    for (let trial = 0; trial < trials; trial++) {
      const data = runs(noisy(0.01), 100 + trial, 24);
      const { interval } = forecastAccuracy(fitTwoStep(data, 'power-law-offset', 0.25), data, { flops: 6e24 });
      const actual = accuracyAt(lossAt(6e24)) + 0.01 * new Random(9, trial).normal();
      if (interval.low <= actual && actual <= interval.high) inside += 1;
    }
    expect(inside / trials).toBeGreaterThan(0.87);
  });

  it.each([
    ['not monotone', (_: number, random: Random) => 0.4 + 0.02 * random.normal()],
    // Rises from below chance to chance.
    ['at chance', (loss: number, random: Random) => 0.245 - 0.3 * (loss - 1.76) + 0.001 * random.normal()],
    // Rises ever faster, then stands still over the held-out third.
    ['no better than the last value', (loss: number) => 0.25 + 25 * (1.94 - Math.max(loss, 1.803)) ** 2],
  ] as const)('refuses to believe accuracies: %s', (verdict, accuracy) => {
    expect(fitTwoStep(runs(accuracy, 3), 'power-law-offset', 0.25).test.verdict).toBe(verdict);
  });

  it('refuses too few runs and accuracies in percent', () => {
    expect(() => fitTwoStep(runs(noisy(0), 5, 6), 'power-law-offset', 0.25)).toThrow('need 9 runs');
    const data = runs(noisy(0), 5);
    const accuracy = data.columns.accuracy.map((value) => 100 * value);
    const percent = { ...data, columns: { ...data.columns, accuracy } };
    expect(() => fitTwoStep(percent, 'power-law-offset', 0.25)).toThrow("column 'accuracy' holds");
  });
});
