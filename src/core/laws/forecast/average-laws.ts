import { pow, square } from '../../math/elementary.ts';
import { rootMeanSquare } from '../../math/means.ts';
import { CURVE_LAWS } from './curve-laws.ts';
import { firstPoints } from './learning-curve.ts';
import type { LearningCurve } from './learning-curve.ts';
import { pastForecasts } from './past-forecasts.ts';

/** A law's part in the average. */
export interface LawShare {
  readonly id: string;
  readonly title: string;
  /** Shares sum to 1. */
  readonly weight: number;
  /** Root mean square error, in log loss, of its forecasts of the curve's own past as far ahead; null where there are none. */
  readonly pastError: number | null;
}

/** The average of the laws of a curve. */
export interface LawAverage {
  readonly laws: readonly LawShare[];
  /** [target] change of the log loss from the last value. */
  readonly changes: readonly number[];
  /** [target] weighted standard deviation of the laws' changes. */
  readonly spreads: readonly number[];
  /** Mean absolute error of the average's own forecasts of the past, the recent ones weighing most; null where there are none. */
  readonly pastError: number | null;
  readonly pastForecasts: number;
}

/** Error that a past forecast may have by luck; keeps one lucky law from taking all the weight. */
const LUCK = 0.003;
/** Reaches after which a past forecast of the average counts half: a curve's early errors tell little of its later ones. */
const HALF_LIFE = 0.5;

/**
 * Averages the laws in log loss: a law's weight is its prior over the root mean square error of its forecasts of the curve's own
 * past, made as far ahead as the farthest target.
 */
export function averageLaws(curve: LearningCurve, logX: readonly number[]): LawAverage {
  const last = curve.logX.at(-1)!;
  const past = pastForecasts(curve, Math.max(...logX) - last);
  // [forecast][law]
  const errors = past.map(({ known, target }) => {
    const seen = firstPoints(curve, known);
    const actual = curve.logLoss[target] - curve.logLoss[known - 1];
    return CURVE_LAWS.map((law) => law.changes(seen, [curve.logX[target]])[0] - actual);
  });
  const pastErrors = CURVE_LAWS.map((_, law) =>
    errors.length === 0 ? null : rootMeanSquare(errors.map((row) => row[law])),
  );
  const raw = CURVE_LAWS.map(({ prior }, law) => prior / Math.hypot(pastErrors[law] ?? 1, LUCK));
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  const weights = raw.map((weight) => weight / total);
  const average = (values: readonly number[]): number =>
    values.reduce((sum, value, law) => sum + weights[law] * value, 0);
  const byLaw = CURVE_LAWS.map((law) => law.changes(curve, logX));
  const changes = logX.map((_, target) => average(byLaw.map((row) => row[target])));
  return {
    laws: CURVE_LAWS.map(({ id, title }, law) => ({ id, title, weight: weights[law], pastError: pastErrors[law] })),
    changes,
    spreads: logX.map((_, target) => Math.sqrt(average(byLaw.map((row) => square(row[target] - changes[target]))))),
    pastError: recentError(
      errors.map(average),
      past.map(({ age }) => age),
    ),
    pastForecasts: past.length,
  };
}

/** Weighted mean of absolute errors: one early error, of before the curve had its shape, must not make the scale. */
function recentError(errors: readonly number[], ages: readonly number[]): number | null {
  if (errors.length === 0) return null;
  const weights = ages.map((age) => pow(0.5, age / HALF_LIFE));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return errors.reduce((sum, error, index) => sum + weights[index] * Math.abs(error), 0) / total;
}
