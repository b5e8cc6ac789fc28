import { dot, multiply } from '../../math/linear.ts';
import { exp } from '../../math/elementary.ts';
import { percentile } from '../../math/percentiles.ts';
import { Random } from '../../math/random.ts';
import type { Fit, Interval } from '../../terms/fit.ts';
import type { Observations } from '../../terms/observation.ts';
import type { ProgressListener } from '../../terms/progress.ts';
import { diagnose } from '../fit/diagnostics.ts';
import { minimize } from '../fit/minimize.ts';
import { Problem } from '../fit/problem.ts';
import { weightsOf } from '../fit/weights.ts';
import type { Forecast } from './delta.ts';
import { likelihoodOf } from './likelihood.ts';
import type { Likelihood } from './likelihood.ts';
import type { Target } from './squares.ts';
import { lossTarget, parameterTarget } from './targets.ts';
import type { ReportedTarget } from './targets.ts';

/**
 * `pairs`: whole runs are drawn with replacement. `wild`: runs stay where they are, and all residuals of a run are multiplied by
 * the same random number (Cameron, Gelbach and Miller 2008), which suits designs in which every run is needed.
 */
export type Resampling = 'pairs' | 'wild';

export interface StudentisedOptions {
  readonly resampling: Resampling;
  /** A point of the law's variables to forecast. */
  readonly at?: Readonly<Record<string, number>>;
  /** Resamples. Default 400. */
  readonly draws?: number;
  /** Number of the first draw, where the draws are a part of more. Default 0. */
  readonly first?: number;
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
}

/** Six values of mean 0 and variance 1: with few runs, more different resamples than signs give (Webb 2014). */
const WEBB = [-1.5, -1, -0.5, 0.5, 1, 1.5].map((square) => Math.sign(square) * Math.sqrt(Math.abs(square)));

/**
 * Distances of refits to resamples from the fit, in their own standard errors (Efron and Tibshirani 1993, section 12.5):
 * [draw][each parameter in the law's order, then the law at `at` and a new run there]. Draw i owns stream i of the seed. NaN where a
 * resample does not determine one.
 */
export function bootstrapRoots(fit: Fit, data: Observations, options: StudentisedOptions): number[][] {
  const { resampling, at, draws = 400, first = 0, seed = 1 } = options;
  const around = likelihoodOf(fit, data);
  const names = fit.law.parameters.map((_, index) => index);
  const targetsOf = (one: Likelihood): Target[] => targets(one, names, at);
  const centres = targetsOf(around).map((target) => target.at(around.theta).value);
  const residuals = inflatedResiduals(around);
  return Array.from({ length: draws }, (_, draw) => {
    options.signal?.throwIfAborted();
    if (draw % 20 === 0) options.onProgress?.({ stage: 'bootstrap', done: draw, total: draws });
    const random = new Random(seed, first + draw);
    const table = resampling === 'pairs' ? drawRuns(data, random) : wildTable(around, data, residuals, random);
    const again = likelihoodOf(refit(around, table), table);
    const found = targetsOf(again).map((target) => estimate(again, target));
    const roots = found.map(({ value, deviation }, i) => (value - centres[i]) / deviation);
    if (at === undefined) return roots;
    const { value, deviation } = found.at(-1)!;
    const noise = residuals[random.integer(residuals.length)];
    const total = Math.hypot(deviation, Math.sqrt(again.newRun.run + again.newRun.evaluation));
    return [...roots, (value - centres.at(-1)! - noise) / total];
  });
}

function targets(around: Likelihood, indices: readonly number[], at: StudentisedOptions['at']): ReportedTarget[] {
  const { law, objectiveKind } = around.fit;
  const { coordinates } = around.squares;
  const parameters = indices.map((index) => parameterTarget(law, coordinates, index));
  return at ? [...parameters, lossTarget(law, coordinates, objectiveKind.residual === 'log', at)] : parameters;
}

function estimate({ theta, covariance }: Likelihood, target: Target): { value: number; deviation: number } {
  const { value, gradient } = target.at(theta);
  return { value, deviation: Math.sqrt(Math.max(0, dot(gradient, multiply(covariance, gradient)))) };
}

/** Residuals in the objective's space, as large as errors are: a fit follows its rows. */
function inflatedResiduals({ squares, theta, free }: Likelihood): Float64Array {
  const residuals = squares.problem.residuals(theta);
  const size = free.filter(Boolean).length;
  const factor = Math.sqrt(residuals.length / (residuals.length - size));
  return residuals.map((value) => factor * value);
}

