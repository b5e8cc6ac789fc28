import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exp, log, pow } from './elementary.ts';
import { ELEMENTARY_PAIRS, PAIR_INDEX } from './wasm-elementary-pair.ts';
import { assemble, call, get, loadV128, storeV128, TYPE } from './wasm.ts';
import type { WasmFunction } from './wasm.ts';

/** A function of pairs that takes its operands from memory, 16 bytes each, and writes its result behind them. */
const throughMemory = (name: keyof typeof PAIR_INDEX, operands: number): WasmFunction => ({
  name,
  parameters: [TYPE.i32],
  body: [
    ...get(0),
    ...Array.from({ length: operands }, (_, index) => [...get(0), ...loadV128(16 * index)]).flat(),
    ...call(PAIR_INDEX[name]),
    ...storeV128(16 * operands),
  ],
});
const memory = new WebAssembly.Memory({ initial: 1 });
const functions = [
  ...ELEMENTARY_PAIRS.map((one) => ({ ...one, name: `${one.name} itself` })),
  ...[throughMemory('exp', 1), throughMemory('log', 1), throughMemory('pow', 3), throughMemory('sigmoid', 1)],
];
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(assemble(functions)), { env: { memory } });
const heap = new Float64Array(memory.buffer);

/** Both lanes of a function of pairs; each operand is [first lane, second lane]. */
function pair(name: keyof typeof PAIR_INDEX, ...operands: readonly (readonly [number, number])[]): [number, number] {
  heap.set(operands.flat());
  (exports[name] as (address: number) => void)(0);
  return [heap[2 * operands.length], heap[2 * operands.length + 1]];
}

const anyDouble = fc.oneof(
  fc.double(),
  fc.double({ min: -760, max: 760, noNaN: true }),
  fc.constantFrom(0, -0, 1, 708, -708, 709.8, 5e-324, 2.2250738585072014e-308, Infinity, -Infinity, Number.NaN),
);
const lanes = fc.tuple(anyDouble, anyDouble);
const runs = { numRuns: 5000 };

describe('the elementary functions of pairs have the digits of elementary.ts in each lane', () => {
  it('exp and log', () => {
    fc.assert(
      fc.property(lanes, (x) => {
        expect(pair('exp', x)).toEqual(x.map(exp));
        expect(pair('log', x)).toEqual(x.map(log));
      }),
      runs,
    );
  });

  it('pow', () => {
    const exponents = fc.oneof(anyDouble, fc.integer({ min: -9, max: 9 }), fc.double({ min: -9, max: 9 }));
    fc.assert(
      fc.property(lanes, fc.tuple(exponents, exponents), (x, y) => {
        const logs = x.map(log) as [number, number];
        expect(pair('pow', x, y, logs)).toEqual(x.map((base, lane) => pow(base, y[lane])));
      }),
      runs,
    );
  });

  it('sigmoid', () => {
    const sigmoid = (x: number): number => (x >= 0 ? 1 : exp(-Math.abs(x))) / (1 + exp(-Math.abs(x)));
    fc.assert(
      fc.property(lanes, (x) => {
        expect(pair('sigmoid', x)).toEqual(x.map(sigmoid));
      }),
      runs,
    );
  });
});
