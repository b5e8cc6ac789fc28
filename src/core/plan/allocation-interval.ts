import type { Coordinates } from '../laws/fit/coordinates.ts';
import { likelihoodOf } from '../laws/uncertainty/likelihood.ts';
import { deltaRange, profileRange } from '../laws/uncertainty/ranges.ts';
import type { Target } from '../laws/uncertainty/squares.ts';
import { exp, log } from '../math/elementary.ts';
import { IsoflopError } from '../terms/errors.ts';
import type { Fit, Interval } from '../terms/fit.ts';
import type { Observations } from '../terms/observation.ts';
import { allocate } from './allocation.ts';
import type { Allocation, ChinchillaConstants } from './allocation.ts';

export interface FittedAllocation extends Allocation {
  /** Of `params`; that of `tokens` follows from flops = 6 params tokens. */
  readonly interval: Interval;
}

/**
 * The compute-optimal split by a fitted Chinchilla surface, with the interval of the size: profile likelihood of log N, or by the
 * delta method. Throws where a coefficient or exponent is at its bound, since then any split is as good as another.
 */
export function allocateByFit(
  fit: Fit,
  data: Observations,
  flops: number,
  { level = 0.95, method = 'profile' }: { level?: number; method?: 'profile' | 'delta' } = {},
): FittedAllocation {
  const undetermined = fit.diagnostics.boundsHit.filter((name) => name !== 'E');
  if (undetermined.length > 0) {
    throw new IsoflopError('not-identifiable', `the fit leaves ${undetermined.join(', ')} at a bound: no best split`, {
      hint: 'Add runs in which parameters and tokens vary apart from each other.',
    });
  }
  const around = likelihoodOf(fit, data);
  const target = sizeTarget(fit, around.squares.coordinates, flops);
  const split = allocate(constantsOf(fit, around.squares.coordinates.toRaw(around.theta)), flops);
  const [low, high] = method === 'profile' ? profileRange(around, target, level) : deltaRange(around, target, level);
  return { ...split, interval: { level, low: exp(low), high: exp(high) } };
}

const constantsOf = ({ law }: Fit, raw: readonly number[]): ChinchillaConstants =>
  Object.fromEntries(law.parameters.map(({ name }, i) => [name, raw[i]])) as unknown as ChinchillaConstants;

/** The logarithm of the best size. */
function sizeTarget(fit: Fit, coordinates: Coordinates, flops: number): Target {
  return {
    at: (theta) => {
      const raw = coordinates.toRaw(theta);
      const constants = constantsOf(fit, raw);
      const slopes = slopesOfLogSize(constants, flops);
      const gradient = Float64Array.from(fit.law.parameters, ({ name }) => slopes[name as keyof ChinchillaConstants]);
      coordinates.pullBack(gradient, raw);
      return { value: log(allocate(constants, flops).params), gradient: [...gradient] };
    },
  };
}

/** Derivatives of log N = (log(alpha A / (beta B)) + beta log(C / 6)) / (alpha + beta) by the constants. */
function slopesOfLogSize({ A, B, alpha, beta }: ChinchillaConstants, flops: number): ChinchillaConstants {
  const sum = alpha + beta;
  const logSize = (log((alpha * A) / (beta * B)) + beta * log(flops / 6)) / sum;
  return {
    E: 0,
    A: 1 / (A * sum),
    B: -1 / (B * sum),
    alpha: (1 / alpha - logSize) / sum,
    beta: (-1 / beta + log(flops / 6) - logSize) / sum,
  };
}
