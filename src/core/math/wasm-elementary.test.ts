import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exp, log, pow } from './elementary.ts';
import { ELEMENTARY } from './wasm-elementary.ts';
import { assemble } from './wasm.ts';

const memory = new WebAssembly.Memory({ initial: 1 });
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(assemble(ELEMENTARY)), { env: { memory } });
const wasm = exports as Record<'exp' | 'log' | 'pow' | 'sigmoid', (...values: number[]) => number>;

/** Every double, its edges often; all of them up to the last bit. */
const anyDouble = fc.oneof(
  fc.double(),
  fc.constantFrom(0, -0, 1, -1, 2, 0.5, 5e-324, -5e-324, 2.2250738585072014e-308, Infinity, -Infinity, Number.NaN),
);

describe('the elementary functions in WebAssembly have the digits of elementary.ts', () => {
  it.each([
    ['exp', wasm.exp, exp],
    ['log', wasm.log, log],
  ])('%s', (_, theirs, ours) => {
    const near = fc.double({ min: -760, max: 760, noNaN: true });
    fc.assert(
      fc.property(fc.oneof(near, anyDouble), (x) => {
        expect(theirs(x)).toBe(ours(x));
      }),
      { numRuns: 5000 },
    );
  });

  it('pow', () => {
    const small = fc.oneof(fc.integer({ min: -9, max: 9 }), fc.double({ min: -9, max: 9 }));
    fc.assert(
      fc.property(fc.oneof(small, anyDouble), fc.oneof(small, anyDouble), (x, y) => {
        expect(wasm.pow(x, y, log(x))).toBe(pow(x, y));
      }),
      { numRuns: 5000 },
    );
  });

  it('sigmoid, against its definition and its symmetry', () => {
    fc.assert(
      fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) => {
        expect(wasm.sigmoid(x) * (1 + Math.exp(-x))).toBeCloseTo(1, 12);
        expect(wasm.sigmoid(x) + wasm.sigmoid(-x)).toBeCloseTo(1, 15);
      }),
    );
  });
});
