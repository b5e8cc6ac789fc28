import { multiply, pseudoInverse } from '../../math/linear.ts';
import type { Matrix } from '../../math/linear.ts';
import type { Blocks } from './noise.ts';

/**
 * Covariance of least squares coefficients that holds where runs scatter unequally or depart from the law together: the jackknife by
 * run, linearised (CR3 of Bell and McCaffrey 2002; for single rows HC3 of MacKinnon and White 1985). `table` is [row][residual,
 * derivatives by the coefficients...], whitened; coefficients that are not `free` have no covariance.
 */
export function jackknifeCovariance(table: Float64Array, free: readonly boolean[], blocks: Blocks): Matrix {
  const size = free.length;
  const used = free.flatMap((isFree, i) => (isFree ? [i] : []));
  const gramOf = (rows: readonly number[]): Matrix => {
    const gram = Array.from({ length: size }, () => new Array<number>(size).fill(0));
    for (const row of rows) {
      const start = row * (size + 1) + 1;
      for (const i of used) for (const j of used) gram[i][j] += table[start + i] * table[start + j];
    }
    return gram;
  };
  const all = gramOf([...blocks.flat()]);
  const covariance = all.map(() => new Array<number>(size).fill(0));
  for (const rows of blocks) {
    const own = gramOf(rows);
    const rest = all.map((line, i) => line.map((value, j) => value - own[i][j]));
    const pull = all.map((_, i) =>
      rows.reduce((sum, row) => sum + (free[i] ? table[row * (size + 1)] * table[row * (size + 1) + 1 + i] : 0), 0),
    );
    const move = multiply(pseudoInverse(rest).inverse, pull);
    for (const i of used) {
      for (const j of used) covariance[i][j] += (1 - 1 / blocks.length) * move[i] * move[j];
    }
  }
  return covariance;
}
