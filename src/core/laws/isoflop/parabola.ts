import { studentQuantile } from '../../math/distributions.ts';
import { exp, log } from '../../math/elementary.ts';
import { regress } from '../../math/regression.ts';
import type { Interval } from '../../terms/fit.ts';

/** One run of an IsoFLOP profile. */
export interface ProfilePoint {
  readonly params: number;
  readonly tokens: number;
  readonly loss: number;
}

/** The best size at one budget. */
export interface ProfileMinimum {
  readonly params: number;
  readonly tokens: number;
  readonly loss: number;
  /** Of `params`, where more than three runs allow one. */
  readonly interval?: Interval;
}

export interface Profile {
  readonly flops: number;
  readonly points: readonly ProfilePoint[];
  /** log params -> loss: c0 + c1 u + c2 u^2 with u = log(params / centre). */
  readonly parabola?: { readonly centre: number; readonly coefficients: readonly number[] };
  readonly minimum?: ProfileMinimum;
  /** Why there is no minimum. */
  readonly refusal?: string;
}

const LEVEL = 0.95;

/**
 * The parabola of loss over log parameters at one budget (Hoffmann et al. 2022, approach 2). A minimum outside the sizes, or a
 * curve that bends the wrong way, is refused: extrapolated minima are worth nothing.
 */
export function fitProfile(flops: number, points: readonly ProfilePoint[]): Profile {
  const sorted = points.toSorted((a, b) => a.params - b.params);
  const sizes = new Set(sorted.map(({ params }) => params)).size;
  const refuse = (refusal: string): Profile => ({ flops, points: sorted, refusal });
  if (sizes < 3) return refuse(`a parabola needs three sizes, this budget has ${sizes}`);
  const centre = exp(sorted.reduce((sum, { params }) => sum + log(params), 0) / sorted.length);
  const u = sorted.map(({ params }) => log(params / centre));
  const fit = regress(
    u.map((value) => [1, value, value * value]),
    sorted.map(({ loss }) => loss),
  );
  if (!fit) return refuse('the sizes lie too close together');
  const [, linear, quadratic] = fit.coefficients;
  const parabola = { centre, coefficients: fit.coefficients };
  if (!(quadratic > 0)) return { ...refuse('the curve does not bend upwards: no best size between these'), parabola };
  const best = -linear / (2 * quadratic);
  if (best <= u[0] || best >= u.at(-1)!) {
    const side = best <= u[0] ? 'smallest' : 'largest';
    return { ...refuse(`the best size lies beyond the ${side} one: add sizes on that side`), parabola };
  }
  const params = centre * exp(best);
  const loss = fit.coefficients[0] + linear * best + quadratic * best * best;
  const minimum: ProfileMinimum = { params, tokens: tokensAt(sorted, params), loss };
  if (fit.degrees < 1) return { flops, points: sorted, parabola, minimum };
  // Delta method on u* = -c1 / (2 c2).
  const slope = [0, -1 / (2 * quadratic), linear / (2 * quadratic * quadratic)];
  const variance =
    (fit.residualSum / fit.degrees) *
    slope.reduce((sum, a, i) => sum + a * slope.reduce((inner, b, j) => inner + b * fit.inverse[i][j], 0), 0);
  const half = studentQuantile(0.5 + LEVEL / 2, fit.degrees) * Math.sqrt(variance);
  const interval = { level: LEVEL, low: params * exp(-half), high: params * exp(half) };
  return { flops, points: sorted, parabola, minimum: { ...minimum, interval } };
}

/** Tokens that the budget buys at a size: interpolated over the profile's own runs in logarithms. */
function tokensAt(sorted: readonly ProfilePoint[], params: number): number {
  const above = Math.max(
    1,
    sorted.findIndex((point) => point.params >= params),
  );
  const [a, b] = [sorted[above - 1], sorted[above]];
  const share = log(params / a.params) / (log(b.params / a.params) || 1);
  return a.tokens * exp(share * log(b.tokens / a.tokens));
}
