import { exp, log, square } from '../../math/elementary.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { Fit, Interval } from '../../terms/fit.ts';
import type { Observations } from '../../terms/observation.ts';
import { fitCovariance } from '../uncertainty/covariance.ts';
import { halfWidth } from '../uncertainty/quantity.ts';
import type { Estimate } from './optimum-line.ts';
import { surfaceExponents, surfaceOptimum } from './surface-optimum.ts';
import type { ChinchillaConstants, CostLaw } from './surface-optimum.ts';

/** What a fitted surface says about the best split, with delta intervals. */
export interface SurfaceEstimate {
  readonly exponents: { readonly params: Estimate; readonly tokens: Estimate };
  readonly params: Estimate;
  readonly tokens: Estimate;
  readonly loss: number;
}

const LEVEL = 0.95;
const ORDER = ['E', 'A', 'B', 'alpha', 'beta'] as const;
type Slopes = Readonly<Record<(typeof ORDER)[number], number>>;

/** Throws where the fit does not determine the surface: then any split is as good as another. */
export function estimateFromSurface(fit: Fit, data: Observations, flops: number, cost: CostLaw): SurfaceEstimate {
  const unknown = [...fit.diagnostics.boundsHit, ...fit.diagnostics.undetermined].filter((name) => name !== 'E');
  if (unknown.length > 0) {
    throw new IsoflopError('not-identifiable', `the surface leaves ${unknown.join(', ')} undetermined: no best split`, {
      hint: 'Add runs in which parameters and tokens vary apart from each other.',
    });
  }
  const constants = fit.parameters as unknown as ChinchillaConstants;
  const covariance = fitCovariance(fit, data);
  const half = (slopes: Slopes): number =>
    halfWidth(
      covariance,
      fit.law.parameters.map(({ name }) => slopes[name as keyof Slopes]),
      LEVEL,
    );
  const exponents = surfaceExponents(constants, cost);
  const { params, tokens, loss } = surfaceOptimum(constants, flops, cost);
  const exponentSlopes = slopesOfExponent(constants, cost);
  const sizeSlopes = slopesOfLogSize(constants, flops, cost);
  // With the cost given, tokens follow from parameters: b = (1 - a p) / q, and log tokens likewise.
  const ratio = cost.paramsPower / cost.tokensPower;
  const [halfExponent, halfSize] = [half(exponentSlopes), half(sizeSlopes)];
  return {
    exponents: {
      params: { value: exponents.params, interval: around(exponents.params, halfExponent) },
      tokens: { value: exponents.tokens, interval: around(exponents.tokens, halfExponent * ratio) },
    },
    params: { value: params, interval: times(params, halfSize) },
    tokens: { value: tokens, interval: times(tokens, halfSize * ratio) },
    loss,
  };
}

const around = (value: number, half: number): Interval => ({ level: LEVEL, low: value - half, high: value + half });
const times = (value: number, half: number): Interval => ({
  level: LEVEL,
  low: value * exp(-half),
  high: value * exp(half),
});

/** Derivatives of a = beta / (alpha q + beta p). */
function slopesOfExponent({ alpha, beta }: ChinchillaConstants, { paramsPower: p, tokensPower: q }: CostLaw): Slopes {
  const sum = alpha * q + beta * p;
  return { E: 0, A: 0, B: 0, alpha: (-beta * q) / square(sum), beta: (alpha * q) / square(sum) };
}

/** Derivatives of log params = (q log(alpha A q / (beta B p)) + beta log(C / k)) / (alpha q + beta p). */
export function slopesOfLogSize(
  { A, B, alpha, beta }: ChinchillaConstants,
  flops: number,
  { factor: k, paramsPower: p, tokensPower: q }: CostLaw,
): Slopes {
  const sum = alpha * q + beta * p;
  const budget = log(flops / k);
  const logSize = (q * log((alpha * A * q) / (beta * B * p)) + beta * budget) / sum;
  return {
    E: 0,
    A: q / (A * sum),
    B: -q / (B * sum),
    alpha: (q / alpha - q * logSize) / sum,
    beta: (-q / beta + budget - p * logSize) / sum,
  };
}
