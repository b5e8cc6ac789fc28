import type { TableData } from '../../../core/schema/data.ts';
import type { Table, TableFiles } from '../../../core/terms/dataset.ts';
import { Exclusions } from '../../../core/terms/exclusions.ts';
import { IsoflopError } from '../../../core/terms/errors.ts';
import { listed } from '../../../core/terms/names.ts';
import { absolutePaths, readData } from '../data-files.ts';
import type { CellTable } from './cells.ts';
import { CellReader, usedColumns } from './columns.ts';
import { readCsv } from './csv.ts';
import { isParquet, readParquet } from './parquet.ts';

/** Reads the tables that `options` names; relative paths start from `base`. Types are found on the training files alone. */
export async function readTable(options: TableData, base: string): Promise<TableFiles> {
  const exclusions = new Exclusions();
  const reader = new CellReader(options);
  const [path] = absolutePaths(options.train, base);
  const cells = await readPart(options.train, options, base, exclusions);
  const types = reader.typesOf(cells, usedColumns(cells.names, options, path));
  const train = filled(reader.read(cells, types, exclusions), path);
  if (options.test === undefined) return { kind: 'table', train, excluded: exclusions.list() };
  const [testPath] = absolutePaths(options.test, base);
  const testCells = await readPart(options.test, options, base, exclusions);
  usedColumns(testCells.names, { ...options, take: [...types.keys()] }, testPath);
  const test = filled(reader.read(testCells, types, exclusions), testPath);
  return { kind: 'table', train, test, excluded: exclusions.list() };
}

function filled(table: Table, path: string): Table {
  if (table.count > 0) return table;
  throw new IsoflopError('invalid-input', 'the table has no usable row', {
    path,
    hint: 'A header and rows are wanted.',
  });
}

async function readPart(
  paths: string | readonly string[],
  options: TableData,
  base: string,
  exclusions: Exclusions,
): Promise<CellTable> {
  const tables: CellTable[] = [];
  for (const path of absolutePaths(paths, base)) {
    const bytes = readData(path);
    const table = isParquet(bytes) ? await readParquet(bytes, path) : readCsv(bytes, path, options, exclusions);
    if (tables[0] && table.names.join('\0') !== tables[0].names.join('\0'))
      throw new IsoflopError('invalid-input', `the columns are ${listed(table.names)}; the first file has others`, {
        path,
        hint: `Wanted are ${listed(tables[0].names)}.`,
      });
    tables.push(table);
  }
  return tables.length === 1 ? tables[0] : joined(tables);
}

function joined(tables: readonly CellTable[]): CellTable {
  const rows = tables.flatMap((table) => Array.from({ length: table.count }, (_, row) => ({ table, row })));
  return {
    names: tables[0].names,
    count: rows.length,
    cell: (row, column) => rows[row].table.cell(rows[row].row, column),
    placeOf: (row) => rows[row].table.placeOf(rows[row].row),
  };
}
