import type { LawAverage } from './average-laws.ts';
import { scatterOf, tailOf } from './learning-curve.ts';
import type { LearningCurve } from './learning-curve.ts';

/** What tells the size of a forecast's error, all in log loss; each is one target's. */
const SIGNS = ['change', 'spread', 'past', 'scatter', 'least'] as const;

export type Sign = (typeof SIGNS)[number];

/**
 * How much each sign adds to the scale of the error. Round numbers: weights that were searched for the best interval score followed
 * the curves they were searched on, and failed on kinds of curves that were left out (docs/laws/curve-intervals.md).
 */
const WEIGHTS: Readonly<Record<Sign, number>> = { change: 0.2, spread: 0.2, past: 0.2, scatter: 1, least: 1 };

/** [target] the signs: what the laws foretell, what they disagree, what their average erred before, the scatter, and a constant. */
export type Signs = Readonly<Record<Sign, readonly number[]>>;

/** Error that no forecast of a trained model falls below: another seed alone makes as much. */
const LEAST = 0.005;

export function signsOf(curve: LearningCurve, logX: readonly number[], average: LawAverage): Signs {
  const last = curve.logX.at(-1)!;
  const farthest = Math.max(...logX) - last;
  const scatter = scatterOf(tailOf(curve));
  return {
    change: average.changes.map(Math.abs),
    spread: average.spreads,
    // Errors of the past were made at the farthest target's reach; nearer ones err less, as a random walk would.
    past: logX.map((x) => (average.pastError ?? 0) * Math.sqrt((x - last) / farthest)),
    scatter: logX.map(() => scatter),
    least: logX.map(() => LEAST),
  };
}

export const scaleOf = (signs: Signs, target: number): number =>
  SIGNS.reduce((sum, sign) => sum + WEIGHTS[sign] * signs[sign][target], 0);
