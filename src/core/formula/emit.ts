import { PAIR } from '../math/wasm-arithmetic.ts';
import {
  branch,
  f64x2Lane,
  forLoop,
  get,
  i32,
  i64x2,
  join,
  loadF64,
  loadV128,
  OP,
  set,
  simd,
  storeF64,
  storeF64x2Lane,
  TYPE,
} from '../math/wasm.ts';
import type { WasmFunction } from '../math/wasm.ts';
import { addRoots } from './emit-root.ts';
import { fixedCode, pairedCode } from './emit-tape.ts';
import type { Tape } from './tape.ts';

export const F64_BYTES = 8;
const PAIR_BYTES = 2 * F64_BYTES;

export interface RowsSource {
  /** Of the function in the module. */
  readonly name: string;
  readonly tape: Tape;
  /** How many of the tape's symbols, the last, vary from row to row. */
  readonly varying: number;
  /** Instructions whose values are wanted. */
  readonly outputs: readonly number[];
  readonly isSum: boolean;
}

/**
 * Appends to a module that begins with the elementary functions what evaluates a tape over rows, two at a time: one function a `solve`,
 * and one `(parameters, columns, pitch, results, odd)`. It takes addresses in bytes: the fixed symbols one after another, the columns
 * of the varying symbols and of the tape's logarithms `pitch` bytes apart (8 times the number of rows, an even one: see `odd`), and where
 * to write the values of `outputs`: row by row, or their sums over all rows. Sums run over even and odd rows apart and are added at the
 * end. `odd`: not 0 where the last row is there to make their number even; it counts in no sum.
 */
export function emitRows(functions: WasmFunction[], { name, tape, varying, outputs, isSum }: RowsSource): void {
  const roots = addRoots(tape, functions);
  const [parameters, columns, pitch, results, odd, row, counted] = [0, 1, 2, 3, 4, 5, 6];
  const count = tape.instructions.length;
  const fixedLocal = (instruction: number): number => 7 + instruction;
  const pairLocal = (instruction: number): number => 7 + count + instruction;
  const total = (index: number): number => 7 + 2 * count + index;
  const fixed = tape.symbols.length - varying;
  const fixedSymbol = (index: number): number[] => [...get(parameters), ...loadF64(F64_BYTES * index)];
  const pairSymbol = (index: number): number[] => {
    const skip = [...get(pitch), ...i32(index - fixed), OP.i32Mul, OP.i32Add];
    return [...get(columns), ...get(row), OP.i32Add, ...skip, ...loadV128()];
  };
  const widen = tape.varies.flatMap((varies, index) =>
    varies ? [] : [...get(fixedLocal(index)), ...simd('f64x2Splat'), ...set(pairLocal(index))],
  );
  const perPair = isSum
    ? [
        ...countLanes({ pitch, odd, row, counted }),
        ...join(
          outputs.map((output, index) => [
            ...[...get(total(index)), ...get(pairLocal(output)), ...get(counted), ...simd('v128And')],
            ...[...PAIR.add, ...set(total(index))],
          ]),
        ),
      ]
    : storeRows(outputs.map(pairLocal), results);
  functions.push({
    name,
    parameters: new Array(5).fill(TYPE.i32),
    locals: [
      ...[TYPE.i32, TYPE.v128],
      ...new Array(count).fill(TYPE.f64),
      ...new Array(count + (isSum ? outputs.length : 0)).fill(TYPE.v128),
    ],
    body: [
      ...fixedCode(tape, { local: fixedLocal, symbol: fixedSymbol, roots }),
      ...widen,
      ...forLoop(row, pitch, PAIR_BYTES, [
        ...pairedCode(tape, { local: pairLocal, symbol: pairSymbol, roots }),
        ...perPair,
      ]),
      ...(isSum
        ? storeSums(
            outputs.map((_, index) => total(index)),
            results,
          )
        : []),
    ],
  });
}

/** Sets the mask of the lanes that count: both, save for the last pair of an odd number of rows. */
function countLanes(local: Record<'pitch' | 'odd' | 'row' | 'counted', number>): number[] {
  const isLast = [...get(local.row), ...i32(PAIR_BYTES), OP.i32Add, ...get(local.pitch), OP.i32Eq];
  return [
    ...[...i64x2(-1n), ...set(local.counted)],
    ...branch([...isLast, ...get(local.odd), OP.i32And], [...i64x2(-1n, 0n), ...set(local.counted)]),
  ];
}

/** Writes both rows of a pair and advances. */
function storeRows(values: readonly number[], results: number): number[] {
  const width = F64_BYTES * values.length;
  return [
    ...values.flatMap((value, index) => [
      ...[...get(results), ...get(value), ...storeF64x2Lane(0, F64_BYTES * index)],
      ...[...get(results), ...get(value), ...storeF64x2Lane(1, width + F64_BYTES * index)],
    ]),
    ...[...get(results), ...i32(2 * width), OP.i32Add, ...set(results)],
  ];
}

const storeSums = (totals: readonly number[], results: number): number[] =>
  join(
    totals.map((total, index) => [
      ...[...get(results), ...get(total), ...f64x2Lane(0), ...get(total), ...f64x2Lane(1), OP.f64Add],
      ...storeF64(F64_BYTES * index),
    ]),
  );
