import { IsoflopError } from '../terms/errors.ts';
import { parseCondition } from './condition.ts';
import type { RecordTable } from './records.ts';

/** One side of a join: a table and the column of numbers that it gives. */
export interface JoinSide {
  readonly table: RecordTable;
  /** Column of each name that the join gives. */
  readonly columns: Readonly<Record<string, string>>;
  /** Columns whose empty cells are NaN instead of leaving the pair out. */
  readonly optional?: Readonly<Record<string, string>>;
  /** Rows to keep. */
  readonly where?: string | undefined;
}

export interface JoinedRow {
  /** The keys, with blanks between. */
  readonly key: string;
  readonly values: Readonly<Record<string, number>>;
  /** Text of a column of the first table. */
  cell(column: string): string | undefined;
}

export interface Joined {
  readonly rows: readonly JoinedRow[];
  /** Rows of the first and of the second table that have no partner, and pairs with an empty cell. */
  readonly unmatched: readonly [number, number];
  readonly empty: number;
}

/**
 * Rows of two tables that agree in the key columns, which must name a row of each. Text that is no number is an error; pairs with an
 * empty cell are counted and left out.
 */
export function join(first: JoinSide, second: JoinSide, keys: readonly string[]): Joined {
  const [left, right] = [keyed(first, keys), keyed(second, keys)];
  const matched = [...left].filter(([key]) => right.has(key));
  const rows = matched.flatMap(([key, cells]): JoinedRow[] => {
    const values = { ...numbers(first, cells, key), ...numbers(second, right.get(key)!, key) };
    if (Object.values(values).some((value) => value === undefined)) return [];
    const cell = (column: string): string | undefined => cells[first.table.columns.indexOf(column)];
    return [{ key, values: values as Record<string, number>, cell }];
  });
  return {
    rows,
    unmatched: [left.size - matched.length, right.size - matched.length],
    empty: matched.length - rows.length,
  };
}

function placeOf({ columns }: RecordTable, name: string): number {
  const place = columns.indexOf(name);
  if (place >= 0) return place;
  throw new IsoflopError('missing', `the table has no column '${name}'`, {
    hint: `Its columns: ${columns.join(', ')}.`,
  });
}

function keyed({ table, where }: JoinSide, keys: readonly string[]): Map<string, readonly string[]> {
  const places = keys.map((name) => placeOf(table, name));
  const keeps = where === undefined ? () => true : parseCondition(where);
  const found = new Map<string, readonly string[]>();
  for (const cells of table.rows) {
    if (!keeps((name) => cells[table.columns.indexOf(name)])) continue;
    const key = places.map((place) => cells[place]).join(' ');
    if (found.has(key)) {
      throw new IsoflopError('invalid-input', `two rows are called '${key}' by ${keys.join(', ')}`, {
        hint: 'Name more columns with --join, or keep one of them with a condition.',
      });
    }
    found.set(key, cells);
  }
  return found;
}

function numbers(
  { table, columns, optional = {} }: JoinSide,
  cells: readonly string[],
  key: string,
): Record<string, number | undefined> {
  const read = (column: string, whereEmpty: number | undefined): number | undefined => {
    const text = cells[placeOf(table, column)] ?? '';
    if (text === '') return whereEmpty;
    const value = Number(text);
    if (Number.isFinite(value)) return value;
    throw new IsoflopError(
      'invalid-input',
      `column '${column}' holds '${text}' for '${key}', which is no plain number`,
    );
  };
  return Object.fromEntries([
    ...Object.entries(columns).map(([name, column]) => [name, read(column, undefined)] as const),
    ...Object.entries(optional).map(([name, column]) => [name, read(column, NaN)] as const),
  ]);
}
