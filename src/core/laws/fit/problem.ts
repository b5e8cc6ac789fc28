import { log } from '../../math/elementary.ts';
import type { Matrix } from '../../math/linear.ts';
import type { Objective } from '../../terms/fit.ts';
import type { Law } from '../../terms/law.ts';
import type { Observations } from '../../terms/observation.ts';
import { Coordinates } from './coordinates.ts';
import { objectiveModelOf } from './model.ts';
import type { Evaluation, Minimizable } from './minimize.ts';
import type { ObjectiveModel } from './model.ts';
import { DEFAULT_DELTA, DEFAULT_RATIO } from './objective.ts';

/** Relative residual that double precision cannot tell from none. */
const ROUNDING = 1e-12;

/** How residuals and derivatives scatter at a point; a row of weight w has 1/w of the variance. */
export interface Scatter {
  /** Sums over rows of squared residuals, of squared derivatives of the penalty, and of its second derivatives. */
  readonly squares: number;
  readonly pulls: number;
  readonly curvature: number;
  /** J^T W J of the derivatives by the coordinates. */
  readonly gram: Matrix;
}

/** Fitting a law to a table: residuals, objective and gradients in the coordinates of the search. */
export class Problem implements Minimizable {
  readonly law: Law;
  readonly objective: Objective;
  readonly coordinates: Coordinates;
  readonly isReweighted: boolean;
  readonly rows: number;
  /** An objective below this is rounding: the law goes through every row. */
  readonly negligible: number;
  /** Smallest and largest response. */
  readonly responses: readonly [number, number];
  private readonly model: ObjectiveModel;
  /** The law's variables, the response in the space of the residuals, weights. */
  private readonly columns: readonly Float64Array[];

  /** `weights` multiply each row's penalty. */
  constructor(law: Law, data: Observations, objective: Objective, weights?: Float64Array) {
    const response = data.columns[law.response];
    const variables = law.variables.map((name) => data.columns[name]);
    const isLog = objective.residual === 'log';
    this.law = law;
    this.objective = objective;
    this.isReweighted = objective.kind !== 'least-squares';
    this.rows = data.rows;
    this.responses = [
      response.reduce((low, y) => Math.min(low, y), Infinity),
      response.reduce((high, y) => Math.max(high, y), -Infinity),
    ];
    const logMeans = variables.map((column) => column.reduce((sum, x) => sum + log(x), 0) / data.rows);
    this.coordinates = new Coordinates(law, logMeans, this.responses);
    this.model = objectiveModelOf(law, objective);
    const rounding = ROUNDING * (isLog ? 1 : Math.abs(this.responses[1]));
    this.negligible = data.rows * rounding * rounding;
    this.columns = [...variables, isLog ? response.map(log) : response, weights ?? new Float64Array(data.rows).fill(1)];
  }

  /** Scale of the penalty. */
  get delta(): number {
    return this.objective.delta ?? DEFAULT_DELTA;
  }

  /** The same problem with other weights. */
  reweighted(weights: Float64Array): Problem {
    return Object.assign(this.copy(), { columns: [...this.columns.slice(0, -1), weights] });
  }

  /** The same problem with another scale of the penalty. */
  withDelta(delta: number): Problem {
    return Object.assign(this.copy(), { objective: { ...this.objective, delta } });
  }

  /** The same problem, in which a level may come close to the largest response. */
  withNearLevels(): Problem {
    return Object.assign(this.copy(), { coordinates: this.coordinates.withNearLevels() });
  }

  /** Residuals, observed minus fitted, in the objective's space. */
  residuals(theta: readonly number[]): Float64Array {
    return this.model.residuals.evaluate(this.parameters(theta), this.columns, this.rows).slice();
  }

  /** [row][fitted value in the objective's space, derivatives by the coordinates...]; stands until the next evaluation. */
  rowSlopes(theta: readonly number[]): Float64Array {
    return this.model.rows.evaluate(this.parameters(theta), this.columns, this.rows);
  }

  /** The plain sum of penalties over rows; infinite where the law has no value. */
  value(theta: readonly number[]): number {
    const [sum] = this.model.value.evaluate(this.parameters(theta), this.columns, this.rows);
    return Number.isFinite(sum) ? sum : Infinity;
  }

  evaluate(theta: readonly number[]): Evaluation {
    const sums = this.model.slopes.evaluate(this.parameters(theta), this.columns, this.rows);
    const n = theta.length;
    return {
      value: Number.isFinite(sums[0]) ? sums[0] : Infinity,
      gradient: numbers(sums, 1, n),
      normal: symmetric(sums, 1 + n, n),
    };
  }

  scatter(theta: readonly number[]): Scatter {
    const sums = this.model.scatter.evaluate(this.parameters(theta), this.columns, this.rows);
    const [squares, pulls, curvature] = sums;
    return { squares, pulls, curvature, gram: symmetric(sums, 3, theta.length) };
  }

  /** Normal matrix and right-hand side of the parameters that enter linearly, in multiples of what they are at `raw`. */
  projection(raw: readonly number[], size: number): { gram: Matrix; rhs: number[] } {
    const sums = this.model.projection.evaluate(this.withConstants(raw), this.columns, this.rows);
    const triangle = (size * (size + 1)) / 2;
    return { gram: symmetric(sums, 0, size), rhs: numbers(sums, triangle, size) };
  }

  private copy(): Problem {
    return Object.assign(Object.create(Problem.prototype) as Problem, this);
  }

  private parameters(theta: readonly number[]): number[] {
    return this.withConstants(this.coordinates.toRaw(theta));
  }

  private withConstants(raw: readonly number[]): number[] {
    const { ratio = DEFAULT_RATIO } = this.objective;
    return [...raw, ...this.coordinates.logMeans, this.delta, ratio];
  }
}

// Plain loops: these run at every step of every search, where iterators would cost as much as the kernel.

function numbers(values: Float64Array, first: number, count: number): number[] {
  const copy: number[] = [];
  for (let index = 0; index < count; index++) copy.push(values[first + index]);
  return copy;
}

/** A symmetric matrix from its lower triangle, row after row, which begins at `first`. */
function symmetric(values: Float64Array, first: number, n: number): Matrix {
  const matrix: Matrix = [];
  let at = first;
  for (let i = 0; i < n; i++) {
    const row: number[] = [];
    for (let j = 0; j <= i; j++) row.push(values[at++]);
    matrix.push(row);
    for (let j = 0; j < i; j++) matrix[j].push(row[j]);
  }
  return matrix;
}
