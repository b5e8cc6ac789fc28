import { fitCovariance } from '../laws/uncertainty/covariance.ts';
import { bandOf } from '../laws/uncertainty/quantity.ts';
import { exp, log } from '../math/elementary.ts';
import { IsoflopError } from '../terms/errors.ts';
import type { Fit } from '../terms/fit.ts';
import type { Observations } from '../terms/observation.ts';

/** The data that a model of one size needs for a loss. */
export interface Reach {
  readonly params: number;
  /** Infinite where the size never reaches the loss, or needs more than `MOST_TOKENS`. */
  readonly tokens: number;
  /** Tokens at which the loss may be reached by the law's own uncertainty; `high` is infinite where it may never be. */
  readonly interval: { readonly level: number; readonly low: number; readonly high: number };
  /** 6 params tokens. */
  readonly flops: number;
  /** `uncertain`: the interval holds both. */
  readonly verdict: 'reached' | 'unreachable' | 'uncertain';
  /** `params` over the largest size of the fit's runs, and `tokens` over the most tokens. */
  readonly beyond: { readonly params: number; readonly tokens: number };
}

/** More tokens than this count as never. */
const MOST_TOKENS = 1e18;
const FEWEST_TOKENS = 1;
/** Step of the walk along tokens, before bisection. */
const STEP = 2;

/**
 * Tokens to a loss by size, from the fit of a law of params and tokens. The interval is that of inverted tests: all token counts at
 * which the curve's interval holds the loss. Near the loss that a size tends to it is long, and open where that lies within it.
 */
export function reachLoss(fit: Fit, data: Observations, loss: number, sizes: readonly number[], level = 0.95): Reach[] {
  const { variables, id } = fit.law;
  if (variables.length !== 2 || !variables.includes('params') || !variables.includes('tokens')) {
    throw new IsoflopError('invalid-input', `tokens to a loss need a law of params and tokens, not '${id}'`, {
      hint: 'Fit with --law chinchilla.',
    });
  }
  const band = bandOf(fit, fitCovariance(fit, data), 'curve', level);
  const most = (name: string): number => data.columns[name].reduce((top, value) => Math.max(top, value), 0);
  const [mostParams, mostTokens] = [most('params'), most('tokens')];
  return sizes.map((params) => {
    const at = (tokens: number): ReturnType<typeof band> => band({ params, tokens });
    const tokens = firstBelow(FEWEST_TOKENS, (d) => at(d).loss <= loss);
    const high = Number.isFinite(tokens) ? firstBelow(tokens, (d) => at(d).high <= loss) : Infinity;
    const low = lastAbove(Math.min(tokens, MOST_TOKENS), (d) => at(d).low > loss);
    const verdict = high < Infinity ? 'reached' : low < Infinity ? 'uncertain' : 'unreachable';
    return {
      params,
      tokens,
      interval: { level, low, high },
      flops: 6 * params * tokens,
      verdict,
      beyond: { params: params / mostParams, tokens: tokens / mostTokens },
    };
  });
}

/** The first tokens from `start` up at which the condition holds. */
function firstBelow(start: number, holds: (tokens: number) => boolean): number {
  if (holds(start)) return start;
  for (let low = start; low < MOST_TOKENS; low *= STEP) {
    const high = Math.min(low * STEP, MOST_TOKENS);
    if (holds(high)) return bisect(low, high, holds);
  }
  return Infinity;
}

/** The last tokens from `start` down at which the condition does not hold yet; infinite where it holds at `start`. */
function lastAbove(start: number, isAbove: (tokens: number) => boolean): number {
  if (isAbove(start)) return Infinity;
  for (let high = start; high > FEWEST_TOKENS; high /= STEP) {
    if (isAbove(high / STEP)) return bisect(high / STEP, high, (tokens) => !isAbove(tokens));
  }
  return 0;
}

/** The border between `low`, where the condition does not hold, and `high`, where it does, in the logarithm. */
function bisect(low: number, high: number, holds: (tokens: number) => boolean): number {
  let [below, above] = [log(low), log(high)];
  for (let step = 0; step < 60; step++) {
    const middle = (below + above) / 2;
    if (holds(exp(middle))) above = middle;
    else below = middle;
  }
  return exp(above);
}
