import { exp } from '../../math/elementary.ts';
import type { Interval } from '../../terms/fit.ts';
import { scatterOf, thinned } from './learning-curve.ts';
import type { LearningCurve } from './learning-curve.ts';

/** Fewest points that show a trend and a scatter. */
const FEWEST_POINTS = 4;
/** Largest reach, target over the last x, for which the intervals were tried on held-out curves. */
const LARGEST_REACH = 10;
/** Windows in which a rise is sought: wide enough to even out the scatter. */
const WINDOWS = 16;
/** A rise above the lowest window by less than this is no bend, and so is one by fewer standard deviations of a point. */
const LEAST_RISE = 0.03;
const LEAST_DEVIATIONS = 4;
/** An interval that spans a larger factor tells nothing. */
export const WIDEST = 3;

/** Why a curve can carry no forecast: one sentence; undefined where it can. */
export function reasonToAbstain(curve: LearningCurve, logX: readonly number[]): string | undefined {
  const points = curve.logX.length;
  if (points < FEWEST_POINTS) return `The curve has ${points} points; a law needs ${FEWEST_POINTS}.`;
  const reach = exp(Math.max(...logX) - curve.logX.at(-1)!);
  if (reach > LARGEST_REACH * (1 + 1e-9)) {
    return `The target lies ${reach.toPrecision(3)} times beyond the last point; intervals are known to hold up to ${LARGEST_REACH} times.`;
  }
  const rise = riseOf(curve);
  if (rise <= Math.max(LEAST_RISE, LEAST_DEVIATIONS * scatterOf(curve))) return undefined;
  const percent = Number((100 * (exp(rise) - 1)).toPrecision(2));
  return `No law here: the curve rises by ${percent} % above an earlier low, far beyond its scatter. It bends up, or descends twice.`;
}

/** Why an interval is no answer; undefined where it is. */
export function reasonToWithhold({ low, high }: Interval, widest: number): string | undefined {
  if (high / low <= widest) return undefined;
  return `No law here: the interval would span a factor of ${(high / low).toPrecision(2)}.`;
}

/** Largest rise of the log loss above the lowest that came before. */
function riseOf(curve: LearningCurve): number {
  let [lowest, rise] = [Infinity, 0];
  for (const value of thinned(curve, WINDOWS).logLoss) {
    lowest = Math.min(lowest, value);
    rise = Math.max(rise, value - lowest);
  }
  return rise;
}
