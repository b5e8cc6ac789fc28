import { IsoflopError } from '../terms/errors.ts';
import { counted, isReserved } from '../terms/names.ts';
import type { DataNote, Exclusion, Observations } from '../terms/observation.ts';
import { ColumnIndex } from './columns.ts';
import { parseCondition } from './condition.ts';
import { deriveCounts, sourcesOf } from './derive.ts';
import { withoutCopies } from './duplicates.ts';
import type { DuplicateRule } from './duplicates.ts';
import { readNumber } from './numbers.ts';
import type { NumberKind } from './numbers.ts';
import { excluded, faultError, RowReader } from './rows.ts';
import type { Row } from './rows.ts';
import { summarize } from './summary.ts';
import type { RecordTable } from './table.ts';

export interface RecordOptions {
  /**
   * Words that are needed, such as a law's variables and response: a row without one of them is left out. Other words that the table
   * has (params, tokens, samples, flops, loss, lossError) come along where they are complete. Default: all of those are needed.
   */
  readonly words?: readonly string[];
  /** Our word -> the table's column, such as `params -> Model Size`, or `#3` for the third. What is mapped is needed. */
  readonly map?: Readonly<Record<string, string>>;
  /** Ways of writing numbers that are read beside plain digits. Default: none. */
  readonly numbers?: readonly NumberKind[];
  /** Leave out rows with text, NaN or infinities where a number is needed, or with too few or too many cells. Default: they are an error. */
  readonly dropBadRows?: boolean;
  /** Rows to leave out first: those of the highest losses. */
  readonly dropHighestLoss?: number;
  /** Then rows to keep, such as `flops < 1e21`. */
  readonly where?: string;
  /** Rows that copy another in every cell. Default: refuse. */
  readonly duplicates?: DuplicateRule;
}

/** Words that most laws eat. */
const WORDS = ['params', 'tokens', 'samples', 'flops', 'loss', 'lossError'];

/**
 * Turns records into observations: names columns, reads numbers, derives tokens = flops / (6 params) or flops = 6 params tokens
 * where one of the three is missing (convention 6ND), drops the highest losses, keeps what `where` says, and refuses copies. Nothing is
 * repaired: text that is no number is an error, and every row that is left out is listed with its reason.
 */
export function observe(table: RecordTable, options: RecordOptions = {}): Observations {
  const columns = new ColumnIndex(table.columns);
  const places = placesOf(columns, options);
  const required = requiredWords(places, options);
  const reader = new RowReader(table, places, required, options.numbers ?? []);
  const exclusions: Exclusion[] = [];
  const read = table.rows.map((_, index) => reader.read(index));
  for (const word of reader.incomplete.keys()) for (const { values } of read) values.delete(word);
  const { rows: derived, conventions } = deriveCounts(read, new Set(reader.incomplete.keys()));
  const usable = derived.filter((row) => {
    const isOut = row.fault !== undefined && (row.fault.kind === 'empty' || options.dropBadRows === true);
    if (isOut) exclusions.push(excluded(row, row.fault.reason));
    return !isOut;
  });
  const ranked = dropHighest(usable, options.dropHighestLoss ?? 0, exclusions);
  const wanted = keepWhere(ranked, columns, options, exclusions);
  const faulty = wanted.filter(({ fault }) => fault !== undefined);
  if (faulty.length > 0) throw faultError(table, faulty);
  const { rows, notes } = withoutCopies(table, wanted, options.duplicates ?? 'refuse', exclusions);
  if (rows.length === 0) throw nothingLeft(table, exclusions);
  const names = [...rows[0].values.keys()];
  const { lines } = table;
  return {
    rows: rows.length,
    columns: Object.fromEntries(
      names.map((name) => [name, Float64Array.from(rows, ({ values }) => values.get(name)!)]),
    ),
    runs: rows.map(({ run }) => run),
    conventions,
    exclusions,
    notes: [...notes, ...numberNotes(rows, places, options), ...unreadNotes(reader)],
    ...(lines ? { lines: rows.map(({ index }) => lines[index]) } : {}),
  };
}

/** Our words and the places of their columns. */
function placesOf(columns: ColumnIndex, { map = {}, words = [] }: RecordOptions): Map<string, number> {
  const places = new Map<string, number>();
  for (const [word, column] of Object.entries(map)) {
    if (isReserved(word)) throw new IsoflopError('invalid-input', `'${word}' cannot be the name of a column`);
    places.set(word, columns.get(column, `'${word}=${column}'`));
  }
  for (const word of [...WORDS, ...words, 'run']) {
    if (places.has(word) || isReserved(word)) continue;
    const place = columns.find(word);
    if (place !== undefined) places.set(word, place);
  }
  return places;
}

