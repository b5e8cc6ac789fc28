import type { Conventions } from './conventions.ts';

/** A row that was left out of the table, and why: shown to the user, never silent. */
export interface Exclusion {
  readonly run: string;
  readonly reason: string;
  /** Line of the file, from 1, where the row came from one that has lines. */
  readonly line?: number;
  /** The column at fault, as our words name it, and what its cell held. */
  readonly column?: string;
  readonly text?: string;
}

/** Something about the table that is no fault but that whoever reads the fit must know. */
export interface DataNote {
  /**
   * `numbers`: text was read as numbers, as asked. `repeats`: rows are equal in every column that is read. `unread`: a column that nothing
   * asked for is not complete and was left out. `one-run`: all rows belong to one run.
   */
  readonly kind: 'numbers' | 'repeats' | 'unread' | 'one-run';
  /** Cells, rows or columns that it is about. */
  readonly count: number;
  readonly sentence: string;
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
  readonly notes?: readonly DataNote[];
  /** Line of the file that each row came from, where it has lines. */
  readonly lines?: readonly number[];
}
