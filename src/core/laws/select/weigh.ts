import { nonNegativeLeastSquares } from '../../math/linear.ts';
import type { CostTable } from './cost-table.ts';
import type { Origin } from './origins.ts';
import type { RollingFit } from './rolling-fits.ts';

/** A member of the average: a law's fits at each origin, or `undefined` for the last value. */
export type MemberFits = readonly (RollingFit | undefined)[] | undefined;

/** Members and weights of an average, and of how many of the last levels its members pass the mean. */
export interface Weighting {
  /** Indices of members, and their weights, which sum to 1. */
  readonly members: readonly number[];
  readonly weights: readonly number[];
  /** Levels that anchor. */
  readonly anchor: number;
}

/** A member whose held-out error is more than so many times the best member's takes no part. */
const SCREEN = 2;
/** How many origins' worth of evidence equal weights are held for. */
const PRIOR_ORIGINS = 3;
/** Anchors that are tried: the mean over so many of the last levels. */
export const ANCHORS = [1, 2, 4, 8, 16, 32];
/** Held-out errors below this are rounding. */
const ROUNDING = 1e-10;

/** What an anchored member adds to its law, or the last value's level: the mean over the last levels of observed minus fitted. */
export function shiftOf(table: CostTable, seen: number, levels: number, fit: RollingFit | undefined): number {
  const level = table.levels.indexOf(seen);
  const from = Math.max(fit?.from ?? 0, table.levels[Math.max(0, level - levels)]);
  let sum = 0;
  for (let row = from; row < seen; row++) sum += table.values[row] - (fit?.values[row] ?? 0);
  return sum / (seen - from);
}

/** [origin][held-out row] observed minus forecast, for each member. */
export function heldOutErrors(
  table: CostTable,
  origins: readonly Origin[],
  fits: MemberFits,
  anchor: number,
): (Float64Array | undefined)[] {
  return origins.map(({ seen, end }, index) => {
    const fit = fits?.[index];
    if (fits && !fit) return undefined;
    const shift = anchor === 0 ? 0 : shiftOf(table, seen, anchor, fit);
    return Float64Array.from(
      { length: end - seen },
      (_, at) => table.values[seen + at] - (fit?.values[seen + at] ?? 0) - shift,
    );
  });
}

const meanSquare = (errors: Float64Array): number =>
  errors.reduce((sum, error) => sum + error * error, 0) / errors.length;

/** Root mean square over origins by their weights, each origin's rows weighing the same together; NaN without origins. */
export function rootMeanSquare(origins: readonly Origin[], errors: readonly (Float64Array | undefined)[]): number {
  let [sum, total] = [0, 0];
  for (const [index, { weight }] of origins.entries()) {
    const here = errors[index];
    if (!here) continue;
    sum += weight * meanSquare(here);
    total += weight;
  }
  return Math.sqrt(sum / total);
}

/**
 * Weighs members by how they forecast: those far behind the best are left out; the anchor is the one with which the plain mean of the rest
 * forecasts best; weights minimise the held-out squared error of the weighted sum (stacking: Wolpert 1992, Breiman 1996), pulled
 * toward equal weights by as much as a few origins would. `use` says which origins count.
 */
export function weigh(
  table: CostTable,
  origins: readonly Origin[],
  members: readonly MemberFits[],
  use: (origin: number) => boolean,
): Weighting {
  const tried = members.map((_, index) => index);
  const usable = origins
    .map((_, index) => index)
    .filter((index) => use(index) && members.every((fits) => !fits || fits[index]));
  const equal = (kept: readonly number[]): number[] => kept.map(() => 1 / kept.length);
  if (usable.length === 0) return { members: tried, weights: equal(tried), anchor: 1 };
  const cuts = usable.map((index) => origins[index]);
  const errorsAt = (anchor: number): Float64Array[][] =>
    members.map(
      (fits) => heldOutErrors(table, cuts, fits && usable.map((index) => fits[index]), anchor) as Float64Array[],
    );
  const screened = screen(cuts, members, errorsAt(1));
  const most = Math.max(1, Math.floor((table.levels.length - 1) / 2));
  const anchors = ANCHORS.filter((anchor) => anchor <= most).map((anchor) => {
    const errors = errorsAt(anchor);
    const kept = screened.map((index) => errors[index]);
    return {
      anchor,
      kept,
      error: rootMeanSquare(
        cuts,
        combine(
          kept,
          kept.map(() => 1 / kept.length),
        ),
      ),
    };
  });
  const best = anchors.reduce((least, one) => (one.error < least.error ? one : least));
  return { members: screened, weights: stack(cuts, best.kept), anchor: best.anchor };
}

/** The last value stays whatever its error. */
function screen(cuts: readonly Origin[], members: readonly MemberFits[], errors: readonly Float64Array[][]): number[] {
  const scores = errors.map((one) => rootMeanSquare(cuts, one));
  const best = Math.max(ROUNDING, Math.min(...scores));
  return scores.flatMap((score, index) => (!members[index] || score <= SCREEN * best ? [index] : []));
}

/** Errors of a weighted sum of forecasts: the weighted sum of errors, since weights sum to 1. */
export function combine(errors: readonly (readonly Float64Array[])[], weights: readonly number[]): Float64Array[] {
  return errors[0].map((first, origin) =>
    first.map((_, row) => errors.reduce((sum, member, index) => sum + weights[index] * member[origin][row], 0)),
  );
}

/** Non-negative weights that sum to 1 and minimise the squared error of the sum. */
function stack(cuts: readonly Origin[], errors: readonly (readonly Float64Array[])[]): number[] {
  const size = errors.length;
  const gram = errors.map((a) => errors.map((b) => product(cuts, a, b)));
  const total = cuts.reduce((sum, { weight }) => sum + weight, 0);
  const smallest = Math.min(...gram.map((row, index) => row[index] / total));
  const pull = PRIOR_ORIGINS * size * Math.max(smallest, ROUNDING ** 2);
  const scale = gram.reduce((sum, row, index) => sum + row[index] + pull, 0) / size;
  // On weights that sum to 1 the pull toward equal ones is one toward 0, and the sum can be asked for by a row of its own: the
  // solution is proportional to the one that is wanted, whatever that row weighs.
  const system = gram.map((row, i) => row.map((value, j) => value + scale + (i === j ? pull : 0)));
  const solved = nonNegativeLeastSquares(
    system,
    errors.map(() => scale),
  );
  const sum = solved.reduce((all, one) => all + one, 0);
  return solved.map((one) => one / sum);
}

function product(cuts: readonly Origin[], a: readonly Float64Array[], b: readonly Float64Array[]): number {
  return cuts.reduce((sum, { weight }, origin) => {
    const rows = a[origin].length;
    return sum + (weight / rows) * a[origin].reduce((inner, error, row) => inner + error * b[origin][row], 0);
  }, 0);
}
