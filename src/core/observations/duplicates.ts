import { IsoflopError } from '../terms/errors.ts';
import type { DataNote, Exclusion } from '../terms/observation.ts';
import { counted } from '../terms/names.ts';
import type { RecordTable } from './table.ts';
import { excluded, placeOf } from './rows.ts';
import type { Row } from './rows.ts';

/** What becomes of rows that are copies of another in every cell. */
export type DuplicateRule = 'refuse' | 'keep' | 'drop';

/** No text holds it. */
const BETWEEN = '\u0000';

export interface Distinct {
  readonly rows: readonly Row[];
  readonly notes: readonly DataNote[];
}

/**
 * Rows that copy another in every cell: one measurement pasted twice, which would count twice. They are refused unless told to
 * keep or drop them. Rows that differ somewhere but not in what is read stay and are noted.
 */
export function withoutCopies(
  table: RecordTable,
  rows: readonly Row[],
  rule: DuplicateRule,
  exclusions: Exclusion[],
): Distinct {
  const copies = repeated(rows, ({ cells }) => cells.join(BETWEEN));
  if (copies.size > 0 && rule === 'refuse') throw refusal(table, copies);
  if (rule === 'drop') {
    for (const [row, first] of copies) exclusions.push(excluded(row, `a copy of another row (${nameOf(first)})`));
  }
  const kept = rule === 'drop' ? rows.filter((row) => !copies.has(row)) : rows;
  const alike = repeated(kept, ({ values }) => [...values.values()].join()).size;
  const words = [...(kept[0]?.values.keys() ?? [])].join(', ');
  const sentence = `${counted(alike, 'row')} ${alike === 1 ? 'repeats' : 'repeat'} another in all that is read (${words}) and ${alike === 1 ? 'stays' : 'stay'}.`;
  return { rows: kept, notes: alike > 0 ? [{ kind: 'repeats', count: alike, sentence }] : [] };
}

/** Rows after the first of their key, each with that first one. */
function repeated(rows: readonly Row[], keyOf: (row: Row) => string): Map<Row, Row> {
  const firsts = new Map<string, Row>();
  const copies = new Map<Row, Row>();
  for (const row of rows) {
    const key = keyOf(row);
    const first = firsts.get(key);
    if (first) copies.set(row, first);
    else firsts.set(key, row);
  }
  return copies;
}

const nameOf = ({ line, index }: Row): string => (line === undefined ? `row ${index + 1}` : `line ${line}`);

function refusal(table: RecordTable, copies: ReadonlyMap<Row, Row>): IsoflopError {
  const [[row, first]] = copies;
  const more = copies.size > 1 ? ` (and ${copies.size - 1} more copies)` : '';
  const path = placeOf(table, row);
  return new IsoflopError(
    'invalid-input',
    `${nameOf(row)} is a copy of ${nameOf(first)} in every cell${more}: a measurement that stands twice counts twice`,
    {
      hint: 'Take the copies out with --duplicates drop, or, where they are runs of their own, keep them with --duplicates keep.',
      ...(path === undefined ? {} : { path }),
    },
  );
}
