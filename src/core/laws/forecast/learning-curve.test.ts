import { describe, expect, it } from 'vitest';
import { Random } from '../../math/random.ts';
import { learningCurve, scatterOf, tailOf, thinned } from './learning-curve.ts';
import { pastForecasts } from './past-forecasts.ts';

const points = (count: number, loss: (x: number) => number, factor = 1.1) =>
  Array.from({ length: count }, (_, index) => 1000 * factor ** index).map((x) => ({ x, loss: loss(x) }));

describe('learningCurve', () => {
  it('orders points and takes the geometric mean of what stands at the same x', () => {
    const { logX, logLoss } = learningCurve([
      { x: 4, loss: 1 },
      { x: 2, loss: 2 },
      { x: 2, loss: 8 },
    ]);
    expect(logX.map(Math.exp).map((x) => Math.round(x))).toEqual([2, 4]);
    expect(Math.exp(logLoss[0])).toBeCloseTo(4, 12);
  });

  it.each([
    [{ x: 0, loss: 1 }],
    [{ x: 1, loss: 0 }],
    [{ x: -1, loss: 1 }],
    [{ x: 1, loss: Number.NaN }],
    [{ x: 1, loss: Infinity }],
  ])('refuses %o', (point) => {
    expect(() => learningCurve([point])).toThrow('x and loss above 0');
  });
});

describe('thinned', () => {
  it('keeps a straight line straight, however unevenly it was logged', () => {
    const dense = Array.from({ length: 500 }, (_, index) => 100 * (index + 1)).map((x) => ({ x, loss: x ** -0.2 }));
    const { logX, logLoss } = thinned(learningCurve(dense), 16);
    expect(logX.length).toBeLessThanOrEqual(16);
    for (const [index, x] of logX.entries()) expect(logLoss[index]).toBeCloseTo(-0.2 * x, 10);
  });
});

describe('scatterOf', () => {
  it('finds the noise of a curve, not its bend', () => {
    const random = new Random(5);
    const curve = learningCurve(points(400, (x) => (1 + 30 / x ** 0.5) * Math.exp(0.02 * random.normal()), 1.02));
    expect(scatterOf(curve)).toBeGreaterThan(0.018);
    expect(scatterOf(curve)).toBeLessThan(0.022);
    expect(scatterOf(learningCurve(points(400, (x) => x ** -0.3, 1.02)))).toBeLessThan(1e-12);
  });

  it('is asked of the last part only, at least five points of it', () => {
    expect(tailOf(learningCurve(points(100, () => 1, 1.01))).logX).toHaveLength(24);
    expect(tailOf(learningCurve(points(30, () => 1, 1.3))).logX).toHaveLength(6);
    expect(tailOf(learningCurve(points(9, () => 1, 10))).logX).toHaveLength(5);
    expect(tailOf(learningCurve(points(3, () => 1, 10))).logX).toHaveLength(3);
  });
});

describe('pastForecasts', () => {
  it('looks about as far ahead as wanted, the latest first, never from fewer than three points', () => {
    const curve = learningCurve(points(40, () => 1));
    const found = pastForecasts(curve, Math.log(2));
    expect(found.length).toBeGreaterThan(5);
    expect(found[0].target).toBe(39);
    for (const { known, target, age } of found) {
      const ahead = curve.logX[target] - curve.logX[known - 1];
      expect(ahead).toBeGreaterThanOrEqual(0.6 * Math.log(2));
      expect(ahead).toBeLessThanOrEqual(0.6 * Math.log(2) + Math.log(1.1) + 1e-9);
      expect(known).toBeGreaterThanOrEqual(3);
      expect(age).toBeCloseTo((curve.logX[39] - curve.logX[target]) / Math.log(2), 9);
    }
    expect(new Set(found.map(({ target }) => target)).size).toBe(found.length);
  });

  it('finds none where the curve is shorter than the reach', () => {
    expect(pastForecasts(learningCurve(points(5, () => 1)), Math.log(8))).toEqual([]);
  });
});
