import { studentQuantile } from '../../math/distributions.ts';
import { dot, multiply } from '../../math/linear.ts';
import { wideningOf } from './likelihood.ts';
import type { Likelihood } from './likelihood.ts';
import { newRowEnd, profileEnd } from './profile.ts';
import type { ProfileLimits } from './profile.ts';
import type { Target } from './squares.ts';

/** Low and high end of an interval, in the target's own unit. */
export type Range = readonly [low: number, high: number];

/** Student's t and the variance by which squares are measured for a target. */
function limitsOf(around: Likelihood, target: Target, level: number): ProfileLimits {
  return {
    t: studentQuantile(0.5 + level / 2, around.degreesOfFreedom),
    variance: around.scale * wideningOf(around, target.at(around.theta).gradient),
  };
}

/** A target's profile likelihood interval. `t`: instead of Student's. */
export function profileRange(around: Likelihood, target: Target, level: number, t?: number): Range {
  const limits = limitsOf(around, target, level);
  const asked = t === undefined ? limits : { ...limits, t };
  return [profileEnd(around, target, -1, asked), profileEnd(around, target, 1, asked)];
}

/** The interval of a new observation of a target, whose own variance is `noise`. */
export function newRowRange(around: Likelihood, target: Target, level: number, noise: number): Range {
  const limits = limitsOf(around, target, level);
  return [newRowEnd(around, target, -1, limits, noise), newRowEnd(around, target, 1, limits, noise)];
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
