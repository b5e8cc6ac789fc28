import { log } from '../math/elementary.ts';
import { ELEMENTARY_PAIRS } from '../math/wasm-elementary-pair.ts';
import { assemble } from '../math/wasm.ts';
import { emitRows, F64_BYTES } from './emit.ts';
import type { Expression } from './expression.ts';
import { Tape } from './tape.ts';

/** Evaluates expressions over a table. */
export interface Kernel {
  /** Numbers a row, or numbers in all where the kernel sums over rows. */
  readonly width: number;
  /**
   * Values of the expressions, row after row ([row x width + expression]), or their sums over the rows ([expression]); they stand until
   * the next call of a kernel that was compiled with this one. Parameters and columns come in the order that was compiled for. A
   * column that has been handed over may not change afterwards: it is copied once.
   */
  evaluate(parameters: ArrayLike<number>, columns: readonly ArrayLike<number>[], rows: number): Float64Array;
}

/** What a kernel computes: values for every row, or sums over all rows. */
export interface KernelSource {
  readonly expressions: readonly Expression[];
  readonly isSum: boolean;
}

const PAGE_BYTES = 65_536;

/** A kernel that gives the expressions' values for every row. */
export const compile = (
  expressions: readonly Expression[],
  parameters: readonly string[],
  variables: readonly string[],
): Kernel => compileKernels({ kernel: { expressions, isSum: false } }, parameters, variables).kernel;

/** A kernel that gives the expressions' sums over all rows. */
export const compileSums = (
  expressions: readonly Expression[],
  parameters: readonly string[],
  variables: readonly string[],
): Kernel => compileKernels({ kernel: { expressions, isSum: true } }, parameters, variables).kernel;

/**
 * Compiles expressions over parameters (one value a table) and variables (one a row) to one WebAssembly module, whose kernels share
 * the copy of the table. The code is made from the checked tree alone, with our own exp and log: the same digits on every machine,
 * and nothing of a formula's text is ever run.
 */
export function compileKernels<Name extends string>(
  sources: Readonly<Record<Name, KernelSource>>,
  parameters: readonly string[],
  variables: readonly string[],
): Record<Name, Kernel> {
  const entries = Object.entries<KernelSource>(sources);
  const logColumns: number[] = [];
  const functions = [...ELEMENTARY_PAIRS];
  for (const [name, { expressions, isSum }] of entries) {
    const tape = new Tape([...parameters, ...variables], variables.length, logColumns);
    const outputs = expressions.map((expression) => tape.add(expression));
    emitRows(functions, { name: `rows ${name}`, tape, varying: variables.length, outputs, isSum });
  }
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(assemble(functions)), { env: { memory } });
  const table = new TableCopy(memory, parameters.length, variables.length, logColumns);
  return Object.fromEntries(
    entries.map(([name, { expressions, isSum }]) => [
      name,
      kernelOf(exports[`rows ${name}`] as Rows, table, expressions.length, isSum),
    ]),
  ) as Record<Name, Kernel>;
}

type Rows = (parameters: number, columns: number, pitch: number, results: number, odd: number) => void;

function kernelOf(run: Rows, table: TableCopy, width: number, isSum: boolean): Kernel {
  let results = table.heap;
  return {
    width,
    evaluate(values, columns, rows) {
      const pitch = rows + (rows % 2);
      const first = table.load(columns, rows, pitch, isSum ? width : width * pitch);
      const { heap } = table;
      heap.set(values, 0);
      run(0, table.firstColumn * F64_BYTES, pitch * F64_BYTES, first * F64_BYTES, rows % 2);
      const length = isSum ? width : width * rows;
      // A view costs more than a small kernel: it is made again only where it would differ.
      if (results.length !== length || results.byteOffset !== first * F64_BYTES || results.buffer !== heap.buffer)
        results = heap.subarray(first, first + length);
      return results;
    },
  };
}

/** Without an iterator, which would cost more than the logarithms. */
function logarithms(column: ArrayLike<number>, rows: number): Float64Array {
  const logs = new Float64Array(rows);
  for (let row = 0; row < rows; row++) logs[row] = log(column[row]);
  return logs;
}

/** A module's memory: parameters, columns, logarithms of columns, results. */
class TableCopy {
  heap: Float64Array;
  readonly firstColumn: number;
  private readonly memory: WebAssembly.Memory;
  private readonly width: number;
  private readonly logColumns: readonly number[];
  private held: (ArrayLike<number> | undefined)[] = [];
  private rows = -1;

  constructor(memory: WebAssembly.Memory, parameters: number, width: number, logColumns: readonly number[]) {
    this.memory = memory;
    this.heap = new Float64Array(memory.buffer);
    this.firstColumn = parameters;
    this.width = width;
    this.logColumns = logColumns;
  }

  /** Makes sure that the columns stand in memory, each `pitch` numbers long; gives where there is room for `results` numbers. */
  load(columns: readonly ArrayLike<number>[], rows: number, pitch: number, results: number): number {
    const firstResult = this.firstColumn + (this.width + this.logColumns.length) * pitch;
    const missing = (firstResult + results - this.heap.length) * F64_BYTES;
    if (missing > 0) {
      this.memory.grow(Math.ceil(missing / PAGE_BYTES));
      this.heap = new Float64Array(this.memory.buffer);
    }
    if (rows !== this.rows) this.held = [];
    this.rows = rows;
    for (let index = 0; index < columns.length; index++) {
      if (this.held[index] === columns[index]) continue;
      this.held[index] = columns[index];
      this.fill(index, columns[index], rows, pitch);
      const position = this.logColumns.indexOf(index);
      if (position >= 0) this.fill(this.width + position, logarithms(columns[index], rows), rows, pitch);
    }
    return firstResult;
  }

  private fill(place: number, column: ArrayLike<number>, rows: number, pitch: number): void {
    const first = this.firstColumn + place * pitch;
    this.heap.set(column, first);
    // The row that makes their number even: any that the law has a value for.
    if (pitch > rows) this.heap[first + rows] = column[rows - 1];
  }
}
