import { cholesky, choleskySolve, multiply, pseudoInverse } from '../../math/linear.ts';
import type { Matrix } from '../../math/linear.ts';
import type { Blocks } from './noise.ts';

/**
 * Covariance of least squares coefficients that holds where runs scatter unequally or depart from the law together: the jackknife by
 * run, linearised (CR3 of Bell and McCaffrey 2002; for single rows HC3 of MacKinnon and White 1985). `table` is [row][residual,
 * derivatives by the coefficients...], whitened; coefficients that are not `free` have no covariance.
 */
export function jackknifeCovariance(table: Float64Array, free: readonly boolean[], blocks: Blocks): Matrix {
  const used = free.flatMap((isFree, i) => (isFree ? [i + 1] : []));
  const width = free.length + 1;
  const all = sumsOf(table, width, used, blocks.flat());
  const covariance = free.map(() => new Array<number>(free.length).fill(0));
  const share = 1 - 1 / blocks.length;
  for (const rows of blocks) {
    const own = sumsOf(table, width, used, rows);
    const rest = all.gram.map((line, i) => line.map((value, j) => value - own.gram[i][j]));
    const lower = cholesky(rest);
    const move = lower ? choleskySolve(lower, own.pull) : multiply(pseudoInverse(rest).inverse, own.pull);
    for (const [a, i] of used.entries()) {
      for (const [b, j] of used.entries()) covariance[i - 1][j - 1] += share * move[a] * move[b];
    }
  }
  return covariance;
}

/** Normal matrix and right-hand side of some rows. */
function sumsOf(
  table: Float64Array,
  width: number,
  used: readonly number[],
  rows: readonly number[],
): { gram: Matrix; pull: number[] } {
  const gram = used.map(() => new Array<number>(used.length).fill(0));
  const pull = new Array<number>(used.length).fill(0);
  for (const row of rows) {
    const start = row * width;
    for (let a = 0; a < used.length; a++) {
      const slope = table[start + used[a]];
      pull[a] += slope * table[start];
      for (let b = 0; b < used.length; b++) gram[a][b] += slope * table[start + used[b]];
    }
  }
  return { gram, pull };
}
