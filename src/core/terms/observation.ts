import type { Conventions } from './conventions.ts';

/** A row that was left out of the table, and why: shown to the user, never silent. */
export interface Exclusion {
  readonly run: string;
  readonly reason: string;
}

/**
 * What every law eats: one row a run (or checkpoint), stored by column, all arrays of length `rows`.
 * Columns hold raw counts under their words: `params`, `tokens`, `flops`, `loss`, and `lossError` (standard error of
 * the loss, same unit) where it was measured.
 */
export interface Observations {
  readonly rows: number;
  readonly columns: Readonly<Record<string, Float64Array>>;
  /** The run that each row belongs to; rows of one run are resampled together. */
  readonly runs: readonly string[];
  readonly conventions: Partial<Conventions>;
  readonly exclusions: readonly Exclusion[];
}
