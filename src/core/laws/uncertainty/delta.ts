import { studentQuantile } from '../../math/distributions.ts';
import { exp } from '../../math/elementary.ts';
import { dot, multiply } from '../../math/linear.ts';
import type { Fit, Interval } from '../../terms/fit.ts';
import type { Observations } from '../../terms/observation.ts';
import { modelOf } from '../fit/model.ts';
import { fitCovariance } from './covariance.ts';

/** A forecast from a fit. */
export interface Forecast {
  readonly loss: number;
  /** Of the law at that point. */
  readonly curve: readonly Interval[];
  /** Of one new run measured there: law and noise together. */
  readonly newRun: readonly Interval[];
  readonly degreesOfFreedom: number;
}

/** Forecast of the law and of a new run at a point of its variables, by the delta method with Student's t. */
export function forecast(
  fit: Fit,
  data: Observations,
  at: Readonly<Record<string, number>>,
  levels: readonly number[],
): Forecast {
  const { problem, theta, covariance, residualVariance, degreesOfFreedom } = fitCovariance(fit, data);
  const raw = problem.coordinates.toRaw(theta);
  const point = fit.law.variables.map((name) => [at[name]]);
  const [loss, ...derivatives] = modelOf(fit.law).slopes(raw, point, 1);
  const gradient = Float64Array.from(derivatives);
  problem.coordinates.pullBack(gradient, raw);
  const isLog = fit.objectiveKind.residual === 'log';
  const slopes = [...gradient].map((value) => (isLog ? value / loss : value));
  const variance = Math.max(0, dot(slopes, multiply(covariance, slopes)));
  const intervals = (total: number): Interval[] =>
    levels.map((level) => {
      const half = studentQuantile(0.5 + level / 2, degreesOfFreedom) * Math.sqrt(total);
      return isLog
        ? { level, low: loss * exp(-half), high: loss * exp(half) }
        : { level, low: loss - half, high: loss + half };
    });
  return { loss, curve: intervals(variance), newRun: intervals(variance + residualVariance), degreesOfFreedom };
}

/**
 * Intervals of the parameters, by name: symmetric in the logarithm for positive ones. Parameters at a bound and those that the data
 * do not determine have none.
 */
export function parameterIntervals(fit: Fit, data: Observations, level = 0.95): Record<string, Interval> {
  const { problem, theta, covariance, degreesOfFreedom } = fitCovariance(fit, data);
  const t = studentQuantile(0.5 + level / 2, degreesOfFreedom);
  const raw = problem.coordinates.toRaw(theta);
  const entries = fit.law.parameters.flatMap(({ name, signed = false }, index) => {
    if ([...fit.diagnostics.boundsHit, ...fit.diagnostics.undetermined].includes(name)) return [];
    // d log(raw) / d theta, or d raw / d theta: the coordinate itself, and the shift of centred coefficients.
    const slopes = theta.map((_, i) => {
      const unit = new Float64Array(theta.length);
      unit[index] = signed ? 1 : 1 / raw[index];
      problem.coordinates.pullBack(unit, raw);
      return unit[i];
    });
    const half = t * Math.sqrt(Math.max(0, dot(slopes, multiply(covariance, slopes))));
    const [low, high] = signed
      ? [raw[index] - half, raw[index] + half]
      : [raw[index] * exp(-half), raw[index] * exp(half)];
    return [[name, { level, low, high }] as const];
  });
  return Object.fromEntries(entries);
}
