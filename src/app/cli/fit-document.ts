import type { Misspecification } from '../../core/laws/index.ts';
import type { Fit, Interval } from '../../core/terms/fit.ts';
import type { IntervalMethod } from './intervals.ts';

/** `fit --json` prints a fit with the table it saw, so that `predict` can give intervals. */
export interface FitDocument extends Fit {
  readonly intervals: Readonly<Record<string, Interval>>;
  readonly intervalMethod: IntervalMethod;
  /** Whether the runs bear the law out; absent in documents of older versions. */
  readonly misspecification?: Misspecification;
  readonly data: { readonly columns: Readonly<Record<string, readonly number[]>>; readonly runs: readonly string[] };
}
