import type { Fit, Interval } from '../../core/terms/fit.ts';

/** `fit --json` prints a fit with the table it saw, so that `predict` can give intervals. */
export interface FitDocument extends Fit {
  readonly intervals: Readonly<Record<string, Interval>>;
  readonly intervalMethod: 'delta' | 'bootstrap';
  readonly data: { readonly columns: Readonly<Record<string, readonly number[]>>; readonly runs: readonly string[] };
}
