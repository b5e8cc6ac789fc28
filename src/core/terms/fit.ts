import type { Conventions } from './conventions.ts';
import type { Law } from './law.ts';
import type { DataNote, Exclusion } from './observation.ts';

/** What a fit minimises: the plain sum over rows of the loss of each residual, never a mean. */
export interface Objective {
  /**
   * `least-squares`: r^2. `huber`: r^2/2 up to delta, then delta (|r| - delta/2). `cauchy`: delta^2/2 log(1 + (r/delta)^2).
   * `asymmetric`: huber, `ratio` times for a run below the law, so that the law follows the best runs.
   */
  readonly kind: 'least-squares' | 'huber' | 'cauchy' | 'asymmetric';
  /** `log`: residuals of the logarithm of the response. */
  readonly residual: 'linear' | 'log';
  /** Scale of huber, cauchy and asymmetric, in units of the residual. Default 1e-3. */
  readonly delta?: number;
  /** Of asymmetric. Default 10. */
  readonly ratio?: number;
}

/** How a fit ended; each with a sentence and, where it is not good, the remedy. */
export type FitEnd = 'converged' | 'at-bound' | 'undetermined' | 'out-of-steps' | 'not-finite';

export interface FitStatus {
  readonly end: FitEnd;
  readonly sentence: string;
  readonly remedy?: string;
}

/** What a fit says about how much it can be trusted. */
export interface FitDiagnostics {
  /** Norm of the scale-free gradient at the solution: change of the objective, relative to it, per unit of each coordinate's own scale. */
  readonly gradientNorm: number;
  /** How many of the global starts reached this optimum (within 1e-6 relative), out of `starts`. */
  readonly starts: number;
  readonly startsAgreeing: number;
  /** How far the worst of the polished starts ended above the best, relative to it: 0 where all found the same minimum. */
  readonly startSpread: number;
  /** Condition number of the normal matrix of the parameters that are not at a bound, scaled to a unit diagonal. */
  readonly condition: number;
  readonly correlations: readonly (readonly number[])[];
  readonly boundsHit: readonly string[];
  /** Parameters that can change together, within double precision, without changing the fit. */
  readonly undetermined: readonly string[];
}

/** A law with values. Everything in raw units. Document `isoflop.fit/1`. */
export interface Fit {
  readonly schema: 'isoflop.fit/1';
  readonly law: Law;
  readonly parameters: Readonly<Record<string, number>>;
  readonly objective: number;
  readonly objectiveKind: Objective;
  readonly n: number;
  readonly status: FitStatus;
  readonly diagnostics: FitDiagnostics;
  /** Residuals in the objective's space (observed minus fitted), in row order. */
  readonly residuals: readonly number[];
  /**
   * Standard deviations in the objective's space, where rows were weighed by them: of a run (seed, data order), and of an evaluation
   * (the median, where the table gives them).
   */
  readonly noise?: { readonly run: number; readonly evaluation: number };
  readonly conventions: Partial<Conventions>;
  readonly exclusions: readonly Exclusion[];
  /** What the reader of the table, or the check of it, has to say. */
  readonly notes?: readonly DataNote[];
  /** The column whose values, over their mean, multiply each row's penalty. Default: every row counts alike. */
  readonly weights?: string;
}

export interface Interval {
  /** Such as 0.95. */
  readonly level: number;
  readonly low: number;
  readonly high: number;
}
