import type { Fit, Interval, Observations } from '../../core/laws/index.ts';
import { forecast, parameterIntervals } from '../../core/laws/uncertainty/delta.ts';
import type { Forecast } from '../../core/laws/uncertainty/delta.ts';
import { profileForecast, profileIntervals } from '../../core/laws/uncertainty/profile-intervals.ts';
import type { TestedForecast } from '../../core/laws/uncertainty/profile-intervals.ts';
import { bootstrapRoots, studentisedForecast, studentisedIntervals } from '../../core/laws/uncertainty/studentised.ts';
import { IsoflopError } from '../../core/terms/errors.ts';

/** How intervals are made: `--intervals`. */
export const INTERVAL_METHODS = ['profile', 'delta', 'bootstrap', 'wild'] as const;
export type IntervalMethod = (typeof INTERVAL_METHODS)[number];

export const INTERVALS_HELP =
  'profile likelihood, delta method, or studentised bootstrap of whole runs (pairs) or of their residuals (wild): ' +
  INTERVAL_METHODS.join(', ');

export function parseIntervalMethod(text: string): IntervalMethod {
  const method = INTERVAL_METHODS.find((name) => name === text);
  if (method) return method;
  throw new IsoflopError('invalid-input', `no intervals are made by '${text}'`, {
    hint: `Known: ${INTERVAL_METHODS.join(', ')}.`,
  });
}

/** Under so many runs a parameter resamples do not determine the law, and their intervals hold far too often or too rarely. */
const FEWEST_RUNS = 3;

function checkRuns(fit: Fit, data: Observations): void {
  const runs = new Set(data.runs).size;
  const needed = FEWEST_RUNS * fit.law.parameters.length;
  if (runs >= needed) return;
  throw new IsoflopError('not-identifiable', `a bootstrap of this law needs ${needed} runs, the table has ${runs}`, {
    hint: 'Take --intervals profile, which holds from few runs on.',
  });
}

const resamplingOf = (method: IntervalMethod): 'pairs' | 'wild' => (method === 'wild' ? 'wild' : 'pairs');

/** 95 % intervals of the parameters. */
export function intervalsBy(
  method: IntervalMethod,
  fit: Fit,
  data: Observations,
  seed: number,
): Readonly<Record<string, Interval>> {
  if (method === 'profile') return profileIntervals(fit, data);
  if (method === 'delta') return parameterIntervals(fit, data);
  checkRuns(fit, data);
  const roots = bootstrapRoots(fit, data, { resampling: resamplingOf(method), seed });
  return studentisedIntervals(fit, data, roots);
}

export interface ForecastRequest {
  readonly at: Readonly<Record<string, number>>;
  readonly levels: readonly number[];
  readonly seed: number;
  /** Standard error of the new run's evaluation. */
  readonly evaluationError?: number;
}

/** Forecast of a new run; by profile with the test of the law. */
export function forecastBy(
  method: IntervalMethod,
  fit: Fit,
  data: Observations,
  { at, levels, seed, ...noise }: ForecastRequest,
): Forecast | TestedForecast {
  if (method === 'profile') return profileForecast(fit, data, at, { levels, ...noise });
  if (method === 'delta') return forecast(fit, data, at, levels);
  checkRuns(fit, data);
  const roots = bootstrapRoots(fit, data, { resampling: resamplingOf(method), at, seed });
  return studentisedForecast(fit, data, at, roots, levels);
}
