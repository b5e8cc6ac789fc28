import { describe, expect, it } from 'vitest';
import { calibrateFit, fitCurves, meanScore, scheduleLawById, scoreCurve } from '../../src/core/laws/index.ts';
import type { CurveFit } from '../../src/core/laws/index.ts';
import { CurveProblem } from '../../src/core/laws/curves/curve-problem.ts';
import { scheduleCurves } from '../../tools/conformance/schedules.ts';

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

  it('the published constants give the published scores, from an objective that is not at its minimum', () => {
    const law = scheduleLawById('multi-power');
    const published = law.published![0].values;
    const scores = test.map((curve) => scoreCurve({ ...fitted('multi-power'), parameters: published }, curve));
    const { r2, meanAbsoluteError, rootMeanSquareError } = meanScore(scores);
    expect(r2).toBeCloseTo(0.9988, 4);
    expect(meanAbsoluteError).toBeCloseTo(0.00376, 5);
    expect(rootMeanSquareError).toBeCloseTo(0.00465, 5);
    const problem = new CurveProblem(law, train, 1e-3, 'points');
    const theirs = problem.value(problem.toTheta(law.parameters.map(({ name }) => published[name])));
    const plain = fitCurves(law, train, { weights: 'points', shrinks: false, from: published });
    expect(plain.objective).toBeLessThan(0.5 * theirs);
  });
});
