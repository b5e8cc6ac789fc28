import { cholesky, choleskySolve, dot } from './linear.ts';
import type { Matrix } from './linear.ts';

/** A weighted least squares fit. */
export interface Regression {
  readonly coefficients: readonly number[];
  /** Inverse of the weighted normal matrix: times the residual variance, the covariance of the coefficients. */
  readonly inverse: Matrix;
  /** Weighted sum of squared residuals. */
  readonly residualSum: number;
  readonly degrees: number;
}

/** Fits y = design . coefficients; `weights` are inverse variances up to a factor. Undefined where the design is singular. */
export function regress(
  design: readonly (readonly number[])[],
  y: readonly number[],
  weights?: readonly number[],
): Regression | undefined {
  const size = design[0].length;
  const weightOf = (row: number): number => weights?.[row] ?? 1;
  const gram = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (__, j) => design.reduce((sum, row, r) => sum + weightOf(r) * row[i] * row[j], 0)),
  );
  const rhs = Array.from({ length: size }, (_, i) =>
    design.reduce((sum, row, r) => sum + weightOf(r) * row[i] * y[r], 0),
  );
  const lower = cholesky(gram);
  if (!lower) return undefined;
  const coefficients = choleskySolve(lower, rhs);
  const inverse = gram.map((_, i) =>
    choleskySolve(
      lower,
      gram.map((__, j) => (i === j ? 1 : 0)),
    ),
  );
  const squareOf = (row: readonly number[], r: number): number => {
    const residual = y[r] - dot(row, coefficients);
    return weightOf(r) * residual * residual;
  };
  const residualSum = design.reduce((sum, row, r) => sum + squareOf(row, r), 0);
  return { coefficients, inverse, residualSum, degrees: design.length - size };
}

/** Variance of row . coefficients, in units of the residual variance. */
export const leverage = (row: readonly number[], inverse: Matrix): number =>
  row.reduce((sum, x, i) => sum + x * dot(inverse[i], row), 0);
