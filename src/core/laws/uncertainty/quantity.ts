import { studentQuantile } from '../../math/distributions.ts';
import { exp } from '../../math/elementary.ts';
import { dot, multiply } from '../../math/linear.ts';
import type { Fit } from '../../terms/fit.ts';
import { modelOf } from '../fit/model.ts';
import type { FitCovariance } from './covariance.ts';

/**
 * Half-width of the interval of a smooth function of a fit's parameters, by the delta method with Student's t. `slopes`: its
 * derivatives by raw parameters, in the law's order.
 */
export function halfWidth(
  { problem, theta, covariance, degreesOfFreedom }: FitCovariance,
  slopes: readonly number[],
  level = 0.95,
): number {
  const gradient = Float64Array.from(slopes);
  problem.coordinates.pullBack(gradient, problem.coordinates.toRaw(theta));
  const byCoordinate = [...gradient];
  const variance = Math.max(0, dot(byCoordinate, multiply(covariance, byCoordinate)));
  return studentQuantile(0.5 + level / 2, degreesOfFreedom) * Math.sqrt(variance);
}

/** A law at a point, with the interval of the curve there or of a new run. */
export type Band = (at: Readonly<Record<string, number>>) => {
  readonly loss: number;
  readonly low: number;
  readonly high: number;
};

/** Intervals of a fit at many points: what `forecast` gives, with the covariance made once. */
export function bandOf(fit: Fit, covariance: FitCovariance, of: 'curve' | 'new-run', level = 0.95): Band {
  const raw = covariance.problem.coordinates.toRaw(covariance.theta);
  const isLog = fit.objectiveKind.residual === 'log';
  const { residualVariance, degreesOfFreedom } = covariance;
  const noise = of === 'curve' ? 0 : studentQuantile(0.5 + level / 2, degreesOfFreedom) * Math.sqrt(residualVariance);
  return (at) => {
    const point = fit.law.variables.map((name) => [at[name]]);
    const [loss, ...slopes] = modelOf(fit.law).slopes(raw, point, 1);
    const half = Math.hypot(halfWidth(covariance, slopes, level) / (isLog ? loss : 1), noise);
    return isLog
      ? { loss, low: loss * exp(-half), high: loss * exp(half) }
      : { loss, low: loss - half, high: loss + half };
  };
}
