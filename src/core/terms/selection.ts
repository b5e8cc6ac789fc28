import type { Conventions } from './conventions.ts';
import type { Objective } from './fit.ts';
import type { Law } from './law.ts';
import type { Exclusion } from './observation.ts';

/** One row forecast from cheaper rows only. */
export interface HeldOutError {
  /** Largest cost that the forecaster saw, and the cost of the row it forecast. */
  readonly origin: number;
  readonly cost: number;
  /** Observed minus forecast, in the space of the residuals: of the logarithm unless told otherwise. */
  readonly error: number;
}

/**
 * A part of a forecast: the law with its parameters, plus `shift`; or `shift` alone, a constant. In the space of the residuals, so
 * that a shift of the logarithm is a factor. Forecasts are sums of parts by weight.
 */
export interface ForecastPart {
  /** The candidate that it comes from, such as `power-law@4`, or `last value`. */
  readonly of: string;
  /** Id of a law of the document's `laws`; null for a constant. */
  readonly law: string | null;
  readonly parameters: Readonly<Record<string, number>>;
  readonly shift: number;
  /** The weights of a candidate's parts sum to 1. */
  readonly weight: number;
}

/**
 * `last-value`: the loss at the largest cost, carried forward: the baseline. `local-average`: of the last few values. `law`: as
 * fitted. `anchored-law`: shifted so that it passes the last value, or the mean of the last few. `average`: of anchored laws and the
 * last value, by weights from held-out errors.
 */
export type CandidateKind = 'last-value' | 'local-average' | 'law' | 'anchored-law' | 'average';

/** What was compared, and how well it forecast. */
export interface SelectionCandidate {
  readonly name: string;
  readonly kind: CandidateKind;
  /** Root mean square of the held-out errors, recent origins counting more; null where no origin left it enough rows. */
  readonly error: number | null;
  /** Its error over the last value's on the same rows; below 1 beats the baseline. */
  readonly ratio: number | null;
  /** Origins at which it was tried, and at how many of them it beat the last value. */
  readonly origins: number;
  readonly wins: number;
  readonly heldOut: readonly HeldOutError[];
  readonly parts: readonly ForecastPart[];
}

/** Candidate laws compared by held-out extrapolation along the cost. Document `isoflop.select/1`. */
export interface Selection {
  readonly schema: 'isoflop.select/1';
  /** The variable along which rows are held out. */
  readonly axis: string;
  readonly response: string;
  readonly objective: Objective;
  readonly rows: number;
  readonly largestCost: number;
  /** How many times the largest cost is to be forecast; origins look as far ahead. */
  readonly reach: number;
  /** Origins, and how many forecasts there are that share no held-out row. */
  readonly origins: number;
  readonly independent: number;
  /** By held-out error, the best first; those that could not be tried come last. */
  readonly candidates: readonly SelectionCandidate[];
  /** Name of the candidate to use. */
  readonly selected: string;
  /** Name of the best single law, anchored or not, even where an average or the last value is selected. */
  readonly bestLaw: string | null;
  readonly beatsLastValue: boolean;
  /** What was selected, by how much, and why. */
  readonly sentence: string;
  readonly laws: readonly Law[];
  /** Laws that were asked for and could not be fitted. */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  readonly conventions: Partial<Conventions>;
  readonly exclusions: readonly Exclusion[];
}
