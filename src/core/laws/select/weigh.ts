import { square } from '../../math/elementary.ts';
import { nonNegativeLeastSquares } from '../../math/linear.ts';
import type { CostTable } from './cost-table.ts';
import { heldOutErrors, rootMeanSquare } from './held-out.ts';
import type { MemberFits } from './held-out.ts';
import type { Origin } from './origins.ts';

/** [origin][held-out row] of one member. */
type Errors = readonly Float64Array[];

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
  const usable = [...origins.keys()].filter((at) => use(at) && members.every((fits) => !fits || fits[at]));
  if (usable.length === 0) return { members: tried, weights: equalWeights(tried.length), anchor: 1 };
  const cuts = usable.map((at) => origins[at]);
  const errorsAt = (anchor: number): Errors[] =>
    members.map((fits) => heldOutErrors(table, cuts, fits && usable.map((at) => fits[at]), anchor) as Errors);
  const screened = screen(table, cuts, members, errorsAt(1));
  const most = Math.max(1, Math.floor((table.levels.length - 1) / 2));
  const anchored = ANCHORS.filter((anchor) => anchor <= most).map((anchor) => {
    const errors = errorsAt(anchor);
    const kept = screened.map((index) => errors[index]);
    return { anchor, kept, error: rootMeanSquare(cuts, combine(kept, equalWeights(kept.length))) };
  });
  const best = anchored.reduce((least, one) => (one.error < least.error ? one : least));
  return { members: screened, weights: stack(table, cuts, best.kept), anchor: best.anchor };
}

const equalWeights = (size: number): number[] => new Array<number>(size).fill(1 / size);

/** The last value stays whatever its error. */
function screen(
  table: CostTable,
  cuts: readonly Origin[],
  members: readonly MemberFits[],
  errors: readonly Errors[],
): number[] {
  const scores = errors.map((one) => rootMeanSquare(cuts, one));
  const best = Math.max(table.rounding, Math.min(...scores));
  return scores.flatMap((score, index) => (!members[index] || score <= SCREEN * best ? [index] : []));
}

/** Errors of a weighted sum of forecasts: the weighted sum of errors, since weights sum to 1. */
export function combine(errors: readonly Errors[], weights: readonly number[]): Float64Array[] {
  return errors[0].map((first, origin) =>
    first.map((_, row) => errors.reduce((sum, member, index) => sum + weights[index] * member[origin][row], 0)),
  );
}

/** Non-negative weights that sum to 1 and minimise the squared error of the sum. */
function stack(table: CostTable, cuts: readonly Origin[], errors: readonly Errors[]): number[] {
  const size = errors.length;
  const gram = errors.map((a) => errors.map((b) => product(cuts, a, b)));
  const total = cuts.reduce((sum, { weight }) => sum + weight, 0);
  const smallest = Math.min(...gram.map((row, index) => row[index] / total));
  const pull = PRIOR_ORIGINS * size * Math.max(smallest, square(table.rounding));
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

function product(cuts: readonly Origin[], a: Errors, b: Errors): number {
  return cuts.reduce((sum, { weight }, origin) => {
    const rows = a[origin].length;
    return sum + (weight / rows) * a[origin].reduce((inner, error, row) => inner + error * b[origin][row], 0);
  }, 0);
}
