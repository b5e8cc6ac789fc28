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

/** Turns rows with some noise into rows of unit variance without correlation, in place; a table is [row][column]. */
export type Whitener = (table: Float64Array, width: number) => void;

/**
 * The whitener of a noise model. For a run with evaluation variances s_j^2 and run variance t^2 the rows u_j = r_j / s_j have covariance
 * I + t^2 v v^T with v_j = 1 / s_j, whose inverse root is I - (1 - 1 / sqrt(1 + t^2 |v|^2)) v v^T / |v|^2.
 */
export function whitenerOf({ run, evaluation }: Noise, blocks: Blocks): Whitener {
  const precisions = evaluation.map((variance) => 1 / Math.max(variance, LEAST_EVALUATION * run));
  const factors = precisions.map(Math.sqrt);
  for (const [row] of blocks.filter((rows) => rows.length === 1)) factors[row] = 1 / Math.sqrt(run + evaluation[row]);
  const shared = blocks
    .filter((rows) => rows.length > 1)
    .map((rows) => {
      const total = rows.reduce((sum, row) => sum + precisions[row], 0);
      return { rows, shrink: (1 - 1 / Math.sqrt(1 + run * total)) / total };
    });
  return (table, width) => {
    for (const { rows, shrink } of shared) {
      for (let k = 0; k < width; k++) {
        let mean = 0;
        for (let j = 0; j < rows.length; j++) mean += precisions[rows[j]] * table[rows[j] * width + k];
        mean *= shrink;
        for (let j = 0; j < rows.length; j++) table[rows[j] * width + k] -= mean;
      }
    }
    for (let row = 0, cell = 0; row < factors.length; row++) {
      for (let k = 0; k < width; k++, cell++) table[cell] *= factors[row];
    }
  };
}

/** A law near a fit: [row][residual, derivatives by the free coordinates...], not whitened. */
export interface Linearized {
  readonly table: Float64Array;
  readonly width: number;
  readonly blocks: Blocks;
}

/** -2 log restricted likelihood of a run variance beside given evaluation variances, constants left out. */
type Score = (run: number) => number;

/**
 * Restricted likelihood (Patterson and Thompson 1971): log |V| + log |J^T V^-1 J| + S, or (n - p) log S where the scale is free, S being
 * the squares that are left after the best linear step. With D the evaluations' variances V^-1 is D^-1 less, for each run, c D^-1 1
 * 1^T D^-1 with c = t^2 / (1 + t^2 1^T D^-1 1): sums over rows are made once.
 */
function restricted({ table, width, blocks }: Linearized, evaluation: Float64Array, isScaled: boolean): Score {
  const rows = table.length / width;
  const size = width - 1;
  const precisions = evaluation.map((variance) => 1 / variance);
  const whole: Matrix = Array.from({ length: width }, () => new Array<number>(width).fill(0));
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < width; i++) {
      const part = precisions[row] * table[row * width + i];
      for (let j = 0; j < width; j++) whole[i][j] += part * table[row * width + j];
    }
  }
  const runs = blocks.map((block) => ({
    total: block.reduce((sum, row) => sum + precisions[row], 0),
    sums: Array.from({ length: width }, (_, i) =>
      block.reduce((sum, row) => sum + precisions[row] * table[row * width + i], 0),
    ),
  }));
  const rest = evaluation.reduce((sum, variance) => sum + log(variance), 0);
  return (run) => {
    const gram = whole.map((line) => line.slice());
    let determinant = rest;
    for (const { total, sums } of runs) {
      const share = run / (1 + run * total);
      determinant += log(1 + run * total);
      for (let i = 0; i < width; i++) for (let j = 0; j < width; j++) gram[i][j] -= share * sums[i] * sums[j];
    }
    const lower = cholesky(gram.slice(1).map((line) => line.slice(1)));
    if (!lower) return Infinity;
    const pulls = gram[0].slice(1);
    const squares = gram[0][0] - dot(pulls, choleskySolve(lower, pulls));
    const information = 2 * lower.reduce((sum, line, i) => sum + log(line[i]), 0);
    const misfit = isScaled ? (rows - size) * log(Math.max(squares, Number.MIN_VALUE)) : squares;
    return determinant + information + misfit;
  };
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

/** An evaluation said to be without error is taken to have this share of the residuals' variance. */
const LEAST_SHARE = 1e-8;

/** Run variance where the evaluations' errors are known; 0 where they explain the scatter alone. `spread` is the residuals' variance. */
export function runVariance(near: Linearized, evaluation: Float64Array, spread: number): number {
  const score = restricted(
    near,
    evaluation.map((variance) => Math.max(variance, LEAST_SHARE * spread)),
    false,
  );
  const best = spread * exp(argMin((x) => score(spread * exp(x)), ...SEARCHED));
  return score(best) < score(0) ? best : 0;
}

/** Beyond this ratio a run's rows do not differ from each other. */
export const LARGEST_RATIO = 1e8;

/** Run variance in multiples of the evaluations', which are known up to a scale, where runs have several rows. */
export function varianceRatio(near: Linearized, evaluation: Float64Array): number {
  const score = restricted(near, evaluation, true);
  const best = exp(argMin((x) => score(exp(x)), log(1e-4), log(LARGEST_RATIO)));
  return score(best) < score(0) ? best : 0;
}
