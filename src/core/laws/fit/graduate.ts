import { minimize } from './minimize.ts';
import type { Minimum } from './minimize.ts';
import type { Problem } from './problem.ts';

/** Each scale of the penalty is so many times narrower than the one before. */
const NARROWER = 4;
/** From so many rows a parameter on the best start's own minimum is the global one: rows average their kinks away. */
const MANY_ROWS = 20;

/** Whether a table is so small that a penalty with a kink may have several minima close together. */
export const hasFewRows = ({ rows, law, isReweighted }: Problem): boolean =>
  isReweighted && rows < MANY_ROWS * law.parameters.length;

/**
 * A minimum found with a wide penalty first, one for which every residual of the start is small (least squares, for huber), and then
 * with narrower ones down to the wanted: graduated non-convexity (Blake and Zisserman 1987, chapter 7). Over few rows it leads
 * to the lowest of many minima more often than ten starts.
 */
export function graduated(problem: Problem, start: readonly number[]): Minimum {
  let theta = start;
  const largest = problem.residuals(start).reduce((most, r) => Math.max(most, Math.abs(r)), 0);
  for (let delta = largest; delta > problem.delta && Number.isFinite(delta); delta /= NARROWER) {
    theta = minimize(problem.withDelta(delta), theta).theta;
  }
  return minimize(problem, theta);
}

/**
 * The minimum near one that is known for much the same table, such as a resample's near that of the whole: from there, and over few
 * rows graduated as well.
 */
export function refit(problem: Problem, theta: readonly number[]): Minimum {
  const near = minimize(problem, theta);
  if (!hasFewRows(problem)) return near;
  const other = graduated(problem, theta);
  return other.value < near.value ? other : near;
}
