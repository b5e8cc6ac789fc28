/** Small dense linear algebra: a matrix is an array of rows. Sizes here are numbers of parameters, at most a few dozen. */
export type Matrix = number[][];

export const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index] * b[index];
  return sum;
};

export const multiply = (a: Matrix, x: readonly number[]): number[] => {
  const product: number[] = [];
  for (let i = 0; i < a.length; i++) product.push(dot(a[i], x));
  return product;
};

/** Lower factor L of a symmetric positive definite matrix, A = L L^T; undefined where it is not. */
export function cholesky(a: Matrix): Matrix | undefined {
  const n = a.length;
  const lower: Matrix = [];
  for (let i = 0; i < n; i++) {
    const row: number[] = [];
    for (let j = 0; j <= i; j++) {
      const other = i === j ? row : lower[j];
      let sum = a[i][j];
      for (let k = 0; k < j; k++) sum -= row[k] * other[k];
      if (i !== j) row.push(sum / other[j]);
      else if (sum > 0) row.push(Math.sqrt(sum));
      else return undefined;
    }
    for (let j = i + 1; j < n; j++) row.push(0);
    lower.push(row);
  }
  return lower;
}

/** Solves L L^T x = b. */
export function choleskySolve(lower: Matrix, b: readonly number[]): number[] {
  const n = b.length;
  const x = [...b];
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] -= lower[i][k] * x[k];
    x[i] /= lower[i][i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] -= lower[k][i] * x[k];
    x[i] /= lower[i][i];
  }
  return x;
}

/** Inverse of a symmetric positive definite matrix from its lower factor. */
export function choleskyInverse(lower: Matrix): Matrix {
  const n = lower.length;
  const inverse: Matrix = [];
  for (let i = 0; i < n; i++) {
    const unit = new Array<number>(n).fill(0);
    unit[i] = 1;
    inverse.push(choleskySolve(lower, unit));
  }
  return inverse;
}

/** Eigenvalues (descending) and eigenvectors (as columns) of a symmetric matrix by Jacobi rotations. */
export function symmetricEigen(matrix: Matrix): { values: number[]; vectors: Matrix } {
  const n = matrix.length;
  const a = matrix.map((row) => [...row]);
  const v: Matrix = a.map((_, i) => a.map((__, j) => (i === j ? 1 : 0)));
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off += a[p][q] * a[p][q];
    const scale = a.reduce((sum, row, i) => sum + row[i] * row[i], 0);
    if (off <= 1e-32 * scale) break;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, v, p, q);
  }
  const order = a.map((_, i) => i).sort((i, j) => a[j][j] - a[i][i]);
  return { values: order.map((i) => a[i][i]), vectors: v.map((row) => order.map((i) => row[i])) };
}

function rotate(a: Matrix, v: Matrix, p: number, q: number): void {
  if (a[p][q] === 0) return;
  const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
  const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < a.length; k++) {
    [a[k][p], a[k][q]] = [c * a[k][p] - s * a[k][q], s * a[k][p] + c * a[k][q]];
  }
  for (let k = 0; k < a.length; k++) {
    [a[p][k], a[q][k]] = [c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]];
    [v[k][p], v[k][q]] = [c * v[k][p] - s * v[k][q], s * v[k][p] + c * v[k][q]];
  }
}

/** Inverse of a symmetric positive semi-definite matrix; directions below `tolerance` times the largest are left out. */
export function pseudoInverse(matrix: Matrix, tolerance = 1e-14): { inverse: Matrix; rank: number; condition: number } {
  const { values, vectors } = symmetricEigen(matrix);
  const kept = values.map((value) => value > tolerance * values[0]);
  const inverse = matrix.map((_, i) =>
    matrix.map((__, j) =>
      values.reduce((sum, value, k) => sum + (kept[k] ? (vectors[i][k] * vectors[j][k]) / value : 0), 0),
    ),
  );
  return {
    inverse,
    rank: kept.filter(Boolean).length,
    condition: values.at(-1)! > 0 ? values[0] / values.at(-1)! : Infinity,
  };
}

/**
 * Non-negative least squares: minimises |A x - b| over x >= 0 (Lawson and Hanson 1974, chapter 23), from the normal matrix
 * G = A^T A and right-hand side h = A^T b. Variables come back after they were dropped, as the algorithm demands; those that
 * `isFree` names may be negative and are never dropped.
 */
export function nonNegativeLeastSquares(
  gram: Matrix,
  rhs: readonly number[],
  isFree: readonly boolean[] = [],
): number[] {
  const n = rhs.length;
  let passive: number[] = [];
  for (let i = 0; i < n; i++) if (isFree[i]) passive.push(i);
  const x = (passive.length > 0 && solvePassive(gram, rhs, passive)) || new Array<number>(n).fill(0);
  for (let iteration = 0; iteration < 10 * n; iteration++) {
    const entering = steepest(gram, rhs, x, passive);
    if (entering < 0) break;
    passive.push(entering);
    for (;;) {
      const z = solvePassive(gram, rhs, passive);
      if (!z) {
        passive = passive.filter((i) => i !== entering);
        break;
      }
      const negative = passive.filter((i) => z[i] <= 0 && !isFree[i]);
      if (negative.length === 0) {
        for (let i = 0; i < n; i++) x[i] = z[i];
        break;
      }
      const step = Math.min(...negative.map((i) => x[i] / (x[i] - z[i])));
      for (const i of passive) x[i] += step * (z[i] - x[i]);
      for (const i of negative) {
        if (x[i] <= 1e-15 * Math.max(...x.map(Math.abs))) {
          x[i] = 0;
          passive = passive.filter((other) => other !== i);
        }
      }
    }
  }
  return x;
}

/** The variable outside of `passive` along which the squares fall fastest for its own scale; -1 where they fall along none. */
function steepest(gram: Matrix, rhs: readonly number[], x: readonly number[], passive: readonly number[]): number {
  let best = -1;
  let fastest = -Infinity;
  let slope = 0;
  for (let i = 0; i < rhs.length; i++) {
    if (passive.includes(i)) continue;
    const own = rhs[i] - dot(gram[i], x);
    const scaled = own / Math.sqrt(gram[i][i] || 1);
    if (!(scaled > fastest)) continue;
    best = i;
    fastest = scaled;
    slope = own;
  }
  return best >= 0 && slope > 1e-12 * (Math.abs(rhs[best]) || 1) ? best : -1;
}

function solvePassive(gram: Matrix, rhs: readonly number[], indices: readonly number[]): number[] | undefined {
  const part: Matrix = [];
  const right: number[] = [];
  for (const i of indices) {
    part.push(indices.map((j) => gram[i][j]));
    right.push(rhs[i]);
  }
  const lower = cholesky(part);
  if (!lower) return undefined;
  const solution = choleskySolve(lower, right);
  const z = new Array<number>(rhs.length).fill(0);
  for (let k = 0; k < indices.length; k++) z[indices[k]] = solution[k];
  return z;
}
