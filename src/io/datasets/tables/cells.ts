/** What a cell of a file holds. */
export type Cell = string | number | undefined;

/** The rows of one file, or of several with the same columns. */
export interface CellTable {
  readonly names: readonly string[];
  readonly count: number;
  cell(row: number, column: number): Cell;
  /** For messages: `houses.csv:17`. */
  placeOf(row: number): string;
}
