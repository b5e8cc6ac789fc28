import { assemble } from '../math/wasm.ts';
import { emitRows, F64_BYTES } from './emit.ts';
import type { Expression } from './expression.ts';
import { Tape } from './tape.ts';

/** Evaluates expressions for every row of a table. */
export interface Kernel {
  /** Expressions a row. */
  readonly width: number;
  /**
   * Values of the expressions, row after row: [row x width + expression]; they stand until the next call. Parameters and columns
   * come in the order that was compiled for.
   */
  evaluate(parameters: ArrayLike<number>, columns: readonly ArrayLike<number>[], rows: number): Float64Array;
}

const PAGE_BYTES = 65_536;

/**
 * Compiles expressions over parameters (one value a table) and variables (one a row) to WebAssembly. The code is made from the
 * checked tree alone, with our own exp and log: the same digits on every machine, and nothing of a formula's text is ever run.
 */
export function compile(
  expressions: readonly Expression[],
  parameters: readonly string[],
  variables: readonly string[],
): Kernel {
  const tape = new Tape([...parameters, ...variables], variables.length);
  const outputs = expressions.map((expression) => tape.add(expression));
  const memory = new WebAssembly.Memory({ initial: 1 });
  const module = new WebAssembly.Module(assemble(emitRows(tape, variables.length, outputs)));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const run = exports.rows as (parameters: number, columns: number, pitch: number, results: number) => void;
  let heap = new Float64Array(memory.buffer);
  const width = expressions.length;
  return {
    width,
    evaluate(values, columns, rows) {
      const firstColumn = parameters.length;
      const firstResult = firstColumn + variables.length * rows;
      const end = firstResult + width * rows;
      if (end > heap.length) {
        memory.grow(Math.ceil((end * F64_BYTES - heap.byteLength) / PAGE_BYTES));
        heap = new Float64Array(memory.buffer);
      }
      heap.set(values, 0);
      for (const [index, column] of columns.entries()) heap.set(column, firstColumn + index * rows);
      run(0, firstColumn * F64_BYTES, rows * F64_BYTES, firstResult * F64_BYTES);
      return heap.subarray(firstResult, end);
    },
  };
}
