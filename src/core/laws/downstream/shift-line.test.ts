import { describe, expect, it } from 'vitest';
import { normalCdf, normalQuantile } from '../../math/normal.ts';
import { Random } from '../../math/random.ts';
import { fitShiftLine } from './shift-line.ts';
import type { ShiftPoint } from './shift-line.ts';
import { fitShiftedLaws } from './shifted-laws.ts';

/** Models on probit(ood) = -.3 + .9 probit(id), with noise. */
function models(count: number, noise: number, seed: number): ShiftPoint[] {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, index) => {
    const probit = -0.5 + (2 * index) / (count - 1);
    return {
      run: `model ${index}`,
      id: normalCdf(probit),
      ood: normalCdf(-0.3 + 0.9 * probit + noise * random.normal()),
    };
  });
}

describe('fitShiftLine', () => {
  it('recovers a line exactly, and finds nobody off it but the one that is', () => {
    const points = models(15, 0.002, 1);
    const lifted = { ...points[7], ood: points[7].ood + 0.1 };
    const { slope, offset, models: found } = fitShiftLine([...points.slice(0, 7), lifted, ...points.slice(8)]);
    expect(slope.value).toBeCloseTo(0.9, 2);
    expect(offset.value).toBeCloseTo(-0.3, 2);
    const { robustness, interval, isOff } = found[7];
    expect(isOff).toBe(true);
    expect(robustness).toBeCloseTo(0.1, 2);
    expect(interval.low).toBeLessThan(0.1);
    expect(interval.high).toBeGreaterThan(0.1);
  });

  it('fits the line to the models that are meant for it, and judges the others by it', () => {
    const standard = models(12, 0.005, 2);
    const robustOnes = models(6, 0.005, 3).map((point) => ({
      ...point,
      run: `robust ${point.run}`,
      ood: normalCdf(normalQuantile(point.ood) + 0.4),
      onLine: false,
    }));
    const { slope, models: found } = fitShiftLine([...standard, ...robustOnes]);
    expect(slope.value).toBeCloseTo(0.9, 1);
    expect(found.slice(12).every(({ isOff, robustness }) => isOff && robustness > 0.05)).toBe(true);
  });

  it('leaves about one model in twenty off the line by chance', () => {
    const shares = Array.from({ length: 20 }, (_, seed) => {
      const found = fitShiftLine(models(40, 0.05, 10 + seed), false).models;
      return found.filter(({ isOff }) => isOff).length / found.length;
    });
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    expect(mean).toBeGreaterThan(0.02);
    expect(mean).toBeLessThan(0.075);
  });

  it('fits a line between logarithms of losses', () => {
    const points = [2.1, 2.4, 2.9, 3.3, 3.8, 4.4].map((id, index) => ({
      run: `${index}`,
      id,
      ood: 1.2 * id ** 0.8 * Math.exp(index === 3 ? 0.2 : 0.0001 * index),
    }));
    const { slope, offset, models: found, axes } = fitShiftLine(points, true, 'log');
    expect(axes).toBe('log');
    expect(slope.value).toBeCloseTo(0.8, 2);
    expect(offset.value).toBeCloseTo(Math.log(1.2), 2);
    expect(found.map(({ isOff }) => isOff)).toEqual([false, false, false, true, false, false]);
    expect(() => fitShiftLine([...points, { run: 'none', id: 0, ood: 1 }], true, 'log')).toThrow('needs one above 0');
  });

  it('sees a bend, and none where there is none', () => {
    const straight = models(40, 0.03, 6);
    expect(fitShiftLine(straight).bend!.pValue).toBeGreaterThan(0.001);
    const bent = straight.map((point) => {
      const probit = normalQuantile(point.id);
      return { ...point, ood: normalCdf(normalQuantile(point.ood) + 0.3 * (probit - 0.5) ** 2) };
    });
    expect(fitShiftLine(bent).bend!.pValue).toBeLessThan(1e-6);
  });

  it('refuses accuracies without a probit, and too few models', () => {
    const points = models(6, 0.01, 4);
    expect(() => fitShiftLine([...points, { run: 'perfect', id: 1, ood: 0.8 }])).toThrow(
      "'perfect' has an accuracy of 1",
    );
    expect(() => fitShiftLine(points.slice(0, 3))).toThrow('needs 4 models');
  });
});

describe('fitShiftedLaws', () => {
  it('recovers the exponent of each error', () => {
    const points = Array.from({ length: 8 }, (_, index) => {
      const scale = 1e9 * 4 ** index;
      return { run: `${index}`, scale, id: 1 - 0.1 - 30 / scale ** 0.2, ood: 1 - 0.2 - 20 / scale ** 0.15 };
    });
    const { id, ood } = fitShiftedLaws(points);
    expect(id.fit.parameters.alpha).toBeCloseTo(0.2, 4);
    expect(ood.fit.parameters.alpha).toBeCloseTo(0.15, 4);
    expect(ood.fit.parameters.E).toBeCloseTo(0.2, 4);
  });
});
