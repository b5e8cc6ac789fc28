import { describe, expect, it } from 'vitest';
import { Random } from '../../math/random.ts';
import { costTable } from './cost-table.ts';
import { heldOutErrors } from './held-out.ts';
import type { MemberFits } from './held-out.ts';
import { rollingOrigins } from './origins.ts';
import { combine, weigh } from './weigh.ts';

const random = new Random(4);
const costs = Array.from({ length: 20 }, (_, index) => 2 ** (index / 2));
const columns = { flops: Float64Array.from(costs), loss: Float64Array.from(costs, (x) => 2 * x ** -0.2) };
const data = { rows: costs.length, columns, runs: costs.map(String), conventions: {}, exclusions: [] };
const table = costTable(data, { axis: 'flops', response: 'loss', residual: 'log' });
const origins = rollingOrigins(table, 2);

/** A made-up law whose log value at a row is the truth's plus `error`. */
const member = (error: (row: number, origin: number) => number): MemberFits =>
  origins.map(({ end }, origin) => ({
    parameters: [],
    from: 0,
    values: Float64Array.from({ length: end }, (_, row) => table.values[row] + error(row, origin)),
  }));

const all = (): boolean => true;

/** Sum over origins of weighted mean squared errors, with the pull toward equal weights. */
function criterion(members: readonly MemberFits[], weights: readonly number[]): number {
  const errors = members.map((fits) => heldOutErrors(table, origins, fits, 1) as Float64Array[]);
  const meanSquare = (of: readonly Float64Array[]): number[] =>
    of.map((rows, at) => (origins[at].weight * rows.reduce((sum, one) => sum + one * one, 0)) / rows.length);
  const total = (of: readonly Float64Array[]): number => meanSquare(of).reduce((sum, one) => sum + one, 0);
  const evidence = origins.reduce((sum, { weight }) => sum + weight, 0);
  const noise = Math.min(...errors.map(total)) / evidence;
  const pull = weights.reduce((sum, weight) => sum + (weight - 1 / weights.length) ** 2, 0);
  return total(combine(errors, weights)) + 3 * weights.length * noise * pull;
}

describe('weigh', () => {
  it('gives all to a member without error', () => {
    const { members, weights } = weigh(table, origins, [undefined, member(() => 0), member((row) => 0.01 * row)], all);
    expect(members).toEqual([0, 1]);
    expect(weights[1]).toBeCloseTo(1, 6);
  });

  it('minimises its criterion over weights that sum to 1', () => {
    const noisy = (scale: number, drift: number) => {
      const steps = Array.from({ length: 400 }, () => scale * random.normal());
      return member((row, origin) => (row >= origins[origin].seen ? steps[20 * origin + row] : 0) + drift * row);
    };
    const fits = [undefined, noisy(0.02, 0.05), noisy(0.03, 0.04), noisy(0.02, -0.04)];
    const { members, weights, anchor } = weigh(table, origins, fits, all);
    expect([members, anchor]).toEqual([[0, 1, 2, 3], 1]);
    expect(weights.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 12);
    const best = criterion(fits, weights);
    for (let trial = 0; trial < 500; trial++) {
      const [from, to] = [random.integer(4), random.integer(4)];
      const by = Math.min(weights[from], 0.1 * random.next());
      const moved = weights.map((one, index) => one + (index === to ? by : 0) - (index === from ? by : 0));
      expect(criterion(fits, moved)).toBeGreaterThanOrEqual(best - 1e-12);
    }
  });

  it('anchors to more of the last values where they are noisy', () => {
    const noise = costs.map(() => 0.2 * random.normal());
    const noisy = { ...table, values: table.values.map((value, row) => value + noise[row]) };
    const fits = [undefined, member(() => 0)];
    expect(weigh(noisy, origins, fits, all).anchor).toBeGreaterThan(2);
    expect(weigh(table, origins, fits, all).anchor).toBe(1);
  });

  it('weighs equally without evidence', () => {
    expect(weigh(table, origins, [undefined, member(() => 0)], () => false).weights).toEqual([0.5, 0.5]);
  });
});
