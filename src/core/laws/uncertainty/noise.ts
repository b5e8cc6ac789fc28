import { exp, log } from '../../math/elementary.ts';
import { cholesky, choleskySolve, dot } from '../../math/linear.ts';
import type { Matrix } from '../../math/linear.ts';

/** Variances of residuals, up to the scale that a fit gives them: one part is shared by all rows of a run, the other is each row's own. */
export interface Noise {
  /** Of a run: seed, data order, hardware. Shared by its rows. */
  readonly run: number;
  /** Of each row's evaluation. */
  readonly evaluation: Float64Array;
}

/** Rows that belong to one run. */
export type Blocks = readonly (readonly number[])[];

export const blocksOf = (runs: readonly string[]): Blocks => [...Map.groupBy(runs.keys(), (row) => runs[row]).values()];

/** An evaluation without error still differs from its run's other rows by so much of the run's variance: rounding. */
const LEAST_EVALUATION = 1e-9;

/**
 * Turns rows with this noise into rows of unit variance without correlation, in place; `table` is [row][column]. For a run with
 * evaluation variances s_j^2 and run variance t^2 the rows u_j = r_j / s_j have covariance I + t^2 v v^T with v_j = 1 / s_j, whose inverse root
 * is I - (1 - 1 / sqrt(1 + t^2 |v|^2)) v v^T / |v|^2.
 */
export function whiten(table: Float64Array, width: number, { run, evaluation }: Noise, blocks: Blocks): void {
  for (const rows of blocks) {
    if (rows.length === 1) {
      const deviation = Math.sqrt(run + evaluation[rows[0]]);
      for (let k = 0; k < width; k++) table[rows[0] * width + k] /= deviation;
      continue;
    }
    const precisions = rows.map((row) => 1 / Math.max(evaluation[row], LEAST_EVALUATION * run));
    const total = precisions.reduce((sum, value) => sum + value, 0);
    const shrink = (1 - 1 / Math.sqrt(1 + run * total)) / total;
    for (let k = 0; k < width; k++) {
      let mean = 0;
      for (const [j, row] of rows.entries()) mean += precisions[j] * table[row * width + k];
      for (const [j, row] of rows.entries()) {
        const cell = row * width + k;
        table[cell] = Math.sqrt(precisions[j]) * (table[cell] - shrink * mean);
      }
    }
  }
}

/** Logarithm of the determinant of the covariance. */
function logDeterminant({ run, evaluation }: Noise, blocks: Blocks): number {
  let sum = 0;
  for (const rows of blocks) {
    if (rows.length === 1) {
      sum += log(run + evaluation[rows[0]]);
      continue;
    }
    const variances = rows.map((row) => Math.max(evaluation[row], LEAST_EVALUATION * run));
    sum += variances.reduce((total, value) => total + log(value), 0);
    sum += log(1 + run * variances.reduce((total, value) => total + 1 / value, 0));
  }
  return sum;
}

/** A law near a fit: [row][residual, derivatives by the free coordinates...], not whitened. */
export interface Linearized {
  readonly table: Float64Array;
  readonly width: number;
  readonly blocks: Blocks;
}

/**
 * -2 log restricted likelihood of a noise model (Patterson and Thompson 1971), constants left out: log |V| + log |J^T V^-1 J| + S, or
 * (n - p) log S where the scale is free, S being the squares that are left after the best linear step.
 */
function restricted({ table, width, blocks }: Linearized, noise: Noise, isScaled: boolean): number {
  const white = Float64Array.from(table);
  whiten(white, width, noise, blocks);
  const rows = white.length / width;
  const size = width - 1;
  const gram: Matrix = Array.from({ length: width }, () => new Array<number>(width).fill(0));
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < width; i++) {
      for (let j = 0; j <= i; j++) gram[i][j] += white[row * width + i] * white[row * width + j];
    }
  }
  const normal = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (__, j) => (i >= j ? gram[i + 1][j + 1] : gram[j + 1][i + 1])),
  );
  const lower = cholesky(normal);
  if (!lower) return Infinity;
  const pulls = Array.from({ length: size }, (_, i) => gram[i + 1][0]);
  const squares = gram[0][0] - dot(pulls, choleskySolve(lower, pulls));
  const information = 2 * lower.reduce((sum, row, i) => sum + log(row[i]), 0);
  const misfit = isScaled ? (rows - size) * log(Math.max(squares, Number.MIN_VALUE)) : squares;
  return logDeterminant(noise, blocks) + information + misfit;
}

const GRID = 24;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** The smallest value of a function over [low, high] by a grid and then golden sections. */
function argMin(of: (x: number) => number, low: number, high: number): number {
  const step = (high - low) / GRID;
  const values = Array.from({ length: GRID + 1 }, (_, k) => of(low + k * step));
  const best = values.indexOf(Math.min(...values));
  let [a, b] = [low + Math.max(0, best - 1) * step, low + Math.min(GRID, best + 1) * step];
  for (let round = 0; round < 18; round++) {
    const [left, right] = [b - GOLDEN * (b - a), a + GOLDEN * (b - a)];
    if (of(left) < of(right)) b = right;
    else a = left;
  }
  return (a + b) / 2;
}

/** Run variances are looked for from this share of the scatter to so many times it. */
const SEARCHED = [log(1e-5), log(1e2)] as const;

/** Run variance where the evaluations' errors are known; 0 where they explain the scatter alone. `spread` is the residuals' variance. */
export function runVariance(near: Linearized, evaluation: Float64Array, spread: number): number {
  const score = (run: number): number => restricted(near, { run, evaluation }, false);
  const best = spread * exp(argMin((x) => score(spread * exp(x)), ...SEARCHED));
  return score(best) < score(0) ? best : 0;
}

/** Beyond this ratio a run's rows do not differ from each other. */
export const LARGEST_RATIO = 1e8;

/** Run variance in multiples of the evaluations' where neither is known and runs have several rows. */
export function varianceRatio(near: Linearized): number {
  const evaluation = new Float64Array(near.table.length / near.width).fill(1);
  const score = (run: number): number => restricted(near, { run, evaluation }, true);
  const best = exp(argMin((x) => score(exp(x)), log(1e-4), log(LARGEST_RATIO)));
  return score(best) < score(0) ? best : 0;
}
