import { describe, expect, it } from 'vitest';
import { join } from './join.ts';

const first = {
  columns: ['model', 'size', 'top1'],
  rows: [
    ['a', '1', '80'],
    ['a', '2', '82'],
    ['b', '1', ''],
    ['c', '1', '70'],
  ],
};
const second = {
  columns: ['size', 'model', 'score'],
  rows: [
    ['2', 'a', '60'],
    ['1', 'a', '61'],
    ['1', 'b', '50'],
    ['9', 'd', '1'],
  ],
};
const [id, ood] = [{ id: 'top1' }, { ood: 'score' }];

describe('join', () => {
  it('pairs rows by their keys, whatever their order, and counts those without a partner', () => {
    const { rows, unmatched, empty } = join({ table: first, columns: id }, { table: second, columns: ood }, [
      'model',
      'size',
    ]);
    expect(rows.map(({ key, values }) => [key, values])).toEqual([
      ['a 1', { id: 80, ood: 61 }],
      ['a 2', { id: 82, ood: 60 }],
    ]);
    expect(rows[0].cell('size')).toBe('1');
    expect(unmatched).toEqual([1, 1]);
    expect(empty).toBe(1);
  });

  it('refuses keys that name two rows, until a condition tells them apart', () => {
    const sides = [
      { table: first, columns: id },
      { table: second, columns: ood },
    ] as const;
    expect(() => join(...sides, ['model'])).toThrow("two rows are called 'a'");
    const kept = join({ ...sides[0], where: 'size == "1"' }, { ...sides[1], where: 'size == "1"' }, ['model']);
    expect(kept.rows).toHaveLength(1);
  });

  it('refuses columns that are not there and text that is no number', () => {
    const sides = [
      { table: first, columns: { id: 'model' } },
      { table: second, columns: ood },
    ] as const;
    expect(() => join(...sides, ['model', 'size'])).toThrow("holds 'a' for 'a 1'");
    expect(() => join(...sides, ['family'])).toThrow("no column 'family'");
  });
});
