import { studentQuantile } from '../../math/distributions.ts';
import { exp, log } from '../../math/elementary.ts';
import { leverage, regress } from '../../math/regression.ts';
import type { Interval } from '../../terms/fit.ts';
import type { Profile } from './parabola.ts';

/** Best size and data at one budget. */
export interface OptimumPoint {
  readonly flops: number;
  readonly params: number;
  readonly tokens: number;
}

/** A number with its interval; absent where there is none to be had. */
export interface Estimate {
  readonly value: number;
  readonly interval?: Interval;
}

/** A power law y ~ x^exponent through points, with Student's t. */
export interface PowerLine {
  readonly exponent: number;
  readonly exponentInterval: Interval;
  /** y at the x that was asked for, and the line's own uncertainty there. */
  readonly value: number;
  readonly interval: Interval;
}

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
  /** b of tokens ~ flops^b: a line of its own. */
  readonly tokensLine: PowerLine;
  /** Profiles that have a minimum. */
  readonly budgets: number;
}

const LEVEL = 0.95;
/** Two minima make a line without any uncertainty to go with it. */
export const FEWEST_MINIMA = 3;

/** The straight line of log y over log x. Undefined under three points, or where all have one x. */
export function powerLine(
  points: readonly { readonly x: number; readonly y: number }[],
  x: number,
): PowerLine | undefined {
  if (points.length < FEWEST_MINIMA) return undefined;
  const centre = points.reduce((sum, point) => sum + log(point.x), 0) / points.length;
  const line = regress(
    points.map((point) => [1, log(point.x) - centre]),
    points.map(({ y }) => log(y)),
  );
  if (!line) return undefined;
  const at = log(x) - centre;
  const [intercept, exponent] = line.coefficients;
  const variance = line.residualSum / line.degrees;
  const t = studentQuantile(0.5 + LEVEL / 2, line.degrees);
  const half = t * Math.sqrt(variance * leverage([1, at], line.inverse));
  const exponentHalf = t * Math.sqrt(variance * line.inverse[1][1]);
  const value = exp(intercept + exponent * at);
  return {
    exponent,
    exponentInterval: { level: LEVEL, low: exponent - exponentHalf, high: exponent + exponentHalf },
    value,
    interval: { level: LEVEL, low: value * exp(-half), high: value * exp(half) },
  };
}

/** Lines of the best size and of the best data over the budget, carried on to `flops`. */
export function optimumLines(
  optima: readonly OptimumPoint[],
  flops: number,
): { readonly params: PowerLine; readonly tokens: PowerLine } | undefined {
  const line = (of: 'params' | 'tokens'): PowerLine | undefined =>
    powerLine(
      optima.map((optimum) => ({ x: optimum.flops, y: optimum[of] })),
      flops,
    );
  const [params, tokens] = [line('params'), line('tokens')];
  return params && tokens ? { params, tokens } : undefined;
}

/**
 * Extends the optima of IsoFLOP profiles to another budget: params ~ flops^a and tokens ~ flops^b by straight lines in
 * logarithms (Hoffmann et al. 2022, approach 2), with Student's t. Undefined under three budgets with a minimum. Where loss falls
 * unequally fast with parameters and tokens the parabolas shift both lines; the exponents stay right.
 */
export function extendOptima(profiles: readonly Profile[], flops: number): ExtendedOptimum | undefined {
  const minima = profiles.flatMap(({ flops: budget, minimum }) => (minimum ? [{ ...minimum, flops: budget }] : []));
  const lines = optimumLines(minima, flops);
  return (
    lines && {
      flops,
      params: lines.params.value,
      tokens: lines.tokens.value,
      interval: lines.params.interval,
      exponent: lines.params.exponent,
      exponentInterval: lines.params.exponentInterval,
      tokensLine: lines.tokens,
      budgets: minima.length,
    }
  );
}
