import { exp, log } from '../../math/elementary.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { Exclusion, Observations } from '../../terms/observation.ts';

/** Relative error that tells of nothing but rounding. */
const ROUNDING = 1e-10;

/** The space in which residuals are taken: of the logarithm, or of the response itself. */
export interface ResidualSpace {
  to(value: number): number;
  from(value: number): number;
}

export const SPACES: Readonly<Record<'log' | 'linear', ResidualSpace>> = {
  log: { to: log, from: exp },
  linear: { to: (value) => value, from: (value) => value },
};

/** A table in order of cost. Rows of one cost form a level; nothing can be held out between them. */
export interface CostTable {
  readonly data: Observations;
  readonly axis: string;
  readonly response: string;
  readonly space: ResidualSpace;
  /** Errors below this are rounding, in the space of the residuals. */
  readonly rounding: number;
  /** [row] logarithm of the cost, and response in the space of the residuals. */
  readonly logCost: Float64Array;
  readonly values: Float64Array;
  /** [level] index of its first row; one more at the end: the number of rows. */
  readonly levels: readonly number[];
}

export interface CostTableOptions {
  readonly axis: string;
  readonly response: string;
  readonly residual: 'log' | 'linear';
}

/** Orders a table by cost. Rows of a cost of 0, and losses without a logarithm where it is taken, are left out and listed. */
export function costTable(data: Observations, { axis, response, residual }: CostTableOptions): CostTable {
  for (const name of [axis, response]) checkColumn(data, name);
  const exclusions: Exclusion[] = [];
  const isUsable = (row: number): boolean => {
    const reason = faultOf(data.columns[axis][row], data.columns[response][row], axis, response, residual);
    if (reason !== undefined) exclusions.push({ run: data.runs[row], reason });
    return reason === undefined;
  };
  const order = Array.from({ length: data.rows }, (_, row) => row)
    .filter(isUsable)
    .sort((a, b) => data.columns[axis][a] - data.columns[axis][b]);
  if (order.length === 0)
    throw new IsoflopError('not-identifiable', `no row has a ${axis} above 0 and a ${response} that can be used`);
  const sorted = takeRows({ ...data, exclusions: [...data.exclusions, ...exclusions] }, order);
  const cost = sorted.columns[axis];
  const space = SPACES[residual];
  const largest = residual === 'log' ? 1 : sorted.columns[response].reduce((most, y) => Math.max(most, Math.abs(y)), 0);
  const starts = order.flatMap((_, row) => (row === 0 || cost[row] > cost[row - 1] ? [row] : []));
  return {
    data: sorted,
    axis,
    response,
    space,
    rounding: ROUNDING * largest,
    logCost: cost.map(log),
    values: sorted.columns[response].map((value) => space.to(value)),
    levels: [...starts, order.length],
  };
}

function checkColumn(data: Observations, name: string): void {
  const column = data.columns[name];
  if (!column) {
    throw new IsoflopError(
      'missing',
      `the table has no column '${name}'; it has ${Object.keys(data.columns).join(', ')}`,
      {
        hint: `Name it with --map ${name}=COLUMN.`,
      },
    );
  }
  const bad = column.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new IsoflopError(
      'invalid-input',
      `column '${name}' holds ${column[bad]} in row ${bad + 1} (run '${data.runs[bad]}')`,
    );
}

function faultOf(cost: number, value: number, axis: string, response: string, residual: string): string | undefined {
  if (cost <= 0) return `${axis} is not above 0`;
  if (residual === 'log' && value <= 0) return `${response} is not above 0: it has no logarithm`;
  return undefined;
}

/** The named rows of a table, in that order. */
export function takeRows(data: Observations, rows: readonly number[]): Observations {
  const columns = Object.entries(data.columns).map(([name, column]) => [
    name,
    Float64Array.from(rows, (row) => column[row]),
  ]);
  return { ...data, rows: rows.length, columns: Object.fromEntries(columns), runs: rows.map((row) => data.runs[row]) };
}
