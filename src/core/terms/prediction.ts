import type { Interval } from './fit.ts';

/** A law's forecast of a run that was held out, and of the one that is to be predicted. */
export interface CandidateLaw {
  readonly name: string;
  /**
   * Root mean square relative error of its forecasts of the ladder's own rungs, each from rungs as many times cheaper as the
   * run in question is dearer; null where the ladder is too short.
   */
  readonly heldOutError: number | null;
  /** Forecast of the loss of the run in question. */
  readonly loss: number;
  /** Share in the prediction; the shares of the candidates that are used sum to 1. */
  readonly weight: number;
}

/** What was predicted for a run before it started. Document `isoflop.prediction/1`. */
export interface HeroPrediction {
  readonly schema: 'isoflop.prediction/1';
  readonly run: { readonly params: number; readonly tokens: number; readonly flops: number };
  /** Median of the predictive distribution, nats/token. */
  readonly loss: number;
  /** Intervals for the measured loss of one new run: law and noise together. */
  readonly intervals: readonly Interval[];
  readonly candidates: readonly CandidateLaw[];
  readonly baselines: {
    /** The loss of the most expensive ladder run, carried forward. */
    readonly lastValue: number;
    /** A straight power law through the whole frontier. */
    readonly frontierPowerLaw: number;
  };
  /** Compute of the run over the ladder's largest. */
  readonly reach: number;
  /** Times that the run sees its data. */
  readonly repeats: number;
  readonly drift: {
    readonly drifts: boolean;
    readonly pValue: number;
    readonly sentence: string;
    readonly slopes: readonly { readonly flops: number; readonly slope: number }[];
  };
  /** Why the intervals were widened, or what to beware of. */
  readonly warnings: readonly string[];
}
