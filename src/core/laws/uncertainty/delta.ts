import { studentQuantile } from '../../math/distributions.ts';
import { exp } from '../../math/elementary.ts';
import { dot, multiply, pseudoInverse } from '../../math/linear.ts';
import type { Matrix } from '../../math/linear.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { Fit, Interval } from '../../terms/fit.ts';
import type { Observations } from '../../terms/observation.ts';
import { modelOf } from '../fit/model.ts';
import { penaltyOf } from '../fit/objective.ts';
import { Problem } from '../fit/problem.ts';

/** A forecast from a fit. */
export interface Forecast {
  readonly loss: number;
  /** Of the law at that point. */
  readonly curve: readonly Interval[];
  /** Of one new run measured there: law and noise together. */
  readonly newRun: readonly Interval[];
  readonly degreesOfFreedom: number;
}

/** Covariance of a fit's coordinates and the variance of one run's residual. */
export interface FitCovariance {
  readonly problem: Problem;
  readonly theta: readonly number[];
  readonly covariance: Matrix;
  readonly residualVariance: number;
  readonly degreesOfFreedom: number;
}

/**
 * The covariance of the fitted coordinates (Huber 1981, section 7.6): (sum psi^2 / (n - p)) / mean(psi')^2 (J^T J)^-1, psi being
 * the derivative of the penalty; for least squares s^2 (J^T J)^-1. Runs are taken to scatter alike.
 */
export function fitCovariance(fit: Fit, data: Observations): FitCovariance {
  const problem = new Problem(fit.law, data, fit.objectiveKind);
  const start = problem.coordinates.toTheta(fit.law.parameters.map(({ name }) => fit.parameters[name]));
  const theta = problem.coordinates.clamp(start);
  const free = fit.law.parameters.map(({ name }) => !fit.diagnostics.boundsHit.includes(name));
  const size = free.filter(Boolean).length;
  const degreesOfFreedom = data.rows - size;
  if (degreesOfFreedom < 1) {
    throw new IsoflopError('not-identifiable', `${data.rows} rows leave no degree of freedom for ${size} parameters`, {
      hint: 'Add runs.',
    });
  }
  const penalty = penaltyOf(fit.objectiveKind);
  const n = theta.length;
  const gram: Matrix = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  const sums = { squares: 0, pulls: 0, curvature: 0 };
  problem.forEachRow(theta, (_, r, slopes) => {
    sums.squares += r * r;
    sums.pulls += penalty.derivative(r) ** 2;
    sums.curvature += penalty.curvature(r);
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) if (free[i] && free[j]) gram[i][j] += slopes[i] * slopes[j];
  });
  const scale = sums.pulls / degreesOfFreedom / (sums.curvature / data.rows) ** 2;
  const covariance = pseudoInverse(gram).inverse.map((row) => row.map((value) => scale * value));
  return { problem, theta, covariance, residualVariance: sums.squares / degreesOfFreedom, degreesOfFreedom };
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
 * Intervals of the parameters, by name: symmetric in the logarithm, since all are positive. Parameters at a bound and those that
 * the data do not determine have none.
 */
export function parameterIntervals(fit: Fit, data: Observations, level = 0.95): Record<string, Interval> {
  const { problem, theta, covariance, degreesOfFreedom } = fitCovariance(fit, data);
  const t = studentQuantile(0.5 + level / 2, degreesOfFreedom);
  const raw = problem.coordinates.toRaw(theta);
  const entries = fit.law.parameters.flatMap(({ name }, index) => {
    if ([...fit.diagnostics.boundsHit, ...fit.diagnostics.undetermined].includes(name)) return [];
    // d log(raw) / d theta: the coordinate itself, and the shift of centred coefficients.
    const slopes = theta.map((_, i) => {
      const unit = new Float64Array(theta.length);
      unit[index] = 1 / raw[index];
      problem.coordinates.pullBack(unit, raw);
      return unit[i];
    });
    const half = t * Math.sqrt(Math.max(0, dot(slopes, multiply(covariance, slopes))));
    return [[name, { level, low: raw[index] * exp(-half), high: raw[index] * exp(half) }] as const];
  });
  return Object.fromEntries(entries);
}