function requiredWords(places: ReadonlyMap<string, number>, options: RecordOptions): Set<string> {
  const { words, map = {}, dropHighestLoss = 0 } = options;
  if (dropHighestLoss > 0 && !places.has('loss')) {
    throw new IsoflopError('missing', "the highest losses cannot be dropped: the table has no column 'loss'", {
      hint: 'Name it with --map loss=COLUMN.',
    });
  }
  if (!words) return new Set(places.keys());
  const direct = [...words, ...Object.keys(map), ...(dropHighestLoss > 0 ? ['loss'] : [])];
  return new Set(direct.flatMap((word) => (places.has(word) ? [word] : sourcesOf(word))));
}

function dropHighest(rows: readonly Row[], count: number, exclusions: Exclusion[]): readonly Row[] {
  if (count === 0) return rows;
  const lossOf = ({ values }: Row): number => values.get('loss') ?? -Infinity;
  const dropped = new Set(rows.toSorted((a, b) => lossOf(b) - lossOf(a)).slice(0, count));
  for (const row of dropped) exclusions.push(excluded(row, `among the ${count} highest losses (${lossOf(row)})`));
  return rows.filter((row) => !dropped.has(row));
}

function keepWhere(
  rows: readonly Row[],
  columns: ColumnIndex,
  { where, numbers }: RecordOptions,
  exclusions: Exclusion[],
): readonly Row[] {
  if (where === undefined) return rows;
  const words = rows.length > 0 ? [...rows[0].values.keys()] : [];
  const condition = parseCondition(where, numbers, [...new Set([...words, ...columns.names])]);
  return rows.filter((row) => {
    const lookup = (name: string): string | number | undefined => {
      const value = row.values.get(name);
      if (value !== undefined) return value;
      const place = columns.find(name);
      return place === undefined ? undefined : (row.cells[place] ?? '');
    };
    const keeps = condition(lookup);
    if (!keeps) exclusions.push(excluded(row, `not ${where}`));
    return keeps;
  });
}

const AS: Readonly<Record<NumberKind, string>> = {
  suffixes: 'with a suffix',
  commas: 'with commas between thousands',
  percent: 'with a percent sign',
};

/** What was read as a number only because it was asked for: how many cells of each column, with an example. */
function numberNotes(
  rows: readonly Row[],
  places: ReadonlyMap<string, number>,
  { numbers }: RecordOptions,
): DataNote[] {
  if (!numbers?.length) return [];
  return [...places].flatMap(([word, place]) => {
    if (word === 'run' || !rows[0].values.has(word)) return [];
    const found = new Map<string, { count: number; example: string }>();
    for (const { cells } of rows) {
      const reading = readNumber(cells[place], numbers);
      if (!('value' in reading) || reading.kinds.length === 0) continue;
      const how = reading.kinds.map((kind) => AS[kind]).join(' and ');
      const same = found.get(how) ?? { count: 0, example: `'${cells[place]}' as ${reading.value}` };
      found.set(how, { ...same, count: same.count + 1 });
    }
    return [...found].map(([how, { count, example }]) => ({
      kind: 'numbers' as const,
      count,
      sentence: `${counted(count, 'cell')} of '${word}' read as ${count === 1 ? 'a number' : 'numbers'} ${how}, such as ${example}.`,
    }));
  });
}

function unreadNotes({ incomplete }: RowReader): DataNote[] {
  return [...incomplete].map(([word, count]) => ({
    kind: 'unread',
    count,
    sentence: `Column '${word}' is not used: ${counted(count, 'cell')} of it hold no number, and nothing asked for it.`,
  }));
}

function nothingLeft({ path }: RecordTable, exclusions: readonly Exclusion[]): IsoflopError {
  const reasons = summarize(exclusions).map(({ count, reason }) => `${count} ${reason}`);
  const shown = reasons.slice(0, 4).join('; ');
  return new IsoflopError('invalid-input', reasons.length > 0 ? `no row is left: ${shown}` : 'the table has no rows', {
    hint: 'Look at --map and --where.',
    ...(path === undefined ? {} : { path }),
  });
}
