import type { Observations } from '../terms/observation.ts';

/** The table with these rows alone, in this order. */
export function selectRows(data: Observations, rows: readonly number[]): Observations {
  return {
    ...data,
    rows: rows.length,
    columns: Object.fromEntries(
      Object.entries(data.columns).map(([name, column]) => [name, Float64Array.from(rows, (row) => column[row])]),
    ),
    runs: rows.map((row) => data.runs[row]),
  };
}
