import { fitCovariance } from '../laws/uncertainty/covariance.ts';
import { studentQuantile } from '../math/distributions.ts';
import { exp, log } from '../math/elementary.ts';
import { dot, multiply } from '../math/linear.ts';
import { IsoflopError } from '../terms/errors.ts';
import type { Fit, Interval } from '../terms/fit.ts';
import type { Observations } from '../terms/observation.ts';
import { allocate } from './allocation.ts';
import type { Allocation, ChinchillaConstants } from './allocation.ts';

export interface FittedAllocation extends Allocation {
  /** Of `params`; that of `tokens` follows from flops = 6 params tokens. */
  readonly interval: Interval;
}

/**
 * The compute-optimal split by a fitted Chinchilla surface, with the interval of the size: delta method on log N with Student's t.
 * Throws where a coefficient or exponent is at its bound, since then any split is as good as another.
 */
export function allocateByFit(fit: Fit, data: Observations, flops: number, level = 0.95): FittedAllocation {
  const undetermined = fit.diagnostics.boundsHit.filter((name) => name !== 'E');
  if (undetermined.length > 0) {
    throw new IsoflopError('not-identifiable', `the fit leaves ${undetermined.join(', ')} at a bound: no best split`, {
      hint: 'Add runs in which parameters and tokens vary apart from each other.',
    });
  }
  const constants = fit.parameters as unknown as ChinchillaConstants;
  const split = allocate(constants, flops);
  const { problem, theta, covariance, degreesOfFreedom } = fitCovariance(fit, data);
  const raw = problem.coordinates.toRaw(theta);
  const derivatives = slopesOfLogSize(constants, flops);
  const gradient = Float64Array.from(fit.law.parameters, ({ name }) => derivatives[name as keyof ChinchillaConstants]);
  problem.coordinates.pullBack(gradient, raw);
  const slopes = [...gradient];
  const deviation = Math.sqrt(Math.max(0, dot(slopes, multiply(covariance, slopes))));
  const half = studentQuantile(0.5 + level / 2, degreesOfFreedom) * deviation;
  return { ...split, interval: { level, low: split.params * exp(-half), high: split.params * exp(half) } };
}

/** Derivatives of log N = (log(alpha A / (beta B)) + beta log(C / 6)) / (alpha + beta) by the constants. */
function slopesOfLogSize({ A, B, alpha, beta }: ChinchillaConstants, flops: number): ChinchillaConstants {
  const sum = alpha + beta;
  const logSize = (log((alpha * A) / (beta * B)) + beta * log(flops / 6)) / sum;
  return {
    E: 0,
    A: 1 / (A * sum),
    B: -1 / (B * sum),
    alpha: (1 / alpha - logSize) / sum,
    beta: (-1 / beta + log(flops / 6) - logSize) / sum,
  };
}
