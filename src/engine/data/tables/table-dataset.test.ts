import { describe, expect, test } from 'vitest';
import { tableDataSchema } from '../../../core/schema/data.ts';
import type { TableData } from '../../../core/schema/data.ts';
import type { Table, TableFiles } from '../../../core/terms/dataset.ts';
import { Exclusions } from '../../../core/terms/exclusions.ts';
import { heldOutTable, tableBatches } from './batches.ts';
import { divideTable } from './table-dataset.ts';
import type { TableDataset } from './table-dataset.ts';

const table = (rooms: number[], ocean: (string | undefined)[], price: number[]): Table => ({
  count: rooms.length,
  columns: [
    { name: 'rooms', type: 'number', values: Float64Array.from(rooms) },
    { name: 'ocean', type: 'category', values: ocean },
    { name: 'price', type: 'number', values: Float64Array.from(price) },
  ],
  placeOf: (row) => `row ${row}`,
});

// Population mean 3 and deviation sqrt(2) of 1..5; prices 10, 20, ... have mean 30 and deviation sqrt(200).
const TRAIN = table([1, 2, 3, 4, 5], ['b', 'a', 'b', 'c', 'b'], [10, 20, 30, 40, 50]);
const TEST = table([8, Number.NaN], ['c', undefined], [60, 0]);

function divided(options: Partial<TableData> = {}, files: Partial<TableFiles> = {}): TableDataset {
  const parsed = tableDataSchema.parse({ kind: 'table', train: 'x', target: 'price', task: 'regression', ...options });
  return divideTable({ kind: 'table', train: TRAIN, test: TEST, excluded: [], ...files }, parsed, new Exclusions());
}

describe('features', () => {
  test('are standardised by the training part alone, categories one-hot', () => {
    const { parts, features } = divided({ missing: 'mean' });
    expect(features).toEqual(['rooms', 'ocean=a', 'ocean=b', 'ocean=c']);
    const standard = [1, 2, 3, 4, 5].map((rooms) => (rooms - 3) / Math.SQRT2);
    const rows = [0, 1, 2, 3, 4].map((row) => [...parts.train.features.subarray(4 * row, 4 * row + 4)]);
    expect(rows.map(([rooms]) => rooms)).toEqual(standard.map(Math.fround));
    expect(rows.map(([, ...ocean]) => ocean.indexOf(1))).toEqual([1, 0, 1, 2, 1]);
    // 8 rooms lie beyond what was fitted; the empty cells take the training mean and the most frequent category.
    expect([...parts.heldOut.features]).toEqual([Math.fround(5 / Math.SQRT2), 0, 0, 1, 0, 0, 1, 0]);
  });

  test('empty cells of the training part are filled by mean or median, which differ where it is skewed', () => {
    const train = table([1, 2, 3, Number.NaN, 10], ['a', 'a', 'a', 'a', 'a'], [1, 2, 3, 4, 5]);
    const filled = (missing: 'mean' | 'median'): number => {
      const { parts } = divided({ missing }, { train, test: train });
      const [one, two, , fourth] = [0, 1, 2, 3].map((row) => parts.train.features[2 * row]);
      return 1 + (fourth - one) / (two - one);
    };
    expect(filled('mean')).toBeCloseTo(4, 5);
    expect(filled('median')).toBeCloseTo(2.5, 5);
  });
});

describe('the target of a regression', () => {
  test('is standardised by the training part, with its scale kept', () => {
    const { parts, target, constantLoss } = divided({ missing: 'mean' });
    expect(target).toEqual({ name: 'price', mean: 30, deviation: Math.sqrt(200) });
    expect([...parts.heldOut.targets]).toEqual([30, -30].map((one) => Math.fround(one / Math.sqrt(200))));
    expect(constantLoss).toBeCloseTo(900 / 200, 6);
  });

  test('stays raw where that is stated', () => {
    expect([...divided({ missing: 'mean', standardizeTarget: false }).parts.train.targets]).toEqual([
      10, 20, 30, 40, 50,
    ]);
  });
});

test('an epoch of batches visits each row once, in another order each time, whatever was asked before', () => {
  const { parts } = divided({ missing: 'mean', standardizeTarget: false });
  const order = (seed: number, steps: readonly number[]): number[] => {
    const source = tableBatches(parts.train, { input: { name: 'x' }, batch: 2, seed });
    const inputs = { x: new Float32Array(8), targets: new Float32Array(2) };
    return steps.flatMap((step) => {
      void source.fill(step, inputs);
      return [...inputs.targets];
    });
  };
  const ten = order(1, [0, 1, 2, 3, 4]);
  expect(ten.slice(0, 5).sort()).toEqual([10, 20, 30, 40, 50]);
  expect(ten.slice(5).sort()).toEqual([10, 20, 30, 40, 50]);
  expect(ten).not.toEqual([...ten.slice(5), ...ten.slice(0, 5)]);
  expect(order(1, [3, 4])).toEqual(ten.slice(6));
  expect(order(2, [0, 1, 2, 3, 4])).not.toEqual(ten);
});

test('held-out rows stand where they are asked for; fewer are spread over the part', () => {
  const { parts } = divided({ standardizeTarget: false }, { test: TRAIN });
  const source = heldOutTable(parts.heldOut, { name: 'x' }, 2);
  const inputs = { x: new Float32Array(12), targets: new Float32Array(3) };
  source.fill(0, 2, inputs);
  source.fill(1, 0, inputs);
  expect(source.count).toBe(2);
  expect([...inputs.targets]).toEqual([30, 0, 10]);
});

test('a model of another width is refused', () => {
  const { parts } = divided({ missing: 'mean' });
  const source = tableBatches(parts.train, { input: { name: 'x' }, batch: 2, seed: 1 });
  expect(() => source.fill(0, { x: new Float32Array(10), targets: new Float32Array(2) })).toThrow(
    /input 'x' takes 5 numbers a sample; the data have 4/,
  );
});
