import { exp, log } from '../../math/elementary.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { Interval } from '../../terms/fit.ts';
import { reasonToAbstain, reasonToWithhold, WIDEST } from './abstain.ts';
import { averageLaws } from './average-laws.ts';
import type { LawAverage, LawShare } from './average-laws.ts';
import { errorProbability, errorQuantile } from './calibrate.ts';
import type { CurveCalibration } from './calibrate.ts';
import { CURVE_CALIBRATION } from './calibration-table.ts';
import { scaleOf, signsOf } from './error-scale.ts';
import { learningCurve } from './learning-curve.ts';
import type { CurvePoint, LearningCurve } from './learning-curve.ts';

export interface ForecastOptions {
  /** Of the interval, in (0, 0.98]; default 0.9. */
  readonly level?: number;
  /** What is known about the errors of such forecasts; default: the calibration that ships with isoflop. */
  readonly calibration?: CurveCalibration;
  /** Largest factor that an interval may span before it is withheld; default 3. Infinity to calibrate, which needs every scale. */
  readonly widest?: number;
}

export interface ForecastTarget {
  readonly x: number;
  /** The average of the laws. */
  readonly loss: number;
  /** For the measured loss of this curve at x. */
  readonly interval: Interval;
  /** Scale of the error, in log loss: the interval is the forecast with calibrated multiples of it. */
  readonly scale: number;
}

/** Where a learning curve goes. Document `isoflop.forecast/1`. */
export interface CurveForecast {
  readonly schema: 'isoflop.forecast/1';
  readonly points: number;
  readonly last: CurvePoint;
  /** Farthest target over the last x. */
  readonly reach: number;
  /** Empty where the forecast abstains. */
  readonly targets: readonly ForecastTarget[];
  /** Why there is no forecast; null where there is one. */
  readonly abstention: string | null;
  /** The laws that were averaged, each with its weight and the error of its forecasts of the curve's past. */
  readonly laws: readonly LawShare[];
  /** Mean absolute error, in log loss, of the average's forecasts of the curve's past; null without any. */
  readonly pastError: number | null;
  readonly pastForecasts: number;
}

/**
 * Forecasts a learning curve beyond its last point: an average of laws carried on from the last value, with a conformal interval
 * from the errors of such forecasts on curves that are known to their end. Abstains, with the reason, where the curve shows no law.
 * Throws on points without a logarithm and on targets that are not beyond the data.
 */
export function forecastCurve(
  points: readonly CurvePoint[],
  targets: readonly number[],
  { level = 0.9, calibration = CURVE_CALIBRATION, widest = WIDEST }: ForecastOptions = {},
): CurveForecast {
  const curve = learningCurve(points);
  const last = { x: checkTargets(targets, points), loss: exp(curve.logLoss.at(-1) ?? -Infinity) };
  const logX = targets.map(log);
  const about = {
    schema: 'isoflop.forecast/1' as const,
    points: points.length,
    last,
    reach: Math.max(...targets) / last.x,
  };
  const none = { targets: [], laws: [], pastError: null, pastForecasts: 0 };
  const reason = reasonToAbstain(curve, logX);
  if (reason !== undefined) return { ...about, ...none, abstention: reason };
  const average = averageLaws(curve, logX);
  const { laws, pastError, pastForecasts } = average;
  const made = forecastTargets(curve, logX, average, { level, calibration });
  const withheld = made.map(({ interval }) => reasonToWithhold(interval, widest)).find((one) => one !== undefined);
  return {
    ...about,
    targets: withheld === undefined ? made.map((target, index) => ({ ...target, x: targets[index] })) : [],
    abstention: withheld ?? null,
    laws,
    pastError,
    pastForecasts,
  };
}

function forecastTargets(
  curve: LearningCurve,
  logX: readonly number[],
  average: LawAverage,
  { level, calibration }: { level: number; calibration: CurveCalibration },
): Omit<ForecastTarget, 'x'>[] {
  const signs = signsOf(curve, logX, average);
  const tail = (1 - level) / 2;
  const [below, above] = [errorQuantile(calibration, tail), errorQuantile(calibration, 1 - tail)];
  return logX.map((_, target) => {
    const logLoss = curve.logLoss.at(-1)! + average.changes[target];
    const scale = scaleOf(signs, target);
    const interval = { level, low: exp(logLoss + below * scale), high: exp(logLoss + above * scale) };
    return { loss: exp(logLoss), interval, scale };
  });
}

/** Probability that the forecast gave to a smaller loss than came (for calibration plots). */
export const forecastPit = (
  { loss, scale }: ForecastTarget,
  outcome: number,
  calibration: CurveCalibration = CURVE_CALIBRATION,
): number => errorProbability(calibration, log(outcome / loss) / scale);

/** The last x, which all targets must lie beyond. */
function checkTargets(targets: readonly number[], points: readonly CurvePoint[]): number {
  const last = points.reduce((most, { x }) => Math.max(most, x), 0);
  const wrong = targets.find((x) => !(x > last && Number.isFinite(x)));
  if (wrong === undefined && targets.length > 0) return last;
  throw new IsoflopError(
    'invalid-input',
    `a forecast is made beyond the last point, x ${last}, not at ${wrong ?? 'nothing'}`,
  );
}
