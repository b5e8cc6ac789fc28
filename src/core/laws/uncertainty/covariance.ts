import { pseudoInverse } from '../../math/linear.ts';
import type { Matrix } from '../../math/linear.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { Fit } from '../../terms/fit.ts';
import type { Observations } from '../../terms/observation.ts';
import { penaltyOf } from '../fit/objective.ts';
import type { Penalty } from '../fit/objective.ts';
import { Problem } from '../fit/problem.ts';
import { bootstrapFits } from './bootstrap.ts';

/** Covariance of a fit's coordinates and the variance of one run's residual. */
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
  const problem = new Problem(fit.law, data, fit.objectiveKind);
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
  const sums = sumRows(problem, theta, free, penaltyOf(fit.objectiveKind));
  return {
    problem,
    theta,
    covariance:
      runs >= RESAMPLED_FROM * size ? resampled(fit, data, problem, free) : byFormula(sums, data.rows, runs, size),
    residualVariance: sums.squares / (data.rows - size),
    degreesOfFreedom: Math.max(1, runs - size),
  };
}

interface RowSums {
  readonly gram: Matrix;
  /** Of squared residuals, of squared derivatives of the penalty, and of its second derivatives. */
  squares: number;
  pulls: number;
  curvature: number;
}

function sumRows(problem: Problem, theta: readonly number[], free: readonly boolean[], penalty: Penalty): RowSums {
  const n = theta.length;
  const gram: Matrix = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  const sums: RowSums = { gram, squares: 0, pulls: 0, curvature: 0 };
  problem.forEachRow(theta, (_, r, slopes) => {
    sums.squares += r * r;
    sums.pulls += penalty.derivative(r) ** 2;
    sums.curvature += penalty.curvature(r);
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) if (free[i] && free[j]) gram[i][j] += slopes[i] * slopes[j];
  });
  return sums;
}

/**
 * Huber 1981, section 7.6: (sum psi^2 / (n - p)) / mean(psi')^2 (J^T J)^-1, psi being the derivative of the penalty; for least
 * squares s^2 (J^T J)^-1. Rows of one run are taken to share its noise: they count as one.
 */
function byFormula({ gram, pulls, curvature }: RowSums, rows: number, runs: number, size: number): Matrix {
  const scale = ((pulls / (rows - size)) * (rows / runs)) / (curvature / rows) ** 2;
  return pseudoInverse(gram).inverse.map((row) => row.map((value) => scale * value));
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
