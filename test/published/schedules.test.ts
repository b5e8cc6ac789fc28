import { describe, expect, it } from 'vitest';
import { calibrateFit, fitCurves, meanScore, scheduleLawById, scoreCurve } from '../../src/core/laws/index.ts';
import type { CurveFit } from '../../src/core/laws/index.ts';
import { holds } from '../../tools/conformance/check.ts';
import { scheduleCurves, sections } from '../../tools/conformance/schedules.ts';

const curves = scheduleCurves();

// Luo et al. 2025 (arXiv 2503.12811), 25M: trained on cosine_24000, constant_24000 and wsdcon_9; R2 .9988, MAE .00376, RMSE .00465.
describe.skipIf(!curves)('curves of ../shared/data/schedules (skipped where they are absent)', () => {
  const { train, test } = curves ?? { train: [], test: [] };

  const fits = new Map<string, CurveFit>();
  const fitted = (id: string): CurveFit => {
    const fit = fits.get(id) ?? fitCurves(scheduleLawById(id), train);
    fits.set(id, fit);
    return fit;
  };

  it('three curves forecast the other six', () => {
    const fit = fitted('multi-power');
    const { r2, meanAbsoluteError } = meanScore(test.map((curve) => scoreCurve(fit, curve)));
    expect(r2).toBeGreaterThanOrEqual(0.9985);
    expect(meanAbsoluteError).toBeLessThanOrEqual(0.004);
    expect(fit.converged).toBe(true);
  });

  it('with intervals that hold on each of them', () => {
    const { fit } = calibrateFit(fitted('multi-power'), train);
    for (const curve of test) {
      const { coverage, halfWidth, run } = scoreCurve(fit, curve);
      expect(coverage[0], run).toBeGreaterThanOrEqual(0.9);
      expect(halfWidth, run).toBeLessThan(0.008);
    }
  });

  it('better than a law that is blind to the schedule', () => {
    const error = (id: string): number =>
      meanScore(test.map((curve) => scoreCurve(fitted(id), curve))).meanAbsoluteError;
    expect(error('multi-power')).toBeLessThan(error('annealing'));
    expect(error('annealing')).toBeLessThan(0.5 * error('steps-only'));
  });

  it('conforms to what was published', () => {
    for (const { checks } of sections())
      for (const check of checks) expect(holds(check), JSON.stringify(check)).toBe(true);
  });
});
