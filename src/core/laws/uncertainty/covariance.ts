import type { Matrix } from '../../math/linear.ts';
import type { Fit } from '../../terms/fit.ts';
import type { Observations } from '../../terms/observation.ts';
import type { Problem } from '../fit/problem.ts';
import { likelihoodOf } from './likelihood.ts';

/** Covariance of a fit's coordinates and the variance of one run's residual. */
export interface FitCovariance {
  readonly problem: Problem;
  readonly theta: readonly number[];
  readonly covariance: Matrix;
  readonly residualVariance: number;
  /** Runs, not rows, beyond the parameters. */
  readonly degreesOfFreedom: number;
}

/**
 * The covariance of the fitted coordinates, for intervals by the delta method. Many runs: the jackknife by run, which holds where runs
 * scatter unequally or depart from the law together (for the runs of Hoffmann et al. 2022 twice as wide as the formula). Few
 * runs: the formula, since a jackknife of few runs is itself a guess.
 */
export function fitCovariance(fit: Fit, data: Observations): FitCovariance {
  const { squares, theta, covariance, degreesOfFreedom, newRun } = likelihoodOf(fit, data);
  return {
    problem: squares.problem,
    theta,
    covariance,
    residualVariance: newRun.run + newRun.evaluation,
    degreesOfFreedom,
  };
}
