import { readFileSync, statSync } from 'node:fs';
import { extname } from 'node:path';
import type { RecordTable } from '../../core/observations/table.ts';
import { IsoflopError } from '../../core/terms/errors.ts';
import { parseCsv } from '../files/csv.ts';
import type { ParsedRecord } from '../files/csv.ts';
import { fileError } from '../files/errors.ts';
import { parseJson, tableOfObjects } from './json.ts';

/** A table is held in memory whole, as text and as cells. */
const LARGEST_FILE_BYTES = 256 << 20;

/** First bytes of files that are no text, and what to do with them. */
const OTHER_FORMATS: readonly { readonly start: readonly number[]; readonly is: string; readonly hint: string }[] = [
  {
    start: [0x50, 0x41, 0x52, 0x31],
    is: 'a Parquet file',
    hint: 'Save it as CSV: pandas.read_parquet(FILE).to_csv(...).',
  },
  {
    start: [0x50, 0x4b, 3, 4],
    is: 'a spreadsheet or zip archive',
    hint: 'Save the sheet as CSV, or unpack the archive.',
  },
  { start: [0x1f, 0x8b], is: 'compressed (gzip)', hint: 'Unpack it with gunzip.' },
  { start: [0xff, 0xfe], is: 'UTF-16 text', hint: 'Save it as UTF-8.' },
  { start: [0xfe, 0xff], is: 'UTF-16 text', hint: 'Save it as UTF-8.' },
];

/**
 * Reads records from a CSV (or tab-separated .tsv), JSON (array of objects) or JSONL file; every cell stays as it was written, and every
 * row knows its line.
 */
export function readRecords(path: string): RecordTable {
  const text = readText(path);
  switch (extname(path).toLowerCase()) {
    case '.json':
      return tableOfObjects(parseJson(text, path), path);
    case '.jsonl':
    case '.ndjson':
      return fromJsonLines(text, path);
    default:
      return fromCsv(text, path);
  }
}

function readText(path: string): string {
  let bytes: Buffer;
  try {
    const { size } = statSync(path);
    if (size > LARGEST_FILE_BYTES) {
      throw new IsoflopError('invalid-input', `the file has ${size} bytes; at most ${LARGEST_FILE_BYTES} are read`, {
        path,
        hint: 'Keep the columns and rows that a law needs; a million rows of ten columns fit.',
      });
    }
    bytes = readFileSync(path);
  } catch (cause) {
    throw fileError(cause, 'reading records', path);
  }
  const other = OTHER_FORMATS.find(({ start }) => start.every((byte, index) => bytes[index] === byte));
  if (other)
    throw new IsoflopError('invalid-input', `the file is ${other.is}, not a table as text`, { path, hint: other.hint });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replaceAll('\r\n', '\n');
  } catch (cause) {
    throw new IsoflopError('invalid-input', 'the file is not UTF-8 text', { path, hint: 'Save it as UTF-8.', cause });
  }
}

function fromCsv(text: string, path: string): RecordTable {
  const delimiter = extname(path).toLowerCase() === '.tsv' ? '\t' : ',';
  const records = parseCsv(text, path, delimiter);
  const [header, ...rows] = records;
  if (!header || rows.length === 0) {
    throw new IsoflopError('invalid-input', 'the table has no rows', {
      path,
      hint: 'A header and one row a run are wanted.',
    });
  }
  refuseOtherDelimiters(header.record, path);
  return { columns: header.record, rows: rows.map(({ record }) => record), lines: startLines(rows), path };
}

/** The line each record begins on: `info.lines` is the one that it ends on. */
const startLines = (rows: readonly ParsedRecord[]): number[] =>
  rows.map(({ record, info }) => info.lines - record.reduce((sum, cell) => sum + cell.split('\n').length - 1, 0));

function refuseOtherDelimiters([only, ...rest]: readonly string[], path: string): void {
  const found = rest.length === 0 ? [';', '\t', '|'].find((one) => only.includes(one)) : undefined;
  if (found === undefined) return;
  throw new IsoflopError(
    'invalid-input',
    `the header is one cell, '${only.slice(0, 60)}': is the file separated by ${JSON.stringify(found)}?`,
    {
      path: `${path}:1`,
      hint:
        found === '\t' ? 'Give the file the ending .tsv.' : 'Save it with commas, and numbers with a decimal point.',
    },
  );
}

function fromJsonLines(text: string, path: string): RecordTable {
  const lines = text.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [{ line, number: index + 1 }]));
  const values = lines.map(({ line, number }) => parseJson(line, path, number));
  return {
    ...tableOfObjects(
      values,
      path,
      lines.map(({ number }) => number),
    ),
    lines: lines.map(({ number }) => number),
  };
}
