import { log } from '../../math/elementary.ts';
import type { Matrix } from '../../math/linear.ts';
import type { Objective } from '../../terms/fit.ts';
import type { Law } from '../../terms/law.ts';
import type { Observations } from '../../terms/observation.ts';
import { Coordinates } from './coordinates.ts';
import { modelOf } from './model.ts';
import type { LawModel } from './model.ts';
import { penaltyOf } from './objective.ts';
import type { Penalty } from './objective.ts';

/** Relative residual that double precision cannot tell from none. */
const ROUNDING = 1e-12;

/** The objective at a point of the coordinates, with what the minimisers need. */
export interface Evaluation {
  readonly value: number;
  readonly gradient: number[];
  /** Gauss-Newton approximation of the Hessian, with the penalty's weights. */
  readonly normal: Matrix;
}

/** Fitting a law to a table: residuals, objective and gradients in the coordinates of the search. */
export class Problem {
  readonly law: Law;
  readonly coordinates: Coordinates;
  /** The law's variables, in its order, and the response, one number a row. */
  readonly columns: readonly Float64Array[];
  readonly response: Float64Array;
  /** An objective below this is rounding: the law goes through every row. */
  readonly negligible: number;
  /** The law in the space of the residuals. */
  private readonly model: LawModel;
  /** The response in the space of the residuals. */
  private readonly observed: Float64Array;
  private readonly penalty: Penalty;
  private readonly weights: Float64Array;
  private readonly rowSlopes: Float64Array;

  /** `weights` multiply each row's penalty. */
  constructor(law: Law, data: Observations, objective: Objective, weights = new Float64Array(data.rows).fill(1)) {
    this.law = law;
    this.response = data.columns[law.response];
    this.columns = law.variables.map((name) => data.columns[name]);
    const logMeans = Object.fromEntries(
      law.variables.map((name, index) => [name, this.columns[index].reduce((sum, x) => sum + log(x), 0) / data.rows]),
    );
    this.coordinates = new Coordinates(law, logMeans, [Math.min(...this.response), Math.max(...this.response)]);
    this.penalty = penaltyOf(objective);
    this.model = modelOf(law, objective.residual);
    const isLog = objective.residual === 'log';
    this.observed = isLog ? this.response.map(log) : this.response;
    this.negligible = data.rows * (ROUNDING * (isLog ? 1 : Math.max(...this.response))) ** 2;
    this.weights = weights;
    this.rowSlopes = new Float64Array(law.parameters.length);
  }

  /** Residuals, observed minus fitted, in the objective's space. */
  residuals(theta: readonly number[]): Float64Array {
    const fitted = this.model.values(this.coordinates.toRaw(theta), this.columns, this.response.length);
    return this.observed.map((value, row) => value - fitted[row]);
  }

  /** The plain sum of penalties over rows; infinite where the law has no value. */
  value(theta: readonly number[]): number {
    const fitted = this.model.values(this.coordinates.toRaw(theta), this.columns, this.response.length);
    let sum = 0;
    for (let row = 0; row < fitted.length; row++)
      sum += this.weights[row] * this.penalty.value(this.observed[row] - fitted[row]);
    return Number.isFinite(sum) ? sum : Infinity;
  }

  evaluate(theta: readonly number[]): Evaluation {
    const n = theta.length;
    const gradient = new Array<number>(n).fill(0);
    const normal: Matrix = Array.from({ length: n }, () => new Array<number>(n).fill(0));
    let value = 0;
    this.forEachRow(theta, (row, r, slopes) => {
      value += this.weights[row] * this.penalty.value(r);
      const pull = this.weights[row] * this.penalty.derivative(r);
      const weight = this.weights[row] * this.penalty.weight(r);
      for (let i = 0; i < n; i++) {
        gradient[i] -= pull * slopes[i];
        for (let j = 0; j <= i; j++) normal[i][j] += weight * slopes[i] * slopes[j];
      }
    });
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) normal[j][i] = normal[i][j];
    return { value: Number.isFinite(value) ? value : Infinity, gradient, normal };
  }

  /**
   * Visits each row with its residual and the derivatives of the fitted value, in the space of the residuals, by the
   * coordinates; the derivatives stand until the next row.
   */
  forEachRow(theta: readonly number[], visit: (row: number, residual: number, slopes: Float64Array) => void): void {
    const raw = this.coordinates.toRaw(theta);
    const rows = this.response.length;
    const width = 1 + theta.length;
    const results = this.model.slopes(raw, this.columns, rows);
    for (let row = 0; row < rows; row++) {
      for (let i = 0; i < theta.length; i++) this.rowSlopes[i] = results[row * width + 1 + i];
      this.coordinates.pullBack(this.rowSlopes, raw);
      visit(row, this.observed[row] - results[row * width], this.rowSlopes);
    }
  }
}
