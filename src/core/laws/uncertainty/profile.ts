import { dot, multiply } from '../../math/linear.ts';
import type { Likelihood } from './likelihood.ts';
import { settle } from './squares.ts';
import type { Target } from './squares.ts';

/** How far a profile is followed: to `t` standard deviations, squares being measured by `variance`. */
export interface ProfileLimits {
  readonly t: number;
  readonly variance: number;
}

/** Strength of the tether against the squares' own curvature. */
const STIFFNESS = 8;
const MOST_STEPS = 14;
/** An end is found when its distance is this close to t, relatively; the rest is a straight line. */
const CLOSE = 0.02;
/** A step goes at most so many times further than the last point. */
const LONGEST = 3;

/**
 * End of a profile likelihood interval on one side: where the smallest squares with the target held have risen by t^2 variance.
 * The target is not held but tethered: the minimum of squares + w (y - target)^2 lies on the profile, at a value that follows from y,
 * and bounds of the coordinates stay simple. Infinite where the squares never rise so far.
 */
export function profileEnd(around: Likelihood, target: Target, sign: -1 | 1, { t, variance }: ProfileLimits): number {
  const { squares, theta, minimum, inverse } = around;
  const { value: centre, gradient } = target.at(theta);
  const spread = dot(gradient, multiply(inverse, gradient));
  if (!(spread > 0)) return sign * Infinity;
  const weight = STIFFNESS / spread;
  let start = theta;
  let wanted = centre + sign * t * Math.sqrt(variance * spread);
  // d squares / d target / 2 on the profile: the tether must pull with it.
  let pull = (wanted - centre) / spread;
  let furthest = 0;
  for (let step = 0; step < MOST_STEPS; step++) {
    const value = wanted + pull / weight;
    const found = settle(squares.tethered({ target, value, weight }), start);
    const reached = target.at(found.theta).value;
    pull = weight * (value - reached);
    const rise = Math.max(0, found.value - (pull * pull) / weight - minimum);
    const z = Math.sqrt(rise / variance);
    const next = reached + ((t - z) * z * variance) / pull;
    if (Math.abs(z - t) <= CLOSE * t) return next;
    const distance = sign * (reached - centre);
    if (z < t && distance <= furthest) break;
    if (z < t) furthest = distance;
    start = found.theta;
    const longer = Number.isFinite(next) ? sign * (next - centre) : Infinity;
    const length = longer > 0 ? Math.min(longer, LONGEST * distance) : distance / 2;
    pull *= length / distance;
    wanted = centre + sign * length;
  }
  return sign * Infinity;
}

/**
 * End of an interval for a new observation: the value that, as one more row of variance `noise`, raises the smallest squares by
 * t^2 variance; for a linear law Student's interval (Bjornstad 1990, section 2).
 */
export function newRowEnd(
  around: Likelihood,
  target: Target,
  sign: -1 | 1,
  { t, variance }: ProfileLimits,
  noise: number,
): number {
  const { squares, theta, minimum, inverse } = around;
  const { value: centre, gradient } = target.at(theta);
  const weight = variance / noise;
  let length = t * Math.sqrt(variance * Math.max(0, dot(gradient, multiply(inverse, gradient))) + noise);
  let start = theta;
  for (let step = 0; step < MOST_STEPS; step++) {
    const value = centre + sign * length;
    const found = settle(squares.tethered({ target, value, weight }), start);
    const z = Math.sqrt(Math.max(0, found.value - minimum) / variance);
    const slope = (weight * sign * (value - target.at(found.theta).value)) / (z * variance);
    const next = length + (t - z) / slope;
    if (Math.abs(z - t) <= CLOSE * t) return centre + sign * next;
    start = found.theta;
    if (!(next > 0)) length /= 2;
    else length = Math.min(next, LONGEST * length);
  }
  return centre + sign * length;
}

/** Distance of a new observation from its forecast, in standard deviations: Student's t where the law is right, with a sign. */
export function newRowDistance(
  { squares, theta, minimum }: Likelihood,
  target: Target,
  value: number,
  variance: number,
  noise: number,
): number {
  const weight = variance / noise;
  const found = settle(squares.tethered({ target, value, weight }), theta);
  const z = Math.sqrt(Math.max(0, found.value - minimum) / variance);
  return Math.sign(value - target.at(theta).value) * z;
}
