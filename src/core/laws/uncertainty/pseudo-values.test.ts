import { describe, expect, it } from 'vitest';
import { Random } from '../../math/random.ts';
import { pseudoValues } from './pseudo-values.ts';

const variance = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value * value, 0) / values.length;
const random = new Random(8);
const NORMAL = Float64Array.from({ length: 40_000 }, () => 0.01 * random.normal());

describe('pseudoValues', () => {
  it('have the variance of the estimator: the median needs pi / 2 as many normal rows as the mean', () => {
    for (const isLocal of [false, true]) {
      const { moved, slopes } = pseudoValues({ kind: 'huber', residual: 'log', delta: 1e-5 }, NORMAL, 0, isLocal);
      // Sandwich: mean psi^2 / (mean psi')^2, relative to that of the mean.
      const pulls = moved.map((value, row) => value * slopes[row]);
      const slope = slopes.reduce((sum, value) => sum + value, 0) / slopes.length;
      expect(variance(pulls) / slope ** 2 / 1e-4).toBeGreaterThan(0.93 * (Math.PI / 2));
      expect(variance(pulls) / slope ** 2 / 1e-4).toBeLessThan((isLocal ? 1.35 : 1.07) * (Math.PI / 2));
    }
  });

  it('of a Huber penalty far wider than the noise are the residuals', () => {
    const { moved } = pseudoValues({ kind: 'huber', residual: 'log', delta: 1 }, NORMAL.slice(0, 100), 3, false);
    for (const row of [0, 7, 99]) expect(moved[row]).toBeCloseTo(NORMAL[row], 8);
  });

  it('weigh rows of small scatter more, where rows scatter unequally', () => {
    const mixed = NORMAL.slice(0, 400).map((value, row) => (row % 2 === 0 ? value : 10 * value));
    const { slopes } = pseudoValues({ kind: 'huber', residual: 'log', delta: 1e-3 }, mixed, 0, true);
    const mean = (parity: number): number =>
      slopes.filter((_, row) => row % 2 === parity).reduce((sum, value) => sum + value, 0) / 200;
    expect(mean(0)).toBeGreaterThan(2 * mean(1));
  });
});
