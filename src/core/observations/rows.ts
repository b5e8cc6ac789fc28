import { IsoflopError } from '../terms/errors.ts';
import type { Exclusion } from '../terms/observation.ts';
import { counted } from '../terms/names.ts';
import { readNumber } from './numbers.ts';
import type { NumberKind } from './numbers.ts';
import type { RecordTable } from './table.ts';

/** Why a row cannot be used as it stands. */
export interface Fault {
  readonly kind: 'empty' | 'not-finite' | 'text' | 'ragged';
  /** As it is listed beside a row that was left out, and as it is said in an error. */
  readonly reason: string;
  readonly sentence: string;
  readonly hint: string;
  readonly column?: string;
  readonly text?: string;
}

/** One row of the table: what was read of it, and the first thing that is wrong with it. */
export interface Row {
  readonly index: number;
  readonly run: string;
  readonly line?: number;
  readonly cells: readonly string[];
  /** By our word; a word whose cell is no number is not there. */
  readonly values: Map<string, number>;
  readonly fault?: Fault;
}

const DROP = '--drop-bad-rows leaves such rows out and lists them';
/** A cell that is quoted in a message is cut here. */
const LONGEST_QUOTE = 40;

/** Reads numbers out of rows, and counts what took more than plain digits to read. */
export class RowReader {
  private readonly table: RecordTable;
  /** Our word -> place of its column. */
  private readonly places: ReadonlyMap<string, number>;
  private readonly required: ReadonlySet<string>;
  private readonly kinds: readonly NumberKind[];
  /** Word -> the columns that nothing asked for and that are not complete: how many cells are no number. */
  readonly incomplete = new Map<string, number>();

  constructor(
    table: RecordTable,
    places: ReadonlyMap<string, number>,
    required: ReadonlySet<string>,
    kinds: readonly NumberKind[],
  ) {
    this.table = table;
    this.places = places;
    this.required = required;
    this.kinds = kinds;
  }

  read(index: number): Row {
    const cells = this.table.rows[index];
    const line = this.table.lines?.[index];
    const runPlace = this.places.get('run');
    const run = runPlace === undefined ? `row ${index + 1}` : (cells[runPlace] ?? '');
    const values = new Map<string, number>();
    const row = { index, run, cells, values, ...(line === undefined ? {} : { line }) };
    const { length } = this.table.columns;
    if (cells.length !== length) return { ...row, fault: raggedFault(cells.length, length) };
    const fault = this.readCells(cells, values) ?? (run === '' ? emptyFault('run', '') : undefined);
    return fault ? { ...row, fault } : row;
  }

  /** Fills `values`; gives the worst fault of a required cell: text before a number that is none before no value. */
  private readCells(cells: readonly string[], values: Map<string, number>): Fault | undefined {
    const faults: Fault[] = [];
    for (const [word, place] of this.places) {
      if (word === 'run') continue;
      const text = cells[place];
      const reading = readNumber(text, this.kinds);
      if ('value' in reading) values.set(word, reading.value);
      else if (!this.required.has(word)) this.incomplete.set(word, (this.incomplete.get(word) ?? 0) + 1);
      else if (reading.fault === 'empty') faults.push(emptyFault(word, text));
      else if (reading.fault === 'not-finite') faults.push(notFiniteFault(word, text));
      else faults.push(textFault(word, text, reading.written));
    }
    return faults.find(({ kind }) => kind !== 'empty') ?? faults[0];
  }
}

function raggedFault(came: number, wanted: number): Fault {
  return {
    kind: 'ragged',
    reason: `${came} cells where the header has ${wanted}`,
    sentence: `the row has ${came} cells, the header ${wanted}`,
    hint: `Every row needs as many cells as the header: which value belongs to which column is not to be guessed; ${DROP}.`,
  };
}

const quote = (text: string): string =>
  text.length > LONGEST_QUOTE ? `'${text.slice(0, LONGEST_QUOTE)}...'` : `'${text}'`;

const emptyFault = (column: string, text: string): Fault => ({
  kind: 'empty',
  reason: text === '' ? `'${column}' is empty` : `'${column}' is ${quote(text)}: no value`,
  sentence: `'${column}' has no value`,
  hint: 'Fill it in.',
  column,
  text,
});

const notFiniteFault = (column: string, text: string): Fault => ({
  kind: 'not-finite',
  reason: `'${column}' is no finite number (${quote(text)})`,
  sentence: `column '${column}' holds ${quote(text)}, which is no finite number`,
  hint: `Did the run diverge? A law needs finite numbers. Keep other rows with --where; ${DROP}.`,
  column,
  text,
});

function textFault(column: string, text: string, written?: { value: number; kinds: readonly NumberKind[] }): Fault {
  const asked = written
    ? `--numbers ${written.kinds.join(',')} reads it as ${written.value}`
    : 'Write it as digits, such as 1.2e7';
  return {
    kind: 'text',
    reason: `'${column}' is no plain number (${quote(text)})`,
    sentence: `column '${column}' holds ${quote(text)}, which is no plain number`,
    hint: `${asked}; ${DROP}.`,
    column,
    text,
  };
}

/** A row as it is listed among those left out. */
export function excluded({ run, line, fault }: Row, reason: string): Exclusion {
  return {
    run,
    reason,
    ...(line === undefined ? {} : { line }),
    ...(fault?.column === undefined ? {} : { column: fault.column }),
    ...(fault?.text === undefined ? {} : { text: fault.text }),
  };
}

/** Where a row stands, for `path` of an error and within a sentence. */
export const placeOf = ({ path }: RecordTable, { line }: Row): string | undefined =>
  path !== undefined && line !== undefined ? `${path}:${line}` : path;

/** The error for rows that cannot be used: the first of them, and how many more there are. */
export function faultError(table: RecordTable, faulty: readonly Row[]): IsoflopError {
  const [first, ...rest] = faulty;
  const { sentence, hint } = first.fault!;
  const where = first.line === undefined ? ` in row ${first.index + 1}` : '';
  const more = rest.length > 0 ? ` (and ${counted(rest.length, 'more row')} with such faults)` : '';
  const path = placeOf(table, first);
  return new IsoflopError(
    'invalid-input',
    `${sentence}${where}${more}`,
    path === undefined ? { hint } : { hint, path },
  );
}
