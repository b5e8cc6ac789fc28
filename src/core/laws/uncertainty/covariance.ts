import { pseudoInverse } from '../../math/linear.ts';
import type { Matrix } from '../../math/linear.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { Fit } from '../../terms/fit.ts';
import type { Observations } from '../../terms/observation.ts';
import { Problem } from '../fit/problem.ts';
import type { Scatter } from '../fit/problem.ts';
import { weightsOf } from '../fit/weights.ts';
import { bootstrapFits } from './bootstrap.ts';

/** Covariance of a fit's coordinates and the variance of the residual of one run (of mean weight, where rows have weights). */
export interface FitCovariance {
  readonly problem: Problem;
  readonly theta: readonly number[];
  readonly covariance: Matrix;
  readonly residualVariance: number;
  /** Runs, not rows, beyond the parameters. */
  readonly degreesOfFreedom: number;
}

/** From so many runs a parameter on, resampled runs know the covariance better than a formula that takes them to scatter alike. */
const RESAMPLED_FROM = 10;

/**
 * The covariance of the fitted coordinates. Many runs: that of refits to resampled runs, which holds where runs scatter unequally
 * or depart from the law together (for the runs of Hoffmann et al. 2022 twice as wide as the formula). Few runs: the formula.
 */
export function fitCovariance(fit: Fit, data: Observations): FitCovariance {
  const problem = new Problem(fit.law, data, fit.objectiveKind, weightsOf(data, fit.weights));
  const start = problem.coordinates.toTheta(fit.law.parameters.map(({ name }) => fit.parameters[name]));
  const theta = problem.coordinates.clamp(start);
  const free = fit.law.parameters.map(({ name }) => !fit.diagnostics.boundsHit.includes(name));
  const size = free.filter(Boolean).length;
  if (data.rows <= size) {
    throw new IsoflopError('not-identifiable', `${data.rows} rows leave no degree of freedom for ${size} parameters`, {
      hint: 'Add runs.',
    });
  }
  const runs = new Set(data.runs).size;
  const scatter = problem.scatter(theta);
  return {
    problem,
    theta,
    covariance:
      runs >= RESAMPLED_FROM * size ? resampled(fit, data, problem, free) : byFormula(scatter, free, data.rows, runs),
    residualVariance: scatter.squares / (data.rows - size),
    degreesOfFreedom: Math.max(1, runs - size),
  };
}

/**
 * Huber 1981, section 7.6: (sum psi^2 / (n - p)) / mean(psi')^2 (J^T J)^-1, psi being the derivative of the penalty; for least
 * squares s^2 (J^T J)^-1. Rows of one run are taken to share its noise: they count as one.
 */
function byFormula({ gram, pulls, curvature }: Scatter, free: readonly boolean[], rows: number, runs: number): Matrix {
  const size = free.filter(Boolean).length;
  const seen = gram.map((row, i) => row.map((value, j) => (free[i] && free[j] ? value : 0)));
  const scale = ((pulls / (rows - size)) * (rows / runs)) / (curvature / rows) ** 2;
  return pseudoInverse(seen).inverse.map((row) => row.map((value) => scale * value));
}

/** Covariance of refits around their mean; coordinates at a bound stay there. */
function resampled(fit: Fit, data: Observations, problem: Problem, free: readonly boolean[]): Matrix {
  const draws = bootstrapFits(fit, data).map((raw) => problem.coordinates.toTheta(raw));
  const means = free.map((_, i) => draws.reduce((sum, draw) => sum + draw[i], 0) / draws.length);
  return free.map((isFree, i) =>
    free.map((otherIsFree, j) => {
      if (!isFree || !otherIsFree) return 0;
      return draws.reduce((sum, draw) => sum + (draw[i] - means[i]) * (draw[j] - means[j]), 0) / (draws.length - 1);
    }),
  );
}
