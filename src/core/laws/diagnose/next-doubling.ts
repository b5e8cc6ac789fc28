import { studentQuantile } from '../../math/distributions.ts';
import { exp, log } from '../../math/elementary.ts';
import { dot, multiply } from '../../math/linear.ts';
import type { Fit, Interval } from '../../terms/fit.ts';
import { modelOf } from '../fit/model.ts';
import { fitCovariance } from '../uncertainty/covariance.ts';
import type { ScalingTable } from './scaling-table.ts';

/** What twice the scale of the largest run buys, by the law. */
export interface NextDoubling {
  /** Twice the only variable, or each of two times the square root of 2. */
  readonly at: Readonly<Record<string, number>>;
  /** The law at the largest run, and beyond it. */
  readonly now: number;
  readonly after: number;
  /** Of the law's loss beyond. */
  readonly interval: Interval;
  /** Share of the loss that the doubling takes away, with its interval. */
  readonly gain: number;
  readonly gainInterval: Interval;
}

const LEVEL = 0.95;
const FACTOR = 2;

/** Forecasts the next doubling from the largest run, by the delta method with Student's t, on the logarithm of the loss. */
export function nextDoubling(table: ScalingTable, fit: Fit): NextDoubling {
  const largest = table.scale.reduce((top, x, row) => (x > table.scale[top] ? row : top), 0);
  const here = table.variables.map((name) => table.data.columns[name][largest]);
  const there = here.map((value) => value * (here.length === 1 ? FACTOR : Math.sqrt(FACTOR)));
  const { problem, theta, covariance, degreesOfFreedom } = fitCovariance(fit, table.data);
  const raw = problem.coordinates.toRaw(theta);
  const slopesAt = (point: readonly number[]): { loss: number; slopes: number[] } => {
    const [loss, ...derivatives] = modelOf(fit.law).slopes(
      raw,
      point.map((value) => [value]),
      1,
    );
    const gradient = Float64Array.from(derivatives);
    problem.coordinates.pullBack(gradient, raw);
    return { loss, slopes: Array.from(gradient, (value) => value / loss) };
  };
  const [now, after] = [slopesAt(here), slopesAt(there)];
  const t = studentQuantile(0.5 + LEVEL / 2, degreesOfFreedom);
  const halfOf = (slopes: readonly number[]): number =>
    t * Math.sqrt(Math.max(0, dot(slopes, multiply(covariance, slopes))));
  const half = halfOf(after.slopes);
  const change = log(after.loss / now.loss);
  const changeHalf = halfOf(after.slopes.map((slope, index) => slope - now.slopes[index]));
  const share = (logarithm: number): number => 1 - exp(logarithm);
  return {
    at: Object.fromEntries(table.variables.map((name, index) => [name, there[index]])),
    now: now.loss,
    after: after.loss,
    interval: { level: LEVEL, low: after.loss * exp(-half), high: after.loss * exp(half) },
    gain: share(change),
    gainInterval: { level: LEVEL, low: share(change + changeHalf), high: share(change - changeHalf) },
  };
}
