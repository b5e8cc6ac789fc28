import { log } from '../../math/elementary.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { Objective } from '../../terms/fit.ts';
import type { Law } from '../../terms/law.ts';
import { checkData } from '../fit/check.ts';
import { minimize } from '../fit/minimize.ts';
import { modelOf } from '../fit/model.ts';
import { Problem } from '../fit/problem.ts';
import { startingPoints } from '../fit/starts.ts';
import type { CandidateLaw } from './candidates.ts';
import { takeRows } from './cost-table.ts';
import type { CostTable } from './cost-table.ts';

/** A law fitted to the rows before an origin. */
export interface RollingFit {
  /** Raw parameters in the law's order. */
  readonly parameters: readonly number[];
  /** First row that was fitted. */
  readonly from: number;
  /** [row] the law's value in the space of the residuals, for rows 0 to `end`. */
  readonly values: Float64Array;
}

export interface Cut {
  readonly seen: number;
  readonly end: number;
}

/** Points of the global search at an origin, and how many of the best are polished beside the fit of the origin before. */
const STARTS = 48;
const POLISHED = 3;
/** A row at the edge of a window belongs to it despite rounding. */
const SLACK = 1e-9;

/**
 * A law fitted at each origin, from the earliest to the last: each fit starts from a quasi-random cover and from the fit to fewer
 * rows, as a user who waits for the next run would; nothing of later rows gets into an earlier fit. `undefined` where the rows
 * cannot carry the law, or it has no value where it is needed; the reason of the last such is in `fault`.
 */
export function rollFits(
  table: CostTable,
  { law, window }: CandidateLaw,
  cuts: readonly Cut[],
  options: { objective: Objective; seed: number },
): { readonly fits: readonly (RollingFit | undefined)[]; readonly fault?: string } {
  const fits = new Array<RollingFit | undefined>(cuts.length);
  let fault: string | undefined;
  let before: readonly number[] | undefined;
  const forward = cuts.map((cut, index) => ({ cut, index })).sort((a, b) => a.cut.seen - b.cut.seen);
  for (const { cut, index } of forward) {
    const from = windowStart(table, cut.seen, window);
    const outcome = fitRows(law, table, { from, ...cut }, { ...options, before });
    if (typeof outcome === 'string') fault = outcome;
    else {
      fits[index] = outcome;
      before = outcome.parameters;
    }
  }
  return { fits, ...(fault === undefined ? {} : { fault }) };
}

function windowStart({ logCost }: CostTable, seen: number, window: number): number {
  const least = logCost[seen - 1] - log(window) - SLACK;
  return window === Infinity ? 0 : logCost.findIndex((value) => value >= least);
}

function fitRows(
  law: Law,
  table: CostTable,
  { from, seen, end }: Cut & { from: number },
  { objective, seed, before }: { objective: Objective; seed: number; before: readonly number[] | undefined },
): RollingFit | string {
  const rows = takeRows(
    table.data,
    Array.from({ length: seen - from }, (_, index) => from + index),
  );
  try {
    checkData(law, rows, objective);
  } catch (error) {
    if (error instanceof IsoflopError && error.code === 'not-identifiable') return error.message;
    throw error;
  }
  const problem = new Problem(law, rows, objective);
  const parameters = search(problem, seed, before);
  if (!parameters) return `law '${law.id}' has no value on these rows`;
  const columns = law.variables.map((name) => table.data.columns[name]);
  const values = modelOf(law)
    .values(parameters, columns, end)
    .slice(0, end)
    .map((value) => table.space.to(value));
  if (!values.every(Number.isFinite)) return `law '${law.id}' has no value where it is needed`;
  return { parameters, from, values };
}

/** The best of the earlier fit and the best starts of a cover, polished; raw parameters. */
function search(problem: Problem, seed: number, before: readonly number[] | undefined): number[] | undefined {
  const { points } = startingPoints(problem, STARTS, seed);
  const covered = points
    .map((theta) => ({ theta, value: problem.value(theta) }))
    .filter(({ value }) => Number.isFinite(value))
    .sort((a, b) => a.value - b.value)
    .slice(0, POLISHED)
    .map(({ theta }) => theta);
  const earlier = before ? [problem.coordinates.clamp(problem.coordinates.toTheta(before))] : [];
  const minima = [...earlier.filter((theta) => Number.isFinite(problem.value(theta))), ...covered].map((theta) =>
    minimize(problem, theta),
  );
  if (minima.length === 0) return undefined;
  const best = minima.reduce((least, one) => (one.value < least.value ? one : least));
  return Number.isFinite(best.value) ? problem.coordinates.toRaw(best.theta) : undefined;
}
