import { extname } from 'node:path';
import type { TableData } from '../../../core/schema/data.ts';
import type { Exclusions } from '../../../core/terms/exclusions.ts';
import { IsoflopError } from '../../../core/terms/errors.ts';
import { counted } from '../../../core/terms/names.ts';
import { parseCsv } from '../../files/csv.ts';
import type { CellTable } from './cells.ts';

/** The text is one string; V8 holds at most 512 MiB. */
const MOST_TEXT_BYTES = 2 ** 28;

/** Reads a CSV file; a row with too few or too many cells is a bad one. */
export function readCsv(bytes: Uint8Array, path: string, options: TableData, exclusions: Exclusions): CellTable {
  const records = parseCsv(textOf(bytes, path), path, delimiterOf(path, options));
  const first = records[0]?.record ?? [];
  const names = options.header ? first : first.map((_, index) => String(index + 1));
  checkNames(names, path);
  const rows = records.slice(options.header ? 1 : 0).filter(({ record, info }) => {
    if (record.length === names.length) return true;
    exclusions.handle(options.onBad, {
      reason: 'a row with another number of cells',
      what: `the row has ${counted(record.length, 'cell')}; the table has ${counted(names.length, 'column')}`,
      place: `${path}:${info.lines}`,
      hint: 'Mend the row, or leave such rows out with `onBad: skip`.',
    });
    return false;
  });
  return {
    names,
    count: rows.length,
    cell: (row, column) => rows[row].record[column],
    placeOf: (row) => `${path}:${rows[row].info.lines}`,
  };
}

const delimiterOf = (path: string, { delimiter }: TableData): string =>
  delimiter ?? (/\.tsv(\.gz)?$/i.test(path) || extname(path).toLowerCase() === '.tsv' ? '\t' : ',');

function textOf(bytes: Uint8Array, path: string): string {
  if (bytes.length > MOST_TEXT_BYTES)
    throw new IsoflopError(
      'invalid-input',
      `the table has ${bytes.length} bytes of text; at most ${MOST_TEXT_BYTES} are read`,
      {
        path,
        hint: 'Save it as Parquet, or divide it into several files.',
      },
    );
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new IsoflopError('invalid-input', 'the file is not UTF-8 text', { path, hint: 'Save it as UTF-8.', cause });
  }
}

function checkNames(names: readonly string[], path: string): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new IsoflopError('invalid-input', `two columns are called '${twice}'`, {
      path: `${path}:1`,
      hint: 'Rename one, or say `header: false` where the first row is data.',
    });
  const other = names.length === 1 ? [';', '\t', '|', ' '].find((one) => names[0].includes(one)) : undefined;
  if (other !== undefined)
    throw new IsoflopError('invalid-input', `the header is one cell, '${names[0].slice(0, 60)}'`, {
      path: `${path}:1`,
      hint: `Say \`delimiter: ${JSON.stringify(other)}\` where the file is separated by it.`,
    });
}
