import { compile } from '../../formula/compile.ts';
import type { Kernel } from '../../formula/compile.ts';
import { derivative } from '../../formula/differentiate.ts';
import { parseFormula } from '../../formula/parse.ts';
import { log } from '../../math/elementary.ts';
import type { Matrix } from '../../math/linear.ts';
import type { Objective } from '../../terms/fit.ts';
import type { Law } from '../../terms/law.ts';
import type { Observations } from '../../terms/observation.ts';
import { Coordinates } from './coordinates.ts';
import { penaltyOf } from './objective.ts';
import type { Penalty } from './objective.ts';

/** Relative residual that double precision cannot tell from none. */
const ROUNDING = 1e-12;

/** A law's prediction and its derivatives by raw parameters at a point of its variables. */
export interface LawModel {
  readonly law: Law;
  /** `raw` parameters in the law's order, `at` variables in the law's order; writes [value, derivatives...]. */
  evaluate(raw: ArrayLike<number>, at: ArrayLike<number>, results: Float64Array): void;
}

/** Compiles a law's formula with its gradient. */
export function modelOf(law: Law): LawModel {
  const formula = parseFormula(law.formula);
  const names = law.parameters.map(({ name }) => name);
  const kernel: Kernel = compile(
    [formula, ...names.map((name) => derivative(formula, name))],
    [...law.variables, ...names],
  );
  const values = new Float64Array(law.variables.length + names.length);
  return {
    law,
    evaluate(raw, at, results) {
      values.set(at, 0);
      values.set(raw, law.variables.length);
      kernel.evaluate(values, results);
    },
  };
}

/** The objective at a point of the coordinates, with what the minimisers need. */
export interface Evaluation {
  readonly value: number;
  readonly gradient: number[];
  /** Gauss-Newton approximation of the Hessian, with the penalty's weights. */
  readonly normal: Matrix;
}

/** Fitting a law to a table: residuals, objective and gradients in the coordinates of the search. */
export class Problem {
  readonly model: LawModel;
  readonly coordinates: Coordinates;
  readonly rows: readonly Float64Array[];
  readonly response: Float64Array;
  /** An objective below this is rounding: the law goes through every row. */
  readonly negligible: number;
  private readonly penalty: Penalty;
  private readonly isLog: boolean;
  private readonly weights: Float64Array | undefined;
  private readonly free: readonly boolean[];
  private readonly results: Float64Array;

  /** `weights` multiply each row's penalty; parameters that are not `free` keep their coordinate. */
  constructor(law: Law, data: Observations, objective: Objective, weights?: Float64Array, free?: readonly boolean[]) {
    this.model = modelOf(law);
    this.response = data.columns[law.response];
    const columns = law.variables.map((name) => data.columns[name]);
    this.rows = Array.from({ length: data.rows }, (_, row) => Float64Array.from(columns, (column) => column[row]));
    const logMeans = Object.fromEntries(
      law.variables.map((name, index) => [name, columns[index].reduce((sum, x) => sum + log(x), 0) / data.rows]),
    );
    this.coordinates = new Coordinates(law, logMeans, Math.min(...this.response));
    this.penalty = penaltyOf(objective);
    this.isLog = objective.residual === 'log';
    const scale = this.isLog ? 1 : Math.max(...this.response);
    this.negligible = data.rows * (ROUNDING * scale) ** 2;
    this.weights = weights;
    this.free = free ?? law.parameters.map(() => true);
    this.results = new Float64Array(1 + law.parameters.length);
  }

  /** Residuals, observed minus fitted, in the objective's space. */
  residuals(theta: readonly number[]): Float64Array {
    const raw = this.coordinates.toRaw(theta);
    return Float64Array.from(this.rows, (at, row) => {
      this.model.evaluate(raw, at, this.results);
      return this.residual(row);
    });
  }

  private residual(row: number): number {
    const [fitted] = this.results;
    return this.isLog ? log(this.response[row]) - log(fitted) : this.response[row] - fitted;
  }

  /** The plain sum of penalties over rows; infinite where the law has no value. */
  value(theta: readonly number[]): number {
    const raw = this.coordinates.toRaw(theta);
    let sum = 0;
    for (let row = 0; row < this.rows.length; row++) {
      this.model.evaluate(raw, this.rows[row], this.results);
      sum += (this.weights?.[row] ?? 1) * this.penalty.value(this.residual(row));
    }
    return Number.isFinite(sum) ? sum : Infinity;
  }

  evaluate(theta: readonly number[]): Evaluation {
    const n = theta.length;
    const raw = this.coordinates.toRaw(theta);
    const gradient = new Array<number>(n).fill(0);
    const normal: Matrix = Array.from({ length: n }, () => new Array<number>(n).fill(0));
    const slopes = new Float64Array(n);
    let value = 0;
    for (let row = 0; row < this.rows.length; row++) {
      const r = this.slopesAt(raw, row, slopes);
      const rowWeight = this.weights?.[row] ?? 1;
      value += rowWeight * this.penalty.value(r);
      const pull = rowWeight * this.penalty.derivative(r);
      const weight = rowWeight * this.penalty.weight(r);
      for (let i = 0; i < n; i++) {
        gradient[i] -= pull * slopes[i];
        for (let j = 0; j <= i; j++) normal[i][j] += weight * slopes[i] * slopes[j];
      }
    }
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) normal[j][i] = normal[i][j];
    return { value: Number.isFinite(value) ? value : Infinity, gradient, normal };
  }

  /** Writes the derivatives of the fitted value (or of its logarithm) by the coordinates; gives the residual. */
  slopesAt(raw: readonly number[], row: number, slopes: Float64Array): number {
    this.model.evaluate(raw, this.rows[row], this.results);
    const [fitted] = this.results;
    for (let i = 0; i < slopes.length; i++) slopes[i] = this.results[1 + i];
    this.coordinates.pullBack(slopes, raw);
    for (let i = 0; i < slopes.length; i++) slopes[i] = this.free[i] ? slopes[i] / (this.isLog ? fitted : 1) : 0;
    return this.residual(row);
  }
}
