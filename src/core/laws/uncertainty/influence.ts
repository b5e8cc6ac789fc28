import { log, pow } from '../../math/elementary.ts';
import { dot, multiply, pseudoInverse } from '../../math/linear.ts';
import type { Fit } from '../../terms/fit.ts';
import type { Observations } from '../../terms/observation.ts';
import { minimize } from '../fit/minimize.ts';
import { modelOf } from '../fit/model.ts';
import { Problem } from '../fit/problem.ts';

/** What a fit would be without one run. */
export interface RunInfluence {
  readonly run: string;
  readonly rows: readonly number[];
  /** The law's parameters without the run, by name, in raw units. */
  readonly parameters: Readonly<Record<string, number>>;
  /**
   * Logarithm of the forecast without the run over that with it, at ten times the largest scale: each positive variable of the largest row
   * times 10^(1 / number of variables).
   */
  readonly forecastChange: number;
}

/** Up to so many runs are all refitted; of more, those that one step says matter most. */
const REFITTED_ALL = 500;
const REFITTED_OF_MORE = 50;
const REACH = 10;

/**
 * Leave-one-run-out influence, the most influential run first: the law refitted without each run (all of its rows), from the fit
 * (Cook 1977; for what a single number of rows cannot say, refits are exact and linearisation is not).
 */
export function influenceByRun(fit: Fit, data: Observations): RunInfluence[] {
  const runs = [
    ...Map.groupBy(
      Array.from({ length: data.rows }, (_, row) => row),
      (row) => data.runs[row],
    ),
  ];
  const problem = new Problem(fit.law, data, fit.objectiveKind);
  const theta = thetaOf(fit, problem);
  const wanted = runs.length <= REFITTED_ALL ? runs : mostPulling(runs, problem, theta);
  const forecast = forecaster(fit, data);
  const before = forecast(fit.parameters);
  return wanted
    .map(([run, rows]) => {
      const parameters = refit(fit, problem, theta, rows);
      return { run, rows, parameters, forecastChange: log(forecast(parameters) / before) };
    })
    .sort((a, b) => Math.abs(b.forecastChange) - Math.abs(a.forecastChange));
}

/** The law's parameters refitted without these runs. */
export function parametersWithout(fit: Fit, data: Observations, runs: readonly string[]): Record<string, number> {
  const left = new Set(runs);
  const rows = data.runs.flatMap((run, row) => (left.has(run) ? [row] : []));
  const problem = new Problem(fit.law, data, fit.objectiveKind);
  return refit(fit, problem, thetaOf(fit, problem), rows);
}

const thetaOf = (fit: Fit, problem: Problem): number[] =>
  problem.coordinates.clamp(problem.coordinates.toTheta(fit.law.parameters.map(({ name }) => fit.parameters[name])));

function refit(
  fit: Fit,
  problem: Problem,
  theta: readonly number[],
  without: readonly number[],
): Record<string, number> {
  const weights = new Float64Array(problem.rows).fill(1);
  for (const row of without) weights[row] = 0;
  const raw = problem.coordinates.toRaw(minimize(problem.reweighted(weights), theta).theta);
  return Object.fromEntries(fit.law.parameters.map(({ name }, index) => [name, raw[index]]));
}

/** Runs that move the parameters most by one Gauss-Newton step of least squares, in the metric of its matrix. */
function mostPulling(
  runs: readonly (readonly [string, number[]])[],
  problem: Problem,
  theta: readonly number[],
): (readonly [string, number[]])[] {
  const { inverse } = pseudoInverse(problem.scatter(theta).gram);
  const residuals = problem.residuals(theta).slice();
  const slopes = problem.rowSlopes(theta);
  const width = theta.length + 1;
  const pullOf = (rows: readonly number[]): number => {
    const pulls = theta.map((_, i) => rows.reduce((sum, row) => sum + residuals[row] * slopes[row * width + 1 + i], 0));
    return dot(pulls, multiply(inverse, pulls));
  };
  return runs
    .map((run) => ({ run, pull: pullOf(run[1]) }))
    .sort((a, b) => b.pull - a.pull)
    .slice(0, REFITTED_OF_MORE)
    .map(({ run }) => run);
}

/** The law's value at ten times the largest scale of the data, by its parameters. */
function forecaster({ law }: Fit, data: Observations): (parameters: Readonly<Record<string, number>>) => number {
  const columns = law.variables.map((name) => data.columns[name]);
  const positive = columns.map((column) => column.every((value) => value > 0));
  const sizeOf = (row: number): number =>
    columns.reduce((sum, column, index) => sum + (positive[index] ? log(column[row]) : 0), 0);
  let largest = 0;
  for (let row = 1; row < data.rows; row++) if (sizeOf(row) > sizeOf(largest)) largest = row;
  const factor = pow(REACH, 1 / columns.length);
  const point = columns.map((column, index) => [column[largest] * (positive[index] ? factor : 1)]);
  return (parameters) =>
    modelOf(law).values(
      law.parameters.map(({ name }) => parameters[name]),
      point,
      1,
    )[0];
}
