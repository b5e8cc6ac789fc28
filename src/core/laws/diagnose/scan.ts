import { studentCdf, studentQuantile } from '../../math/distributions.ts';
import { dot } from '../../math/linear.ts';
import type { Projection } from '../../math/projection.ts';
import { Random } from '../../math/random.ts';
import { POWER } from './finding.ts';

/** Departures from a law: each a column of what one unit of it adds to the log loss. */
export interface ScanQuestion {
  /** Null law, linearised. */
  readonly law: Projection;
  /** Log losses, or residuals from the null law: the same up to the law's columns. */
  readonly response: ArrayLike<number>;
  readonly departures: readonly ArrayLike<number>[];
  /** `positive`: only departures in their own direction count. */
  readonly side: 'positive' | 'both';
  readonly level: number;
}

/** The departure that stands out most. */
export interface Scan {
  /** Its place among the departures. */
  readonly at: number;
  /** Units of the departure, and their standard error. */
  readonly effect: number;
  readonly error: number;
  readonly t: number;
  /** Share of the squared scatter around the law that the departure takes away. */
  readonly explained: number;
  /** Chance of a largest t at least as large under the law, over all departures together. */
  readonly pValue: number;
  /** Least effect, over the departures, that would be seen with a chance of 95 %. */
  readonly resolves: number;
  /** Largest effect, over the departures, that the data do not exclude (95 % bound for each). */
  readonly highest: number;
}

const DRAWS = 4999;
/** Simulation stops once so many draws above the level have exceeded what was seen: the answer is no. */
const ENOUGH = 4;
const SEED = 20260;

/**
 * Searches the departures for the largest |t|, each with the residual variance of the law and that departure, and refers it to its
 * own distribution under the law: bounded by Student's t where that decides, else simulated on this very design (the statistic does
 * not depend on the law's parameters or the noise). Undefined where nothing is left to judge by.
 */
export function scan({ law, response, departures, side, level }: ScanQuestion): Scan | undefined {
  const rows = response.length;
  const degrees = rows - law.rank - 1;
  if (degrees < 1) return undefined;
  const found = departures.flatMap((column, at) => {
    const direction = law.direction(column);
    return direction ? [{ at, ...direction }] : [];
  });
  if (found.length === 0) return undefined;
  const rest = law.residual(response);
  const square = dot(rest, rest);
  const tOf = (projected: number, total: number): number =>
    projected / Math.sqrt(Math.max(total - projected * projected, 1e-24 * total + 1e-300) / degrees);
  const size = (t: number): number => (side === 'both' ? Math.abs(t) : t);
  const scored = found.map((one) => ({ ...one, t: tOf(dot(one.unit, rest), square) }));
  const best = scored.reduce((top, one) => (size(one.t) > size(top.t) ? one : top));
  const tails = side === 'both' ? 2 : 1;
  const single = tails * (1 - studentCdf(size(best.t), degrees));
  const exceeds = (noise: Float64Array): boolean => {
    const total = law.restSquare(noise);
    return found.some(({ unit }) => size(tOf(dot(unit, noise), total)) >= size(best.t));
  };
  const along = dot(best.unit, rest);
  const sd = Math.sqrt(square / (rows - law.rank));
  const needed = studentQuantile(1 - level / (tails * found.length), degrees) + studentQuantile(POWER, degrees);
  return {
    at: best.at,
    effect: along / best.length,
    error: Math.abs(along / best.length / best.t),
    t: best.t,
    explained: (along * along) / square,
    pValue: pValueOf({ single, bound: single * found.length, level, rows, exceeds }),
    resolves: Math.min(...found.map(({ length }) => (needed * sd) / length)),
    highest: Math.max(
      ...scored.map(({ unit, length, t }) => {
        const projected = dot(unit, rest);
        const error = Math.abs(projected / t);
        return (size(projected) + studentQuantile(POWER, degrees) * error) / length;
      }),
    ),
  };
}

interface Reference {
  /** Chance of one given departure to be as large, and the sum of these chances over all of them. */
  readonly single: number;
  readonly bound: number;
  readonly level: number;
  readonly rows: number;
  /** Whether a draw of pure noise gives a statistic at least as large as what was seen. */
  readonly exceeds: (noise: Float64Array) => boolean;
}

/** Chance of the largest of several statistics: by its bounds where they decide against the level, else simulated. */
export function pValueOf({ single, bound, level, rows, exceeds }: Reference): number {
  if (single > level || bound <= level || bound <= single * (1 + 1e-9)) return Math.min(1, bound);
  return simulatedPValue(exceeds, rows, level);
}

/** Share of draws of pure noise that exceed what was seen (plus the seen one itself: Davison and Hinkley 1997, section 4.2). */
function simulatedPValue(exceeds: (noise: Float64Array) => boolean, rows: number, level: number): number {
  const random = new Random(SEED, rows);
  const most = ENOUGH * level * (DRAWS + 1);
  let count = 0;
  for (let draw = 1; draw <= DRAWS; draw++) {
    const noise = Float64Array.from({ length: rows }, () => random.normal());
    if (exceeds(noise)) count += 1;
    if (count > most) return (count + 1) / (draw + 1);
  }
  return (count + 1) / (DRAWS + 1);
}
