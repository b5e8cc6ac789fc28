import { IsoflopError } from '../terms/errors.ts';
import type { Exclusion, Observations } from '../terms/observation.ts';
import { parseCondition } from './condition.ts';

/** A table as it was read: text cells under named columns. */
export interface RecordTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface RecordOptions {
  /** Names to read beside the usual ones (params, tokens, samples, flops, loss, lossError) where a column bears them. */
  readonly words?: readonly string[];
  /** Our word -> the table's column, such as `params -> Model Size`. Columns that already bear our words need none. */
  readonly map?: Readonly<Record<string, string>>;
  /** Rows to leave out first: those of the highest losses. */
  readonly dropHighestLoss?: number;
  /** Then rows to keep, such as `flops < 1e21`. */
  readonly where?: string;
}

/** Words that most laws eat. */
const WORDS = ['params', 'tokens', 'samples', 'flops', 'loss', 'lossError'] as const;
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

/**
 * Turns records into observations: names columns, reads numbers, derives tokens = flops / (6 params) or flops = 6 params tokens
 * where one of the three is missing (convention 6ND), drops the highest losses, then keeps what `where` says. Nothing is
 * repaired: text that is no number is an error, and every row that is left out is listed with its reason.
 */
export function observe(table: RecordTable, options: RecordOptions = {}): Observations {
  const indices = columnIndices(table, options);
  const exclusions: Exclusion[] = [];
  const runOf = (row: readonly string[], index: number): string =>
    indices.has('run') ? row[indices.get('run')!] : `row ${index + 1}`;
  let rows = table.rows.flatMap((cells, index) => {
    const run = runOf(cells, index);
    const values = readRow(cells, indices, index);
    if (values) return [{ run, values, cells }];
    exclusions.push({ run, reason: 'a cell is empty' });
    return [];
  });
  const conventions = derive(rows.map(({ values }) => values));
  rows = dropHighest(rows, options.dropHighestLoss ?? 0, exclusions);
  rows = keepWhere(rows, options.where, table.columns, exclusions);
  const names = [...new Set(rows.flatMap(({ values }) => Object.keys(values)))];
  return {
    rows: rows.length,
    columns: Object.fromEntries(names.map((name) => [name, Float64Array.from(rows, ({ values }) => values[name])])),
    runs: rows.map(({ run }) => run),
    conventions,
    exclusions,
  };
}

interface Row {
  readonly run: string;
  readonly values: Record<string, number>;
  readonly cells: readonly string[];
}

function columnIndices(table: RecordTable, { map = {}, words = [] }: RecordOptions): Map<string, number> {
  const indices = new Map<string, number>();
  for (const [word, column] of Object.entries(map)) {
    const index = table.columns.indexOf(column);
    if (index < 0) {
      throw new IsoflopError('missing', `the table has no column '${column}'`, {
        hint: `Its columns: ${table.columns.join(', ')}.`,
      });
    }
    indices.set(word, index);
  }
  for (const word of [...WORDS, ...words, 'run']) {
    const index = table.columns.indexOf(word);
    if (index >= 0 && !indices.has(word)) indices.set(word, index);
  }
  return indices;
}

function readRow(
  cells: readonly string[],
  indices: ReadonlyMap<string, number>,
  row: number,
): Record<string, number> | undefined {
  const values: Record<string, number> = {};
  for (const [word, index] of indices) {
    if (word === 'run') continue;
    const text = cells[index] ?? '';
    if (text === '') return undefined;
    if (!NUMBER.test(text)) {
      throw new IsoflopError(
        'invalid-input',
        `column '${word}' holds '${text}' in row ${row + 1}, which is no plain number`,
        {
          hint: 'Write it as digits, such as 1.2e7 for 12M.',
        },
      );
    }
    values[word] = Number(text);
  }
  return values;
}

function derive(rows: readonly Record<string, number>[]): Observations['conventions'] {
  const has = (word: string): boolean => rows.length > 0 && word in rows[0];
  if (has('params') && has('flops') && !has('tokens')) {
    for (const row of rows) row.tokens = row.flops / (6 * row.params);
    return { flops: '6ND' };
  }
  if (has('params') && has('tokens') && !has('flops')) {
    for (const row of rows) row.flops = 6 * row.params * row.tokens;
    return { flops: '6ND' };
  }
  return {};
}

function dropHighest(rows: readonly Row[], count: number, exclusions: Exclusion[]): Row[] {
  if (count === 0) return [...rows];
  const dropped = new Set(rows.toSorted((a, b) => b.values.loss - a.values.loss).slice(0, count));
  for (const { run, values } of dropped)
    exclusions.push({ run, reason: `among the ${count} highest losses (${values.loss})` });
  return rows.filter((row) => !dropped.has(row));
}

function keepWhere(
  rows: readonly Row[],
  where: string | undefined,
  columns: readonly string[],
  exclusions: Exclusion[],
): Row[] {
  if (where === undefined) return [...rows];
  const condition = parseCondition(where);
  return rows.filter(({ run, values, cells }) => {
    const keeps = condition((name) => values[name] ?? cells[columns.indexOf(name)]);
    if (!keeps) exclusions.push({ run, reason: `not ${where}` });
    return keeps;
  });
}
