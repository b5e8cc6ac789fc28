import { expect, it } from 'vitest';
import { repairLines } from './repairs-text.ts';

const repair = (at: string, from: number, nominal: number, to: number): Parameters<typeof repairLines>[0][0] => ({
  ...{ at, from, nominal, to },
  reason: 'a multiple of 8',
});

it('sizes that were repaired alike stand in one line, those farthest from nominal first', () => {
  const alike = ['a', 'b', 'c', 'd', 'e'].map((name) => repair(name, 16, 20.8, 24));
  expect(repairLines([...alike, repair('f', 8, 10.4, 8)])).toEqual([
    '',
    'Repairs',
    '  f: 8 -> 8, nominal 10.4; a multiple of 8',
    '  a, b, c and 2 more: 16 -> 24, nominal 20.8; a multiple of 8',
  ]);
});

it('many lines end with how many sizes are left', () => {
  const lines = repairLines(Array.from({ length: 20 }, (_, index) => repair(`w${index}`, 8, 10.4 + index, 8)));
  expect(lines).toHaveLength(2 + 12 + 1);
  expect(lines.at(-1)).toBe('  and 8 smaller ones: --json lists all');
  expect(repairLines([])).toEqual([]);
});
