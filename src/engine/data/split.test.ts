import { describe, expect, test } from 'vitest';
import { splitRows } from './split.ts';

const all = (parts: ReturnType<typeof splitRows>): number[] =>
  [...parts.train, ...parts.validation, ...parts.heldOut].sort((a, b) => a - b);

describe('a split', () => {
  test('gives each row to one part, by the stated shares', () => {
    const parts = splitRows(1000, { heldOut: 0.2, validation: 0.1, seed: 3 });
    expect(all(parts)).toEqual(Array.from({ length: 1000 }, (_, row) => row));
    expect([parts.train.length, parts.validation.length, parts.heldOut.length]).toEqual([720, 80, 200]);
  });

  test('follows from the seed alone', () => {
    const heldOut = (seed: number): number[] => [...splitRows(100, { heldOut: 0.3, validation: 0, seed }).heldOut];
    expect(heldOut(1)).toEqual(heldOut(1));
    expect(heldOut(1)).not.toEqual(heldOut(2));
    // Not merely the first or last rows: files are often sorted.
    expect(heldOut(1)[0]).toBeLessThan(20);
    expect(heldOut(1).at(-1)).toBeGreaterThan(80);
  });

  test('with labels keeps the shares of each class', () => {
    const labels = Int32Array.from({ length: 300 }, (_, row) => (row < 200 ? 0 : row < 280 ? 1 : 2));
    const parts = splitRows(300, { heldOut: 0.25, validation: 0.2, seed: 3 }, labels);
    const count = (rows: Uint32Array, label: number): number => [...rows].filter((row) => labels[row] === label).length;
    expect([0, 1, 2].map((label) => count(parts.heldOut, label))).toEqual([50, 20, 5]);
    expect([0, 1, 2].map((label) => count(parts.validation, label))).toEqual([30, 12, 3]);
    expect(all(parts)).toHaveLength(300);
  });
});
