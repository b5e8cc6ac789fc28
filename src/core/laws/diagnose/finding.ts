import { exp } from '../../math/elementary.ts';

/** What each detector looks for. */
export type DetectorId =
  | 'levels'
  | 'diverged'
  | 'unfinished'
  | 'duplicates'
  | 'conventions'
  | 'schedules'
  | 'learning-rate'
  | 'outliers'
  | 'shallow'
  | 'floor'
  | 'steepening'
  | 'flattening'
  | 'rise'
  | 'peak'
  | 'flat';

/** `alarm`: it is there. `fine`: an effect that matters would have been seen. `cannot-tell`: it might be there unseen. */
export type FindingVerdict = 'alarm' | 'cannot-tell' | 'fine';

/** What one detector says. */
export interface Finding {
  readonly id: DetectorId;
  readonly verdict: FindingVerdict;
  /** The evidence, with its numbers. */
  readonly sentence: string;
  /** Chance of evidence at least as strong in clean data; null where the detector follows a rule and not a test. */
  readonly pValue: number | null;
  /** Size of the effect, in the detector's own unit (docs/laws/diagnosis.md); null where it has none. */
  readonly effect: number | null;
  /** Smallest effect that these data would show with a chance of 95 %. */
  readonly resolves: number | null;
  readonly remedy?: string;
  /** Rows concerned, as places in the table that was given, from 0. */
  readonly rows: readonly number[];
}

/**
 * False-alarm level of each test in clean data. A floor is the right verdict in data that have one, so its level counts only where there is none.
 * Together at most .047 without a
 * floor and .012 with one; those of a column of its own (.002) count only where it is there. Rules (diverged,
 * unfinished, duplicates, conventions, levels) have no level: clean data cannot break them.
 */
export const LEVEL = {
  floor: 0.035,
  outliers: 0.003,
  flattening: 0.003,
  steepening: 0.002,
  rise: 0.002,
  peak: 0.002,
  shallow: 0.001,
  schedules: 0.0005,
  'learning-rate': 0.0005,
} as const satisfies Partial<Record<DetectorId, number>>;

/** Power at which the smallest visible effect is stated. */
export const POWER = 0.95;

/** A finding of a rule: no p-value, no effect. */
export const ruled = (
  id: DetectorId,
  verdict: FindingVerdict,
  sentence: string,
  rows: readonly number[] = [],
  remedy?: string,
): Finding => ({
  id,
  verdict,
  sentence,
  pValue: null,
  effect: null,
  resolves: null,
  rows,
  ...(remedy === undefined ? {} : { remedy }),
});

/** "p = .004", "p < .001" */
export const pText = (p: number): string => (p < 0.001 ? 'p < .001' : `p = ${p.toFixed(3).replace(/^0/, '')}`);

/** A relative change of the loss from its logarithm: "+3.4 %". */
export const percentText = (change: number): string => {
  const percent = 100 * (exp(change) - 1);
  const digits = Math.abs(percent) < 1 ? 2 : 1;
  return `${percent >= 0 ? '+' : '-'}${Math.abs(percent).toFixed(digits)} %`;
};

/** 12345678 -> "1.23e7"; plain digits below 10,000. */
export const countText = (value: number): string =>
  value < 1e4 ? String(Number(value.toPrecision(3))) : value.toExponential(2).replace('e+', 'e').replace('.00e', 'e');
