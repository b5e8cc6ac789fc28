import { parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { IsoflopError } from '../../../core/terms/errors.ts';
import type { Cell, CellTable } from './cells.ts';

/** A file of a few kilobytes can claim a billion rows. */
const MOST_CELLS = 2 ** 28;

/** Whether these bytes begin and end as a Parquet file does. */
export const isParquet = (bytes: Uint8Array): boolean =>
  [0x50, 0x41, 0x52, 0x31].every((byte, at) => bytes[at] === byte);

/** Reads a Parquet file; a column of lists, records, bytes or times counts as unreadable where it is used. */
export async function readParquet(bytes: Uint8Array, path: string): Promise<CellTable> {
  try {
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    const metadata = await parquetMetadataAsync(file);
    const names = parquetSchema(metadata).children.map(({ element }) => element.name);
    const count = Number(metadata.num_rows);
    if (!(count * names.length <= MOST_CELLS))
      throw new IsoflopError('invalid-input', `the table has ${count} rows of ${names.length} columns`, {
        path,
        hint: `At most ${MOST_CELLS} cells are read.`,
      });
    const rows = await parquetReadObjects({ file, metadata, compressors });
    return {
      names,
      count: rows.length,
      cell: (row, column) => cellOf(rows[row][names[column]], names[column], `${path}: row ${row}`),
      placeOf: (row) => `${path}: row ${row}`,
    };
  } catch (cause) {
    if (cause instanceof IsoflopError) throw cause;
    throw new IsoflopError('invalid-input', 'the Parquet file is damaged', {
      path,
      hint: 'Is it complete? Write it again.',
      cause,
    });
  }
}

function cellOf(value: unknown, name: string, place: string): Cell {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'string' || typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'boolean') return String(value);
  throw new IsoflopError('invalid-input', `the column '${name}' holds lists, records, bytes or times`, {
    path: place,
    hint: `Leave it out, drop: ['${name}'], or save it as numbers or texts.`,
  });
}
