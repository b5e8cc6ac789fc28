import { summarize } from '../../core/observations/summary.ts';
import type { DataNote, Exclusion } from '../../core/terms/observation.ts';
import { wrap } from './wrap.ts';

/** What a person must know of a table that was read: how many rows are used, why the others are not, and what was noticed. */
export function recordsLines(
  rows: number,
  exclusions: readonly Exclusion[],
  notes: readonly DataNote[] = [],
): string[] {
  const total = rows + exclusions.length;
  const count = exclusions.length > 0 ? [`  ${rows} of ${total} rows used`] : [];
  const groups = summarize(exclusions).flatMap(({ reason, count: size, lines }) =>
    wrap(
      `    ${size} left out: ${reason}${lines === '' ? '' : ` (${size === 1 ? 'line' : 'lines'} ${lines})`}`,
      '      ',
    ),
  );
  return [...count, ...groups, ...notes.flatMap(({ sentence }) => wrap(`  Note: ${sentence}`, '    '))];
}
