import type { TableData } from '../../../core/schema/data.ts';
import type { Table, TableColumn } from '../../../core/terms/dataset.ts';
import type { Exclusions } from '../../../core/terms/exclusions.ts';
import { IsoflopError } from '../../../core/terms/errors.ts';
import { didYouMean, listed } from '../../../core/terms/names.ts';
import type { Cell, CellTable } from './cells.ts';

/** Type of each column that is used. */
export type ColumnTypes = ReadonlyMap<string, TableColumn['type']>;

/** The columns that a table data set uses, the target last. */
export function usedColumns(names: readonly string[], options: TableData, path: string): string[] {
  const { target, take, drop, types } = options;
  const known = (name: string, where: string): string => {
    if (names.includes(name)) return name;
    throw new IsoflopError('missing', `no column is called '${name}'`, {
      path: `${path}: data.${where}`,
      hint: `${didYouMean(name, names)}Columns are ${listed(names)}.`,
    });
  };
  for (const name of Object.keys(types)) known(name, 'types');
  for (const name of drop) known(name, 'drop');
  const taken = (take ?? names).map((name) => known(name, 'take'));
  const features = taken.filter((name) => name !== target && !drop.includes(name));
  if (features.length === 0)
    throw new IsoflopError('invalid-input', 'no column is left to learn from', { path, hint: 'Take or keep one.' });
  return [...features, known(target, 'target')];
}

/** Reads cells by the data's options. */
export class CellReader {
  private readonly options: TableData;
  private readonly missing: ReadonlySet<string>;

  constructor(options: TableData) {
    this.options = options;
    this.missing = new Set(options.missingValues);
  }

  isMissing = (cell: Cell): boolean =>
    cell === undefined || Number.isNaN(cell) || (typeof cell === 'string' && this.missing.has(cell));

  /** Types of the used columns: stated, or number where every cell is one and category where none is. */
  typesOf(table: CellTable, used: readonly string[]): ColumnTypes {
    return new Map(used.map((name) => [name, this.options.types[name] ?? this.typeOf(table, name)]));
  }

  private typeOf(table: CellTable, name: string): TableColumn['type'] {
    const { target, task } = this.options;
    if (name === target) return task === 'regression' ? 'number' : 'category';
    const column = table.names.indexOf(name);
    let [numbers, firstOther] = [0, -1];
    for (let row = 0; row < table.count; row++) {
      const cell = table.cell(row, column);
      if (this.isMissing(cell)) continue;
      if (isNumber(cell)) numbers += 1;
      else if (firstOther < 0) firstOther = row;
      if (numbers > 0 && firstOther >= 0) throw mixed(name, table.cell(firstOther, column), table.placeOf(firstOther));
    }
    if (numbers === 0 && firstOther < 0)
      throw new IsoflopError('invalid-input', `the column '${name}' is empty in every row`, {
        path: table.count > 0 ? table.placeOf(0) : 'data.train',
        hint: `Leave it out: drop: ['${name}'].`,
      });
    return numbers > 0 ? 'number' : 'category';
  }

  /** The used columns of a table, without the rows that cannot be used. */
  read(table: CellTable, types: ColumnTypes, exclusions: Exclusions): Table {
    const used = [...types].map(([name, type]) => ({ name, type, index: table.names.indexOf(name) }));
    const rows: number[] = [];
    for (let row = 0; row < table.count; row++)
      if (used.every(({ name, type, index }) => this.isUsable(table, row, index, name, type, exclusions)))
        rows.push(row);
    return {
      count: rows.length,
      columns: used.map(({ name, type, index }) => this.column(table, rows, index, name, type)),
      placeOf: (row) => table.placeOf(rows[row]),
    };
  }

  private isUsable(
    table: CellTable,
    row: number,
    column: number,
    name: string,
    type: TableColumn['type'],
    exclusions: Exclusions,
  ): boolean {
    const cell = table.cell(row, column);
    const { missing, target, onBad } = this.options;
    if (this.isMissing(cell)) {
      const isFilled = (missing === 'mean' || missing === 'median') && name !== target;
      if (isFilled) return true;
      exclusions.handle(missing === 'drop' ? 'drop' : name === target ? onBad : 'refuse', {
        reason: name === target ? 'a row without its target' : 'a row with an empty cell',
        what: `the cell of column '${name}' is empty (${JSON.stringify(cell ?? '')})`,
        place: table.placeOf(row),
        hint: 'Fill it, or say `missing: drop`, and for a feature also mean or median.',
      });
      return false;
    }
    if (type === 'category' || isNumber(cell)) return true;
    exclusions.handle(onBad, {
      reason: 'a row with a cell that is no number',
      what: `the cell of column '${name}' is ${JSON.stringify(cell)}, not a finite number`,
      place: table.placeOf(row),
      hint: `Mend it, leave such rows out with \`onBad: skip\`, or say \`types: {${name}: category}\`.`,
    });
    return false;
  }

  private column(
    table: CellTable,
    rows: readonly number[],
    column: number,
    name: string,
    type: TableColumn['type'],
  ): TableColumn {
    const cells = rows.map((row) => {
      const cell = table.cell(row, column);
      return this.isMissing(cell) ? undefined : cell;
    });
    if (type === 'category')
      return { name, type, values: cells.map((cell) => (cell === undefined ? cell : String(cell))) };
    return { name, type, values: Float64Array.from(cells, (cell) => (cell === undefined ? Number.NaN : Number(cell))) };
  }
}

const isNumber = (cell: Cell): boolean =>
  typeof cell === 'number'
    ? Number.isFinite(cell)
    : cell !== undefined && cell.trim() !== '' && Number.isFinite(Number(cell));

const mixed = (name: string, cell: Cell, place: string): IsoflopError =>
  new IsoflopError('invalid-input', `the column '${name}' holds numbers, but here ${JSON.stringify(cell)}`, {
    path: place,
    hint: `Mend the cell, add it to \`missingValues\`, or say what the column is: types: {${name}: category} (or number, with onBad: skip).`,
  });
