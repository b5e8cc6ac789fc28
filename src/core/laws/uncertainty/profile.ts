import { dot, multiply } from '../../math/linear.ts';
import { minimize } from '../fit/minimize.ts';
import type { Likelihood } from './likelihood.ts';
import type { Target } from './squares.ts';

/** How far a profile is followed: the squares may rise by `rise`. */
export interface ProfileLimits {
  /** Distance, in standard deviations, at which an end lies: Student's t. */
  readonly t: number;
  /** Variance by which squares are measured. */
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
 * End of a profile likelihood interval on one side (`sign` -1 or 1): where the smallest squares with the target held have risen
 * by t^2 variance. The target is not held but tethered: squares + w (y - target)^2 has its minimum on the profile, at a value that
 * follows from y, and bounds of the coordinates stay simple. Infinite where the squares never rise so far.
 */
export function profileEnd(around: Likelihood, target: Target, sign: -1 | 1, limits: ProfileLimits): number {
  const { squares, theta, minimum, inverse } = around;
  const { t, variance } = limits;
  const { value: centre, gradient } = target.at(theta);
  const curvature = 1 / Math.max(dot(gradient, multiply(inverse, [...gradient])), 1e-300);
  const weight = STIFFNESS * curvature;
  let start = theta;
  let wanted = centre + sign * t * Math.sqrt(variance / curvature);
  let force = curvature * (wanted - centre);
  let far = 0;
  for (let step = 0; step < MOST_STEPS; step++) {
    const value = wanted + force / weight;
    const found = minimize(squares.tethered({ target, value, weight }), start);
    const reached = target.at(found.theta).value;
    const rise = Math.max(0, found.value - weight * (value - reached) ** 2 - minimum);
    const z = Math.sqrt(rise / variance);
    const pull = weight * (value - reached);
    const slope = pull / (z * variance);
    const next = reached + (sign * (t - z)) / (sign * slope);
    if (Math.abs(z - t) <= CLOSE * t) return next;
    const distance = Math.abs(reached - centre);
    if (distance <= far && z < t) break;
    far = z < t ? distance : far;
    start = found.theta;
    const furthest = centre + sign * LONGEST * distance;
    wanted = Number.isFinite(next) && sign * (next - centre) > 0 ? (sign > 0 ? Math.min(next, furthest) : Math.max(next, furthest)) : (centre + reached) / 2;
    force = pull * ((wanted - centre) / (reached - centre));
  }
  return sign * Infinity;
}

/**
 * End of an interval for a new observation: the value that, as one more row of variance `noise`, raises the smallest squares by
 * t^2 variance; for a linear law Student's interval (Bjornstad 1990, section 2). `widening` multiplies the law's own part.
 */
export function newRowEnd(
  around: Likelihood,
  target: Target,
  sign: -1 | 1,
  limits: ProfileLimits,
  noise: number,
): number {
  const { squares, theta, minimum, inverse } = around;
  const { t, variance } = limits;
  const { value: centre, gradient } = target.at(theta);
  const weight = variance / noise;
  const deviation = Math.sqrt(variance * dot(gradient, multiply(inverse, [...gradient])) + noise);
  let start = theta;
  let value = centre + sign * t * deviation;
  for (let step = 0; step < MOST_STEPS; step++) {
    const found = minimize(squares.tethered({ target, value, weight }), start);
    const z = Math.sqrt(Math.max(0, found.value - minimum) / variance);
    const slope = (weight * Math.abs(value - target.at(found.theta).value)) / (z * variance);
    const next = value + (sign * (t - z)) / slope;
    if (Math.abs(z - t) <= CLOSE * t) return next;
    start = found.theta;
    value = sign * (next - centre) > 0 ? next : (value + centre) / 2;
  }
  return value;
}
