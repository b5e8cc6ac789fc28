import { readFileSync, statSync } from 'node:fs';
import { extname } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { RecordTable } from '../../core/observations/records.ts';
import { IsoflopError } from '../../core/terms/errors.ts';
import { fileError } from '../files/errors.ts';

/** A table is held in memory whole. */
const LARGEST_FILE_BYTES = 512 << 20;

/** Reads records from a CSV, JSON (array of objects) or JSONL file; every cell stays as it was written. */
export function readRecords(path: string): RecordTable {
  const text = readText(path);
  switch (extname(path).toLowerCase()) {
    case '.json':
      return fromObjects(parseJson(text, path), path);
    case '.jsonl':
      return fromObjects(
        text
          .split('\n')
          .filter((line) => line.trim() !== '')
          .map((line) => parseJson(line, path)),
        path,
      );
    default:
      return fromCsv(text, path);
  }
}

function readText(path: string): string {
  try {
    const { size } = statSync(path);
    if (size > LARGEST_FILE_BYTES) {
      throw new IsoflopError('invalid-input', `the file has ${size} bytes; at most ${LARGEST_FILE_BYTES} are read`, {
        path,
      });
    }
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw fileError(cause, 'reading records', path);
  }
}

function fromCsv(text: string, path: string): RecordTable {
  let rows: string[][];
  try {
    rows = parse(text, { bom: true, skip_empty_lines: true, trim: true });
  } catch (cause) {
    const { lines, message } = cause as { lines?: number; message: string };
    throw new IsoflopError('invalid-input', message.replace(/ on line \d+.*/, ''), {
      path: lines === undefined ? path : `${path}:${lines}`,
      hint: 'The file is not a regular CSV table: every line needs as many cells as the header.',
      cause,
    });
  }
  const [header, ...cells] = rows;
  if (!header || cells.length === 0) throw new IsoflopError('invalid-input', 'the table has no rows', { path });
  return { columns: header, rows: cells };
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new IsoflopError('invalid-input', `not valid JSON: ${(cause as Error).message}`, { path, cause });
  }
}

function fromObjects(value: unknown, path: string): RecordTable {
  if (!Array.isArray(value) || value.length === 0 || value.some((one) => typeof one !== 'object' || one === null)) {
    throw new IsoflopError('invalid-input', 'an array of objects is wanted, one a run', { path });
  }
  const objects = value as Record<string, unknown>[];
  const columns = [...new Set(objects.flatMap((one) => Object.keys(one)))];
  const cell = (content: unknown): string => (content === null || content === undefined ? '' : String(content));
  return { columns, rows: objects.map((one) => columns.map((name) => cell(one[name]))) };
}
