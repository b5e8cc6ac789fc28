import { log, square } from '../../math/elementary.ts';
import { mean } from '../../math/means.ts';
import { IsoflopError } from '../../terms/errors.ts';
import { fitCurves } from './fit-curves.ts';
import type { CurveFit, CurveFitOptions } from './fit-curves.ts';
import { forecastSchedule } from './forecast-schedule.ts';
import { decays, hasTwoSchedules } from './loss-curve.ts';
import type { LossCurve } from './loss-curve.ts';
import type { ScheduleLaw } from './schedule-laws.ts';
import { withoutShared } from './shared-points.ts';

/** How well a fit forecasts a curve. */
export interface CurveScore {
  readonly run: string;
  readonly points: number;
  /** Share of the curve's variance that the forecast explains; below 0 it is worse than the curve's mean. */
  readonly r2: number;
  /** Mean absolute and root mean square error, in the unit of the loss. */
  readonly meanAbsoluteError: number;
  readonly rootMeanSquareError: number;
  /** Observed minus forecast at the last point. */
  readonly finalError: number;
  /** Shares of points inside the 90 % and 95 % intervals. */
  readonly coverage: readonly [number, number];
  /** Mean squared error in units of the deviation that was stated. */
  readonly squaredDeviations: number;
  /** Mean half-width of the 95 % interval, relative to the loss. */
  readonly halfWidth: number;
}

/** A law's forecasts of curves that it was not fitted to. */
export interface HeldOut {
  readonly law: ScheduleLaw;
  readonly curves: readonly CurveScore[];
  /** Means over curves; `finalError` without its sign. */
  readonly mean: Omit<CurveScore, 'run' | 'points'>;
  /** Runs that could not be left out, since the rest cannot carry the law. */
  readonly skipped: readonly string[];
}

/** Scores a fit's forecast of a curve. */
export function scoreCurve(fit: CurveFit, curve: LossCurve): CurveScore {
  const { run, schedule, steps, losses } = curve;
  const forecasts = forecastSchedule(fit, schedule, steps, [0.9, 0.95]);
  const errors = losses.map((loss, row) => loss - forecasts[row].loss);
  const centre = mean(losses);
  const squares = mean(errors.map(square));
  const inside = (index: number): number =>
    mean(
      losses.map((loss, row) => {
        const { low, high } = forecasts[row].intervals[index];
        return loss >= low && loss <= high ? 1 : 0;
      }),
    );
  return {
    run,
    points: losses.length,
    r2: 1 - squares / mean(losses.map((loss) => square(loss - centre))),
    meanAbsoluteError: mean(errors.map(Math.abs)),
    rootMeanSquareError: Math.sqrt(squares),
    finalError: errors.at(-1)!,
    coverage: [inside(0), inside(1)],
    squaredDeviations: mean(
      losses.map((loss, row) => square(log(loss / forecasts[row].loss) / forecasts[row].logDeviation)),
    ),
    halfWidth: mean(forecasts.map(({ intervals: [, wide] }) => log(wide.high / wide.low) / 2)),
  };
}

/** Leaves out each curve in turn, fits the rest and scores the forecast. Points that it shares with another run are not scored. */
export function heldOutCurves(law: ScheduleLaw, curves: readonly LossCurve[], options: CurveFitOptions = {}): HeldOut {
  const { signal, onProgress, ...choices } = options;
  const from = choices.from ?? fitCurves(law, curves, options).parameters;
  const scores: CurveScore[] = [];
  const skipped: string[] = [];
  for (const [index, curve] of curves.entries()) {
    signal?.throwIfAborted();
    onProgress?.({ stage: 'held out', done: index, total: curves.length, note: `${law.id} without ${curve.run}` });
    const rest = curves.filter((one) => one !== curve);
    const own = withoutShared(curve, rest);
    const carries = law.weight === undefined ? rest.length > 0 : rest.some(decays) && hasTwoSchedules(rest);
    if (own.steps.length < 2 || !carries) skipped.push(curve.run);
    else scores.push(scoreCurve(fitCurves(law, rest, { ...choices, from }), own));
  }
  if (scores.length === 0) {
    throw new IsoflopError('not-identifiable', `law '${law.id}': no curve can be left out and forecast by the rest`, {
      hint: 'Give at least three runs under different schedules, of which two decay.',
    });
  }
  return { law, curves: scores, mean: meanScore(scores), skipped };
}

/** Means over curves: each curve weighs the same. */
export function meanScore(scores: readonly CurveScore[]): HeldOut['mean'] {
  const over = (of: (score: CurveScore) => number): number => mean(scores.map(of));
  return {
    r2: over(({ r2 }) => r2),
    meanAbsoluteError: over(({ meanAbsoluteError }) => meanAbsoluteError),
    rootMeanSquareError: over(({ rootMeanSquareError }) => rootMeanSquareError),
    finalError: over(({ finalError }) => Math.abs(finalError)),
    coverage: [over(({ coverage }) => coverage[0]), over(({ coverage }) => coverage[1])],
    squaredDeviations: over(({ squaredDeviations }) => squaredDeviations),
    halfWidth: over(({ halfWidth }) => halfWidth),
  };
}
