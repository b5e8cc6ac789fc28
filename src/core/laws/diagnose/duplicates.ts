import type { Observations } from '../../terms/observation.ts';
import { ruled } from './finding.ts';
import type { Finding } from './finding.ts';

/** Digits from which on two runs do not end at the same loss by chance. */
const TELLING_DIGITS = 6;
/** Runs that end at the loss of another size: one pair may be chance, this share is not. */
const MANY = 0.05;

/** The rows that repeat another exactly, beyond the first of each, and those that share a loss to many digits. */
export function detectDuplicates(data: Observations): Finding {
  const copies = copiesIn(data);
  const telling = rowsOf(data).filter(
    (row) => !copies.includes(row) && digitsOf(data.columns.loss[row]) >= TELLING_DIGITS,
  );
  const shared = repeats(telling, (row) => String(data.columns.loss[row]));
  const isMany = shared.length > MANY * data.rows;
  if (copies.length === 0 && !isMany) return ruled('duplicates', 'fine', 'No row repeats another.');
  const parts = [
    copies.length > 0
      ? `${copies.length} ${copies.length === 1 ? 'row repeats' : 'rows repeat'} another in every column`
      : '',
    isMany ? `${shared.length} rows of other runs have the same loss to ${TELLING_DIGITS} digits and more` : '',
  ].filter((part) => part !== '');
  return ruled(
    'duplicates',
    'alarm',
    `${parts.join('; ')}${isMany ? ': digitised, or one evaluation written to several rows' : ''}.`,
    [...copies, ...(isMany ? shared : [])].sort((a, b) => a - b),
    copies.length > 0
      ? 'Leave the copies out (the verdict here does): they make every interval too narrow.'
      : 'Runs that share a number are not independent: intervals are too narrow.',
  );
}

/** Exact copies of an earlier row. */
export function copiesIn(data: Observations): number[] {
  const columns = Object.values(data.columns);
  return repeats(rowsOf(data), (row) => columns.map((column) => column[row]).join(' '));
}

const rowsOf = (data: Observations): number[] => Array.from({ length: data.rows }, (_, row) => row);

/** Rows whose key an earlier one has. */
const repeats = (rows: readonly number[], keyOf: (row: number) => string): number[] =>
  [...Map.groupBy(rows, keyOf).values()].flatMap((same) => same.slice(1));

const digitsOf = (value: number): number =>
  String(value).replace(/e.*$/, '').replace(/[-.]/g, '').replace(/^0+/, '').length;
