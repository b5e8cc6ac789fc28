import { describe, expect, it } from 'vitest';
import { campaign } from '../../../../test/support/campaign.ts';
import { Random } from '../../math/random.ts';
import { fitLaw, lawById } from '../index.ts';
import { fitCovariance } from './covariance.ts';
import { forecast } from './delta.ts';
import { bandOf } from './quantity.ts';

describe('bandOf', () => {
  it.each(['log', 'linear'] as const)('gives the intervals of a forecast (%s residuals)', (residual) => {
    const random = new Random(1);
    const surface = { E: 1.69, A: 406.4, B: 410.7, alpha: 0.34, beta: 0.28 };
    const budgets = [1e18, 1e19, 1e20];
    const data = campaign(surface, { budgets, sizes: 5, width: 5, noise: () => 0.01 * random.normal() });
    const fit = fitLaw(lawById('chinchilla'), data, { objective: { kind: 'least-squares', residual } });
    const at = { params: 1e10, tokens: 1e11 };
    const { loss, curve, newRun } = forecast(fit, data, at, [0.95]);
    for (const [of, interval] of [
      ['curve', curve[0]],
      ['new-run', newRun[0]],
    ] as const) {
      const band = bandOf(fit, fitCovariance(fit, data), of)(at);
      expect(band.loss).toBeCloseTo(loss, 12);
      expect(band.low).toBeCloseTo(interval.low, 10);
      expect(band.high).toBeCloseTo(interval.high, 10);
    }
  });
});
