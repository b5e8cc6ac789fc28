import { describe, expect, it } from 'vitest';
import { costTable } from './cost-table.ts';
import type { CostTable } from './cost-table.ts';
import { independentOrigins, rollingOrigins } from './origins.ts';

function tableOf(costs: readonly number[]): CostTable {
  const columns = { flops: Float64Array.from(costs), loss: new Float64Array(costs.length).fill(1) };
  const data = { rows: costs.length, columns, runs: costs.map(String), conventions: {}, exclusions: [] };
  return costTable(data, { axis: 'flops', response: 'loss', residual: 'log' });
}

const doublings = (n: number, perDoubling = 1): number[] =>
  Array.from({ length: n }, (_, index) => 2 ** (index / perDoubling));

describe('rollingOrigins', () => {
  it('goes back a level at a time where levels are a reach apart, while four remain', () => {
    const origins = rollingOrigins(tableOf(doublings(9)), 2);
    expect(origins.map(({ seen, end }) => [seen, end])).toEqual([8, 7, 6, 5, 4].map((seen) => [seen, seen + 1]));
    expect(independentOrigins(origins)).toBe(5);
    expect(origins[0].weight / origins[2].weight).toBeCloseTo(2, 12);
  });

  it('looks no further than the reach, and leaves out windows that rows hardly fill', () => {
    const origins = rollingOrigins(tableOf(doublings(60, 8)), 2);
    expect(origins[0].end - origins[0].seen).toBe(4);
    for (const { seen, end } of origins) expect(end - seen).toBeLessThanOrEqual(8);
    expect(independentOrigins(origins)).toBe(3);
  });

  it('holds the next level out where it lies beyond the reach', () => {
    expect(rollingOrigins(tableOf(doublings(6)), 1.1).map(({ seen, end }) => [seen, end])).toEqual([
      [5, 6],
      [4, 5],
    ]);
  });

  it('never parts rows of one cost', () => {
    const costs = doublings(8).flatMap((cost) => [cost, cost, cost]);
    for (const { seen, end, levels } of rollingOrigins(tableOf(costs), 2))
      expect([seen, end]).toEqual([3 * levels, 3 * levels + 3]);
  });

  it('finds none in a short table', () => {
    expect(rollingOrigins(tableOf(doublings(4)), 2)).toEqual([]);
    expect(rollingOrigins(tableOf([5, 5, 5, 5, 5]), 2)).toEqual([]);
  });
});
