import { studentQuantile } from '../../math/distributions.ts';
import { exp, log } from '../../math/elementary.ts';
import { leverage, regress } from '../../math/regression.ts';
import type { Interval } from '../../terms/fit.ts';
import type { Profile, ProfileMinimum } from './parabola.ts';

/** The best size at a budget, by the line through the minima of IsoFLOP profiles. */
export interface ExtendedOptimum {
  readonly flops: number;
  readonly params: number;
  readonly tokens: number;
  /** Of `params`: the line's own uncertainty. */
  readonly interval: Interval;
  /** a of params ~ flops^a. */
  readonly exponent: number;
  readonly exponentInterval: Interval;
  /** Profiles that have a minimum. */
  readonly budgets: number;
}

const LEVEL = 0.95;
/** Two minima make a line without any uncertainty to go with it. */
const FEWEST_MINIMA = 3;

/**
 * Extends the optima of IsoFLOP profiles to another budget: params ~ flops^a and tokens ~ flops^b by straight lines in
 * logarithms (Hoffmann et al. 2022, approach 2), with Student's t. Undefined under three budgets with a minimum. Where loss falls
 * unequally fast with parameters and tokens the parabolas shift both lines; the exponents stay right.
 */
export function extendOptima(profiles: readonly Profile[], flops: number): ExtendedOptimum | undefined {
  const minima = profiles.flatMap(({ flops: budget, minimum }) => (minimum ? [{ budget, minimum }] : []));
  if (minima.length < FEWEST_MINIMA) return undefined;
  const centre = minima.reduce((sum, { budget }) => sum + log(budget), 0) / minima.length;
  const line = (of: (minimum: ProfileMinimum) => number): ReturnType<typeof regress> =>
    regress(
      minima.map(({ budget }) => [1, log(budget) - centre]),
      minima.map(({ minimum }) => log(of(minimum))),
    );
  const [size, data] = [line(({ params }) => params), line(({ tokens }) => tokens)];
  if (!size || !data) return undefined;
  const at = log(flops) - centre;
  const variance = size.residualSum / size.degrees;
  const t = studentQuantile(0.5 + LEVEL / 2, size.degrees);
  const half = t * Math.sqrt(variance * leverage([1, at], size.inverse));
  const exponentHalf = t * Math.sqrt(variance * size.inverse[1][1]);
  const [intercept, exponent] = size.coefficients;
  const params = exp(intercept + exponent * at);
  return {
    flops,
    params,
    tokens: exp(data.coefficients[0] + data.coefficients[1] * at),
    interval: { level: LEVEL, low: params * exp(-half), high: params * exp(half) },
    exponent,
    exponentInterval: { level: LEVEL, low: exponent - exponentHalf, high: exponent + exponentHalf },
    budgets: minima.length,
  };
}
