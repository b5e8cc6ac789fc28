import type { Fit, Objective } from '../../terms/fit.ts';
import type { Law, LawParameter } from '../../terms/law.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { Observations } from '../../terms/observation.ts';
import type { ProgressListener } from '../../terms/progress.ts';
import { checkData } from './check.ts';
import { checkLevelsSuffice } from './levels.ts';
import { diagnose, statusOf } from './diagnostics.ts';
import type { FoundStarts } from './diagnostics.ts';
import { graduated, hasFewRows } from './graduate.ts';
import { minimize } from './minimize.ts';
import type { Minimum } from './minimize.ts';
import { nearLevel } from './near-level.ts';
import { Problem } from './problem.ts';
import { startingPoints } from './starts.ts';
import { weightsOf } from './weights.ts';

export interface FitOptions {
  /** Default: Huber of the log residual with delta 1e-3 (Hoffmann et al. 2022). */
  readonly objective?: Objective;
  /** A column of positive weights: each row's penalty is multiplied by its weight over the mean weight. Default: none. */
  readonly weights?: string;
  /** Points of the global search. Default: by the number of parameters that enter nonlinearly. */
  readonly starts?: number;
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
}

export const DEFAULT_OBJECTIVE: Objective = { kind: 'huber', residual: 'log', delta: 1e-3 };
/** Starts whose objective lies within this of the best, relatively, count as agreeing. */
const AGREEMENT = 1e-6;

/** Fits a law to a table by a global search. Throws where the table cannot carry the law; else the fit says how it ended. */
export function fitLaw(law: Law, data: Observations, options: FitOptions = {}): Fit {
  const { objective = DEFAULT_OBJECTIVE, weights } = options;
  const notes = [...(data.notes ?? []), ...checkData(law, data, objective)];
  const guarded = new Problem(law, data, objective, weightsOf(data, weights));
  const minima = search(guarded, data, options);
  const least = leastOf(minima);
  const { problem, best } = nearLevel(guarded, least) ?? { problem: guarded, best: least };
  const diagnostics = diagnose(problem, best, startsOf(problem, minima));
  const raw = problem.coordinates.toRaw(best.theta);
  const vanishes = ({ name, lower, start, signed }: LawParameter): boolean =>
    !signed && lower === 0 && start !== 'above-response' && diagnostics.boundsHit.includes(name);
  return {
    schema: 'isoflop.fit/1',
    law,
    parameters: Object.fromEntries(
      law.parameters.map((parameter, i) => [parameter.name, vanishes(parameter) ? 0 : raw[i]]),
    ),
    objective: best.value,
    objectiveKind: objective,
    n: data.rows,
    status: statusOf(best, diagnostics),
    diagnostics,
    residuals: [...problem.residuals(best.theta)],
    conventions: data.conventions,
    exclusions: data.exclusions,
    ...(notes.length > 0 ? { notes } : {}),
    ...(weights === undefined ? {} : { weights }),
  };
}

/** Minima from the best points of a cover; over few rows one more, found from the lowest of them by graduating the penalty. */
function search(problem: Problem, data: Observations, { starts, seed = 1, signal, onProgress }: FitOptions): Minimum[] {
  const { law } = problem;
  const { points, polished } = startingPoints(problem, starts, seed);
  const screened = points
    .map((theta) => ({ theta, value: problem.value(theta) }))
    .filter(({ value }) => Number.isFinite(value))
    .sort((a, b) => a.value - b.value)
    .slice(0, polished)
    .map(({ theta }) => theta);
  if (screened.length === 0) throw noValue(law);
  checkLevelsSuffice(problem, data, screened);
  const minima = screened.map((theta, index) => {
    signal?.throwIfAborted();
    onProgress?.({ stage: 'fit', done: index + 1, total: screened.length, note: law.title });
    return minimize(problem, theta);
  });
  return hasFewRows(problem) ? [...minima, graduated(problem, leastOf(minima).theta)] : minima;
}

const noValue = (law: Law): IsoflopError =>
  new IsoflopError(
    'not-identifiable',
    `law '${law.id}' has no finite value at these rows, wherever its search begins`,
    {
      hint: 'Look at the formula (a logarithm or root of something negative?) and at the units of the columns.',
    },
  );

const leastOf = (minima: readonly Minimum[]): Minimum =>
  minima.reduce((least, one) => (one.value < least.value ? one : least));

/** How the polished starts agree. */
function startsOf(problem: Problem, minima: readonly Minimum[]): FoundStarts {
  const values = minima.map(({ value }) => value);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return {
    starts: values.length,
    agreeing: values.filter((value) => value <= least * (1 + AGREEMENT) + problem.negligible).length,
    spread: most > problem.negligible ? (most - least) / Math.max(least, problem.negligible) : 0,
  };
}
