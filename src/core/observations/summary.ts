import type { Exclusion } from '../terms/observation.ts';

/** Line numbers that a summary names at most. */
const MOST_RANGES = 12;

/** Rows that were left out for the same reason. */
export interface ExclusionGroup {
  readonly reason: string;
  readonly count: number;
  /** Such as `3, 7-9 and 41 more`; empty where the rows have no lines. */
  readonly lines: string;
}

/** What was left out, one entry a reason, the most frequent first; what stands in brackets belongs to a single row. */
export function summarize(exclusions: readonly Exclusion[]): ExclusionGroup[] {
  const groups = Map.groupBy(exclusions, ({ reason }) => reason.replace(/ \([^()]*\)$/, ''));
  return [...groups]
    .map(([reason, rows]) => ({
      reason,
      count: rows.length,
      lines: ranges(rows.flatMap(({ line }) => (line === undefined ? [] : [line]))),
    }))
    .sort((a, b) => b.count - a.count);
}

/** `3, 7-9 and 41 more` from line numbers. */
export function ranges(numbers: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const value of numbers.toSorted((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last && value === last[1] + 1) last[1] = value;
    else runs.push([value, value]);
  }
  const shown = runs.slice(0, MOST_RANGES).map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`));
  const rest = runs.slice(MOST_RANGES).reduce((sum, [from, to]) => sum + to - from + 1, 0);
  return shown.join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
