import type { Allocation } from '../plan/allocation.ts';
import type { Profile } from '../laws/isoflop/parabola.ts';
import type { Fit } from '../terms/fit.ts';
import type { HeroPrediction } from '../terms/prediction.ts';

/** One run as the report shows it. Counts are raw; `params` non-lookup, `flops` exact. */
export interface RunRow {
  readonly id: string;
  readonly role: string;
  readonly width: number;
  readonly params: number;
  readonly tokens: number;
  readonly flops: number;
  readonly steps: number;
  readonly learningRate: number;
  readonly batchTokens: number;
  readonly seed: number;
  /** Times that the run saw its data. */
  readonly repeats: number;
  readonly state: string;
  readonly loss: number | null;
  readonly lossError: number | null;
  /** Why the run is not in the fit; null where it is. */
  readonly excluded: string | null;
  /** Training loss over tokens. */
  readonly curve: readonly { readonly tokens: number; readonly loss: number }[];
}

/** Names and values of the methods card, in order. */
export type MethodsCard = readonly (readonly [name: string, value: string])[];

/** All that a report shows, as plain data. Document `isoflop.report/1`. */
export interface StudyReport {
  readonly schema: 'isoflop.report/1';
  readonly study: string;
  /** ISO 8601. */
  readonly madeAt: string;
  readonly tuning: readonly RunRow[];
  readonly chosen: { readonly learningRate: number; readonly batchTokens: number };
  readonly ladder: readonly RunRow[];
  readonly hero: RunRow | null;
  /** Laws fitted to the path, the first being the one that is drawn. */
  readonly fits: readonly Fit[];
  readonly surface: Fit | null;
  readonly profiles: readonly Profile[];
  /** The best split of the hero's budget, with where it comes from. */
  readonly allocation: (Allocation & { readonly source: string }) | null;
  readonly prediction: (HeroPrediction & { readonly madeAt: string; readonly fitHash: string }) | null;
  /** Why there is no prediction. */
  readonly refusal: string | null;
  readonly warnings: readonly string[];
  readonly methods: MethodsCard;
}

/** How good the prediction was; null before the hero has ended. */
export interface Outcome {
  readonly predicted: number;
  readonly actual: number;
  /** predicted / actual - 1 */
  readonly error: number;
  readonly insideLevel: { readonly 90: boolean; readonly 95: boolean };
  readonly baselineErrors: { readonly lastValue: number; readonly frontierPowerLaw: number };
}

export function outcomeOf({ prediction, hero }: StudyReport): Outcome | null {
  if (!prediction || hero?.loss == null || hero.excluded !== null) return null;
  const actual = hero.loss;
  const inside = (level: number): boolean => {
    const interval = prediction.intervals.find((one) => one.level === level);
    return interval !== undefined && actual >= interval.low && actual <= interval.high;
  };
  return {
    predicted: prediction.loss,
    actual,
    error: prediction.loss / actual - 1,
    insideLevel: { 90: inside(0.9), 95: inside(0.95) },
    baselineErrors: {
      lastValue: prediction.baselines.lastValue / actual - 1,
      frontierPowerLaw: prediction.baselines.frontierPowerLaw / actual - 1,
    },
  };
}
