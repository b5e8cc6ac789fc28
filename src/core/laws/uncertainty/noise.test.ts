import { describe, expect, it } from 'vitest';
import { dot, multiply, pseudoInverse } from '../../math/linear.ts';
import { Random } from '../../math/random.ts';
import { blocksOf, runVariance, varianceRatio, whitenerOf } from './noise.ts';
import type { Noise } from './noise.ts';

const RUNS = ['a', 'a', 'b', 'c', 'c', 'c'];
const NOISE: Noise = { run: 0.7, evaluation: Float64Array.of(0.3, 0.5, 0.2, 1, 0.1, 2) };

/** The covariance written out. */
const COVARIANCE = RUNS.map((run, i) =>
  RUNS.map((other, j) => (run === other ? NOISE.run : 0) + (i === j ? NOISE.evaluation[i] : 0)),
);

describe('whitenerOf', () => {
  it('makes squares of what is left those of the inverse covariance', () => {
    const { inverse } = pseudoInverse(COVARIANCE);
    const random = new Random(1);
    const [x, y] = [RUNS.map(() => random.normal()), RUNS.map(() => random.normal())];
    const table = Float64Array.from(x.flatMap((value, row) => [value, y[row]]));
    whitenerOf(NOISE, blocksOf(RUNS))(table, 2);
    const [u, v] = [0, 1].map((column) => RUNS.map((_, row) => table[2 * row + column]));
    expect(dot(u, v)).toBeCloseTo(dot(x, multiply(inverse, y)), 10);
    expect(dot(u, u)).toBeCloseTo(dot(x, multiply(inverse, x)), 10);
  });
});

/** Groups of equal size around a common mean: [run][row]. */
function groups(count: number, size: number, run: number, row: number): { values: number[][]; runs: string[] } {
  const random = new Random(5);
  const values = Array.from({ length: count }, () => {
    const shared = run * random.normal();
    return Array.from({ length: size }, () => shared + row * random.normal());
  });
  return { values, runs: values.flatMap((group, i) => group.map(() => `${i}`)) };
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** [residual from the mean, derivative by the mean], one row a value. */
function around(values: readonly number[]): Float64Array {
  const mean = meanOf(values);
  return Float64Array.from(values.flatMap((value) => [value - mean, 1]));
}

describe('variance parts', () => {
  it('of runs with equal numbers of rows: the analysis of variance in closed form', () => {
    const { values, runs } = groups(12, 4, 1, 0.8);
    const within = meanOf(values.map((group) => group.reduce((sum, x) => sum + (x - meanOf(group)) ** 2, 0) / 3));
    const means = values.map(meanOf);
    const between = (4 * means.reduce((sum, x) => sum + (x - meanOf(means)) ** 2, 0)) / 11;
    const ratio = varianceRatio(
      { table: around(values.flat()), width: 2, blocks: blocksOf(runs) },
      new Float64Array(48).fill(1),
    );
    expect(ratio / ((between - within) / 4 / within)).toBeCloseTo(1, 3);
  });

  it('beside equal known errors: the sample variance less theirs, 0 where they explain all', () => {
    const values = groups(30, 1, 1, 0).values.flat();
    const near = { table: around(values), width: 2, blocks: blocksOf(values.map((_, i) => `${i}`)) };
    const variance = values.reduce((sum, x) => sum + (x - meanOf(values)) ** 2, 0) / 29;
    expect(runVariance(near, new Float64Array(30).fill(0.25), variance) / (variance - 0.25)).toBeCloseTo(1, 3);
    expect(runVariance(near, new Float64Array(30).fill(2 * variance), variance)).toBe(0);
  });
});
