import { parse } from 'csv-parse/sync';
import { IsoflopError } from '../../core/terms/errors.ts';

/** What csv-parse gives with its option `info`. */
export interface ParsedRecord {
  readonly record: readonly string[];
  /** The line on which the record ends. */
  readonly info: { readonly lines: number };
}

/** The records of a CSV text, empty lines left out and cells trimmed. Throws `invalid-input` with the line that cannot be read. */
export function parseCsv(text: string, path: string, delimiter: string): readonly ParsedRecord[] {
  try {
    const options = { bom: true, delimiter, skip_empty_lines: true, trim: true, relax_column_count: true } as const;
    return parse(text, { ...options, info: true }) as unknown as ParsedRecord[];
  } catch (cause) {
    const { lines, message } = cause as { lines?: number; message: string };
    throw new IsoflopError('invalid-input', message.replace(/ (on|at) line \d+.*/, ''), {
      path: lines === undefined ? path : `${path}:${lines}`,
      hint: 'A cell that holds a comma, a quote or a line break stands in double quotes, with quotes inside doubled.',
      cause,
    });
  }
}
