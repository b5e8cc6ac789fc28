import type { Matrix } from '../../math/linear.ts';
import { levenbergMarquardt } from '../fit/minimize.ts';
import type { Evaluation, Minimizable } from '../fit/minimize.ts';
import type { Problem } from '../fit/problem.ts';
import { whitenerOf } from './noise.ts';
import type { Blocks, Noise, Whitener } from './noise.ts';

/** A number that follows from the coordinates of a fit: a parameter, a prediction, the logarithm of a best size. */
export interface Target {
  at(theta: readonly number[]): { readonly value: number; readonly gradient: readonly number[] };
}

/** Pulls a target towards a value: adds weight x (value - target)^2 to the squares, as one more row would. */
export interface Tether {
  readonly target: Target;
  readonly value: number;
  readonly weight: number;
}

/** Generalised least squares: squares of a law's residuals after whitening by a noise model, with a tether or without. */
export class Squares implements Minimizable {
  readonly isReweighted = false;
  readonly negligible: number;
  readonly problem: Problem;
  /** In the space of the residuals. */
  readonly response: Float64Array;
  readonly noise: Noise;
  readonly blocks: Blocks;
  private readonly tether: Tether | undefined;
  private readonly whiten: Whitener;
  /** Rows of the last evaluation: a new table for each would keep the garbage collector busier than the sums. */
  private readonly scratch: Float64Array;

  constructor(
    problem: Problem,
    response: Float64Array,
    noise: Noise,
    blocks: Blocks,
    tether?: Tether,
    made?: { readonly whiten: Whitener; readonly scratch: Float64Array },
  ) {
    this.problem = problem;
    this.response = response;
    this.noise = noise;
    this.blocks = blocks;
    this.tether = tether;
    this.scratch = made?.scratch ?? new Float64Array(response.length * (problem.law.parameters.length + 1));
    this.whiten = made?.whiten ?? whitenerOf(noise, blocks);
    const smallest = noise.evaluation.reduce((least, value) => Math.min(least, value), Infinity) + noise.run;
    this.negligible = problem.negligible / smallest;
  }

  get coordinates(): Problem['coordinates'] {
    return this.problem.coordinates;
  }

  tethered(tether: Tether): Squares {
    const { whiten, scratch } = this;
    return new Squares(this.problem, this.response, this.noise, this.blocks, tether, { whiten, scratch });
  }

  /** [row][residual, derivatives of the fitted value by the coordinates...], whitened unless told. */
  rows(theta: readonly number[], isWhite = true): Float64Array {
    return this.fill(theta, isWhite).slice();
  }

  private fill(theta: readonly number[], isWhite = true): Float64Array {
    const table = this.scratch;
    const width = theta.length + 1;
    table.set(this.problem.rowSlopes(theta));
    for (let row = 0; row < this.response.length; row++) table[row * width] = this.response[row] - table[row * width];
    if (isWhite) this.whiten(table, width);
    return table;
  }

  /** A column of the table, whitened. */
  whitened(column: Float64Array): Float64Array {
    const copy = column.slice();
    this.whiten(copy, 1);
    return copy;
  }

  value(theta: readonly number[]): number {
    const table = this.fill(theta);
    let sum = 0;
    for (let cell = 0; cell < table.length; cell += theta.length + 1) sum += table[cell] * table[cell];
    if (this.tether) {
      const { target, value, weight } = this.tether;
      const gap = value - target.at(theta).value;
      sum += weight * gap * gap;
    }
    return Number.isFinite(sum) ? sum : Infinity;
  }

  evaluate(theta: readonly number[]): Evaluation {
    const table = this.fill(theta);
    const size = theta.length;
    const gradient = new Array<number>(size).fill(0);
    const normal: Matrix = Array.from({ length: size }, () => new Array<number>(size).fill(0));
    let sum = 0;
    const add = (offset: number, row: ArrayLike<number>, weight: number): void => {
      const residual = row[offset];
      sum += weight * residual * residual;
      for (let i = 0; i < size; i++) {
        const slope = 2 * weight * row[offset + 1 + i];
        gradient[i] -= slope * residual;
        for (let j = 0; j <= i; j++) normal[i][j] += slope * row[offset + 1 + j];
      }
    };
    for (let offset = 0; offset < table.length; offset += size + 1) add(offset, table, 1);
    if (this.tether) {
      const { target, value, weight } = this.tether;
      const at = target.at(theta);
      add(0, [value - at.value, ...at.gradient], weight);
    }
    for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) normal[j][i] = normal[i][j];
    return { value: Number.isFinite(sum) ? sum : Infinity, gradient, normal };
  }
}

/** Where squares end from a start nearby. Squares need no more than Levenberg and Marquardt, to a relative 1e-9. */
export function settle(problem: Minimizable, start: readonly number[]): { theta: number[]; value: number } {
  const theta = levenbergMarquardt(problem, problem.coordinates.clamp([...start]));
  return { theta, value: problem.value(theta) };
}
