import { log, square } from '../../math/elementary.ts';
import type { Evaluation, Minimizable } from '../fit/minimize.ts';
import type { CurveProblem } from './curve-problem.ts';
import type { ScheduleLaw } from './schedule-laws.ts';

/** How much noise there is behind an objective whose residuals are autocorrelated along each curve. */
export interface CurveNoise {
  /** An objective over this is minus a log likelihood: variance of the score over the curvature, autocorrelation counted. */
  readonly scale: number;
  /** Points that carry as much as one independent one. */
  readonly pointsPerIndependent: number;
}

/** Noise of a law that goes through every point: squared relative residuals that double precision cannot tell from none. */
const ROUNDING = 1e-24;

/**
 * Noise of a fit at its solution: sums of neighbouring residuals vary more than independent ones would, by the sum of the
 * autocorrelations up to the first that is not positive (after Geyer 1992, section 3.3), over all curves together.
 */
export function noiseOf(problem: CurveProblem, theta: readonly number[]): CurveNoise {
  const scores: number[][] = [];
  let curvature = 0;
  problem.visit(theta, (curve, residual, weight) => {
    const clipped = Math.max(-problem.delta, Math.min(problem.delta, residual));
    (scores[curve] ??= []).push(weight * clipped);
    if (clipped === residual) curvature += weight;
  });
  const longest = Math.max(...scores.map(({ length }) => length));
  const alone = products(scores, 0);
  let together = alone;
  for (let lag = 1; lag < longest; lag++) {
    const product = products(scores, lag);
    if (product <= 0) break;
    together += 2 * product;
  }
  // Where no residual lies within delta, as many do as one would.
  return {
    scale: Math.max(ROUNDING, together / Math.max(curvature, 1)),
    pointsPerIndependent: alone > 0 ? together / alone : 1,
  };
}

/** Sum over curves of the products of scores `lag` points apart. */
function products(scores: readonly (readonly number[])[], lag: number): number {
  let sum = 0;
  for (const each of scores) for (let row = lag; row < each.length; row++) sum += each[row] * each[row - lag];
  return sum;
}

/** Whether other models showed anything that a fit could shrink towards. */
export const hasPrior = ({ parameters }: ScheduleLaw): boolean =>
  parameters.some(({ typical }) => typical !== undefined);

/** Precision of what is known of each coordinate before the data, and where it lies; 0 where nothing is. */
const priorOf = ({ law }: CurveProblem): { readonly at: number; readonly precision: number }[] =>
  law.parameters.map(({ typical }) =>
    typical ? { at: log(typical.value), precision: 1 / square(typical.spread) } : { at: 0, precision: 0 },
  );

/** The objective with what other models showed, weighed against the data by the data's own noise: the mode of a posterior. */
export function shrunk(problem: CurveProblem, { scale }: CurveNoise): Minimizable {
  const prior = priorOf(problem);
  const penalty = (theta: readonly number[]): number =>
    prior.reduce((sum, { at, precision }, i) => sum + (scale * precision * square(theta[i] - at)) / 2, 0);
  return {
    coordinates: problem.coordinates,
    negligible: problem.negligible,
    isReweighted: true,
    value: (theta) => problem.value(theta) + penalty(theta),
    evaluate: (theta): Evaluation => {
      const { value, gradient, normal } = problem.evaluate(theta);
      return {
        value: value + penalty(theta),
        gradient: gradient.map((slope, i) => slope + scale * prior[i].precision * (theta[i] - prior[i].at)),
        normal: normal.map((row, i) => row.map((each, j) => each + (i === j ? scale * prior[i].precision : 0))),
      };
    },
  };
}
