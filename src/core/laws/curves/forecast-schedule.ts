import { studentQuantile } from '../../math/distributions.ts';
import { exp } from '../../math/elementary.ts';
import { dot, multiply } from '../../math/linear.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { Interval } from '../../terms/fit.ts';
import type { CurveFit } from './fit-curves.ts';
import { SchedulePoints } from './loss-curve.ts';
import type { Schedule } from './schedule.ts';

/** The loss that a fit forecasts at a step of a schedule. */
export interface ScheduleForecast {
  readonly step: number;
  readonly learningRate: number;
  readonly loss: number;
  /** Standard deviation of the logarithm of what a new run will measure: law and noise together. */
  readonly logDeviation: number;
  /** Pointwise, for the loss that a new run under this schedule will measure. */
  readonly intervals: readonly Interval[];
}

/**
 * Losses along a schedule. The deviation joins the law's own uncertainty (delta method) and that of a point; Student's t has the degrees
 * of freedom that the autocorrelated points leave, or of the left-out curves that the deviation was calibrated by.
 */
export function forecastSchedule(
  { law, parameters, uncertainty }: CurveFit,
  schedule: Schedule,
  steps: readonly number[],
  levels: readonly number[] = [0.9, 0.95],
): ScheduleForecast[] {
  const outside = steps.find((step) => !(step > 0 && step <= schedule.steps && Number.isInteger(step)));
  if (outside !== undefined)
    throw new IsoflopError('invalid-input', `step ${outside} is not among the schedule's, 1 to ${schedule.steps}`);
  const { centre, covariance, residualVariance, degreesOfFreedom, scale } = uncertainty;
  const inner = law.parameters.map(({ name }) => parameters[name]);
  inner[1] *= exp(-inner[2] * centre);
  const points = new SchedulePoints(law, schedule, steps, centre);
  const slopes = new Float64Array(inner.length);
  const quantiles = levels.map((level) => studentQuantile(0.5 + level / 2, degreesOfFreedom));
  return steps.map((step, row) => {
    const loss = points.loss(inner, row, slopes);
    const relative = Array.from(slopes, (slope, i) => (slope * inner[i]) / loss);
    const variance = Math.max(0, dot(relative, multiply(covariance, relative))) + residualVariance;
    const logDeviation = scale * Math.sqrt(variance);
    return {
      step,
      learningRate: schedule.rates[step],
      loss,
      logDeviation,
      intervals: levels.map((level, index) => {
        const half = quantiles[index] * logDeviation;
        return { level, low: loss * exp(-half), high: loss * exp(half) };
      }),
    };
  });
}

/** Beyond this many times what the fit saw, a forecast is warned of. */
const FAR = 1.2;

/** Why a forecast at these steps should be believed less than its intervals say: no left-out curve went so far. */
export function forecastWarnings({ longest }: CurveFit, { sums }: Schedule, steps: readonly number[]): string[] {
  const last = Math.max(...steps);
  return [
    [last / longest.steps, 'number of steps'] as const,
    [sums[last] / longest.sum, 'sum of learning rates'] as const,
  ].flatMap(([factor, what]) =>
    factor > FAR ? [`the ${what} goes to ${factor.toPrecision(2)} times the most that the fit saw`] : [],
  );
}