function drawRuns(data: Observations, random: Random): Observations {
  const runs = [...Map.groupBy(data.runs.keys(), (row) => data.runs[row]).values()];
  const picked = runs.flatMap((_, place) => runs[random.integer(runs.length)].map((row) => ({ row, run: `${place}` })));
  const columns = Object.fromEntries(
    Object.entries(data.columns).map(([name, column]) => [name, Float64Array.from(picked, ({ row }) => column[row])]),
  );
  return { ...data, rows: picked.length, columns, runs: picked.map(({ run }) => run) };
}

function wildTable(
  { squares, theta, fit }: Likelihood,
  data: Observations,
  residuals: Float64Array,
  random: Random,
): Observations {
  const { law, objectiveKind } = fit;
  const width = theta.length + 1;
  const fitted = Float64Array.from(squares.problem.rowSlopes(theta).filter((_, cell) => cell % width === 0));
  for (const rows of squares.blocks) {
    const factor = WEBB[random.integer(WEBB.length)];
    for (const row of rows) fitted[row] += factor * residuals[row];
  }
  const response = objectiveKind.residual === 'log' ? fitted.map(exp) : fitted;
  return { ...data, columns: { ...data.columns, [law.response]: response } };
}

/** The fit of a resample, from where the fit of the table is. */
function refit({ fit, theta }: Likelihood, table: Observations): Fit {
  const problem = new Problem(fit.law, table, fit.objectiveKind, weightsOf(table, fit.weights));
  const raw = fit.law.parameters.map(({ name }) => fit.parameters[name]);
  const best = minimize(problem, raw.every((value) => value > 0) ? problem.coordinates.toTheta(raw) : theta);
  const diagnostics = diagnose(problem, best, { starts: 1, agreeing: 1, spread: 0 });
  const values = problem.coordinates.toRaw(best.theta);
  const parameters = Object.fromEntries(fit.law.parameters.map(({ name }, i) => [name, values[i]]));
  return { ...fit, parameters, diagnostics, n: table.rows };
}

function range(
  target: ReportedTarget,
  centre: number,
  deviation: number,
  roots: readonly number[],
  level: number,
): Interval {
  const finite = roots.filter(Number.isFinite);
  const [low, high] = [0.5 + level / 2, 0.5 - level / 2].map((p) =>
    target.toRaw(centre - percentile(finite, p) * deviation),
  );
  return { level, low, high };
}

/** Studentised intervals of the parameters, from their roots; those at a bound and undetermined ones have none. */
export function studentisedIntervals(
  fit: Fit,
  data: Observations,
  roots: readonly (readonly number[])[],
  level = 0.95,
): Record<string, Interval> {
  const around = likelihoodOf(fit, data);
  const entries = fit.law.parameters.flatMap(({ name, lower, upper }, index) => {
    if (!around.free[index] || fit.diagnostics.undetermined.includes(name)) return [];
    const target = parameterTarget(fit.law, around.squares.coordinates, index);
    const { value, deviation } = estimate(around, target);
    const { low, high } = range(
      target,
      value,
      deviation,
      roots.map((draw) => draw[index]),
      level,
    );
    return [[name, { level, low: Math.max(lower, low), high: Math.min(upper, high) }] as const];
  });
  return Object.fromEntries(entries);
}

/** Studentised forecast, from roots that were made with the same point. */
export function studentisedForecast(
  fit: Fit,
  data: Observations,
  at: Readonly<Record<string, number>>,
  roots: readonly (readonly number[])[],
  levels: readonly number[] = [0.95],
): Forecast {
  const around = likelihoodOf(fit, data);
  const target = targets(around, [], at)[0];
  const { value, deviation } = estimate(around, target);
  const total = Math.hypot(deviation, Math.sqrt(around.newRun.run + around.newRun.evaluation));
  const from = (offset: number, spread: number): Interval[] =>
    levels.map((level) =>
      range(
        target,
        value,
        spread,
        roots.map((draw) => draw.at(offset)!),
        level,
      ),
    );
  return {
    loss: target.toRaw(value),
    curve: from(-2, deviation),
    newRun: from(-1, total),
    degreesOfFreedom: around.degreesOfFreedom,
  };
}
