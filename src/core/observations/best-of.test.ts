import { describe, expect, it } from 'vitest';
import { bestOf } from './best-of.ts';
import { selectRows } from './select-rows.ts';

const data = {
  rows: 4,
  columns: {
    params: Float64Array.of(1, 1, 2, 1),
    rate: Float64Array.of(0.1, 0.2, 0.1, 0.3),
    loss: Float64Array.of(3, 2.5, 2, 2.8),
  },
  runs: ['a', 'b', 'c', 'd'],
  conventions: {},
  exclusions: [{ run: 'x', reason: 'a cell is empty' }],
};

describe('bestOf', () => {
  it('keeps the lowest loss of each group in the order of the table, and lists the rest', () => {
    const best = bestOf(data, ['params']);
    expect(best.runs).toEqual(['b', 'c']);
    expect([...best.columns.rate]).toEqual([0.2, 0.1]);
    expect(best.exclusions.map(({ run }) => run)).toEqual(['x', 'a', 'd']);
  });

  it('refuses a column that is not there', () => {
    expect(() => bestOf(data, ['seed'])).toThrow("no column 'seed'");
  });
});

describe('selectRows', () => {
  it('takes rows in the order asked for', () => {
    const some = selectRows(data, [3, 0]);
    expect(some).toMatchObject({ rows: 2, runs: ['d', 'a'] });
    expect([...some.columns.loss]).toEqual([2.8, 3]);
  });
});
