import { log } from '../math/elementary.ts';
import { assemble } from '../math/wasm.ts';
import { emitRows, F64_BYTES } from './emit.ts';
import type { Expression } from './expression.ts';
import { Tape } from './tape.ts';

/** Evaluates expressions over a table. */
export interface Kernel {
  /** Numbers a row, or numbers in all where the kernel sums over rows. */
  readonly width: number;
  /** Places, in the order compiled for, of the variables whose logarithm is taken: they must be positive. */
  readonly logColumns: readonly number[];
  /**
   * Values of the expressions, row after row ([row x width + expression]), or their sums over the rows ([expression]); they stand until
   * the next call. Parameters and columns come in the order that was compiled for. A column that has been handed over may not change
   * afterwards: it is copied once.
   */
  evaluate(parameters: ArrayLike<number>, columns: readonly ArrayLike<number>[], rows: number): Float64Array;
}

const PAGE_BYTES = 65_536;

/** A kernel that gives the expressions' values for every row. */
export const compile = (
  expressions: readonly Expression[],
  parameters: readonly string[],
  variables: readonly string[],
): Kernel => createKernel(expressions, parameters, variables, false);

/** A kernel that gives the expressions' sums over all rows. */
export const compileSums = (
  expressions: readonly Expression[],
  parameters: readonly string[],
  variables: readonly string[],
): Kernel => createKernel(expressions, parameters, variables, true);

/**
 * Compiles expressions over parameters (one value a table) and variables (one a row) to WebAssembly. The code is made from the
 * checked tree alone, with our own exp and log: the same digits on every machine, and nothing of a formula's text is ever run.
 */
function createKernel(
  expressions: readonly Expression[],
  parameters: readonly string[],
  variables: readonly string[],
  isSum: boolean,
): Kernel {
  const tape = new Tape([...parameters, ...variables], variables.length, true);
  const outputs = expressions.map((expression) => tape.add(expression));
  const memory = new WebAssembly.Memory({ initial: 1 });
  const module = new WebAssembly.Module(assemble(emitRows(tape, variables.length, outputs, isSum)));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const run = exports.rows as (first: number, columns: number, pitch: number, results: number, odd: number) => void;
  const width = expressions.length;
  const firstColumn = parameters.length;
  let heap = new Float64Array(memory.buffer);
  let held: (ArrayLike<number> | undefined)[] = [];
  let heldRows = -1;
  let results = heap;

  const load = (columns: readonly ArrayLike<number>[], rows: number, pitch: number, end: number): void => {
    if (end > heap.length) {
      memory.grow(Math.ceil((end * F64_BYTES - heap.byteLength) / PAGE_BYTES));
      heap = new Float64Array(memory.buffer);
    }
    if (rows !== heldRows) held = [];
    heldRows = rows;
    const fill = (first: number, column: ArrayLike<number>): void => {
      heap.set(column, first);
      if (pitch > rows) heap[first + rows] = column[rows - 1];
    };
    for (const [index, column] of columns.entries()) {
      if (held[index] === column) continue;
      held[index] = column;
      fill(firstColumn + index * pitch, column);
      const position = tape.logColumns.indexOf(index);
      if (position >= 0) fill(firstColumn + (variables.length + position) * pitch, Float64Array.from(column, log));
    }
  };
  return {
    width,
    logColumns: tape.logColumns,
    evaluate(values, columns, rows) {
      const pitch = rows + (rows % 2);
      const firstResult = firstColumn + (variables.length + tape.logColumns.length) * pitch;
      load(columns, rows, pitch, firstResult + (isSum ? width : width * pitch));
      heap.set(values, 0);
      run(0, firstColumn * F64_BYTES, pitch * F64_BYTES, firstResult * F64_BYTES, rows % 2);
      const length = isSum ? width : width * rows;
      // A view costs more than a small kernel: it is made again only where it would differ.
      if (results.length !== length || results.byteOffset !== firstResult * F64_BYTES || results.buffer !== heap.buffer)
        results = heap.subarray(firstResult, firstResult + length);
      return results;
    },
  };
}
