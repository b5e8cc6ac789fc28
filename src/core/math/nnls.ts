import { square } from './elementary.ts';

/** Passes over the coordinates; the change of the last ones is far below what times are known to. */
const PASSES = 4000;
/** Relative change of the sum of squares below which it is at its minimum. */
const CONVERGED = 1e-12;

/**
 * Non-negative least squares: x >= 0 that minimises |A x - y|^2 + |D x|^2, by coordinate descent, which reaches the one minimum of a convex
 * problem (Franc, Hlavac and Navara 2005). `rows`: A, one array a row. `damping`: the diagonal of D^2, one number a column.
 */
export function nonNegativeLeastSquares(
  rows: readonly ArrayLike<number>[],
  y: readonly number[],
  damping: readonly number[],
): number[] {
  const columns = damping.length;
  const gram = damping.map((own, i) =>
    damping.map((_, j) => rows.reduce((sum, row) => sum + row[i] * row[j], i === j ? own : 0)),
  );
  const wanted = damping.map((_, i) => rows.reduce((sum, row, index) => sum + row[i] * y[index], 0));
  const x = new Array<number>(columns).fill(0);
  const gradient = wanted.map((value) => -value);
  for (let pass = 0; pass < PASSES; pass++) {
    let gain = 0;
    for (let i = 0; i < columns; i++) {
      if (gram[i][i] === 0) continue;
      const step = Math.max(0, x[i] - gradient[i] / gram[i][i]) - x[i];
      if (step === 0) continue;
      x[i] += step;
      for (let j = 0; j < columns; j++) gradient[j] += step * gram[i][j];
      gain += square(step) * gram[i][i];
    }
    if (gain <= CONVERGED * y.length) break;
  }
  return x;
}
