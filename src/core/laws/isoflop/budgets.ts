import { exp, log } from '../../math/elementary.ts';
import type { Observations } from '../../terms/observation.ts';

/** Rows that cost alike. */
export interface Budget {
  /** Geometric mean of its rows. */
  readonly flops: number;
  readonly rows: readonly number[];
}

/** Rows whose flops lie within this share of the cheapest of them share a budget. */
export const BUDGET_TOLERANCE = 0.1;

/**
 * The budgets of a table, cheapest first: by its column `budget` where it has one, else by its flops; either may
 * exceed the least of a budget by the share `tolerance`.
 */
export function budgetsOf({ columns, rows }: Observations, tolerance = BUDGET_TOLERANCE): Budget[] {
  const { flops, budget: key = flops } = columns;
  const order = Array.from({ length: rows }, (_, row) => row).sort((a, b) => key[a] - key[b]);
  const groups: number[][] = [];
  for (const row of order) {
    const first = groups.at(-1)?.[0];
    if (first !== undefined && key[row] <= key[first] * (1 + tolerance)) groups.at(-1)!.push(row);
    else groups.push([row]);
  }
  return groups.map((group) => ({
    flops: exp(group.reduce((sum, row) => sum + log(flops[row]), 0) / group.length),
    rows: group,
  }));
}
