import { studentCdf, studentQuantile } from '../../math/distributions.ts';
import { dot, multiply } from '../../math/linear.ts';
import { degreesFor } from './degrees.ts';
import { wideningOf } from './likelihood.ts';
import type { Likelihood } from './likelihood.ts';
import { newRowDistance, newRowEnd, profileEnd } from './profile.ts';
import type { ProfileLimits } from './profile.ts';
import type { Target } from './squares.ts';

/** Low and high end of an interval, in the target's own unit. */
export type Range = readonly [low: number, high: number];

/** Student's t and the variance by which squares are measured, for a target or, with `evaluation`, a new run's value of it. */
function limitsOf(around: Likelihood, target: Target, level: number, evaluation?: number): ProfileLimits {
  const { gradient } = target.at(around.theta);
  return {
    t: studentQuantile(0.5 + level / 2, degreesFor(around, gradient, evaluation)),
    variance: around.scale * wideningOf(around, gradient),
  };
}

/** A target's profile likelihood interval. `t`: instead of Student's. */
export function profileRange(around: Likelihood, target: Target, level: number, t?: number): Range {
  const limits = limitsOf(around, target, level);
  const asked = t === undefined ? limits : { ...limits, t };
  return [profileEnd(around, target, -1, asked), profileEnd(around, target, 1, asked)];
}

/** The interval of a target's value in a new run, whose evaluation has the variance `evaluation`. */
export function newRunRange(around: Likelihood, target: Target, level: number, evaluation: number): Range {
  const limits = limitsOf(around, target, level, evaluation);
  const noise = around.newRun.run + evaluation;
  return [newRowEnd(around, target, -1, limits, noise), newRowEnd(around, target, 1, limits, noise)];
}

/** Probability, by the predictive distribution of a new run, of a value of the target below the one that came. */
export function newRunProbability(around: Likelihood, target: Target, value: number, evaluation: number): number {
  const { gradient } = target.at(around.theta);
  const variance = around.scale * wideningOf(around, gradient);
  const distance = newRowDistance(around, target, value, variance, around.newRun.run + evaluation);
  return studentCdf(distance, degreesFor(around, gradient, evaluation));
}

/** The same by the delta method; with `noise` for a new observation. */
export function deltaRange(
  { theta, covariance, degreesOfFreedom }: Likelihood,
  target: Target,
  level: number,
  noise = 0,
): Range {
  const { value, gradient } = target.at(theta);
  const variance = Math.max(0, dot(gradient, multiply(covariance, gradient))) + noise;
  const half = studentQuantile(0.5 + level / 2, degreesOfFreedom) * Math.sqrt(variance);
  return [value - half, value + half];
}
