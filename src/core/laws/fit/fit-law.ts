import type { Fit, Objective } from '../../terms/fit.ts';
import type { Law, LawParameter } from '../../terms/law.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { Observations } from '../../terms/observation.ts';
import type { ProgressListener } from '../../terms/progress.ts';
import { checkData } from './check.ts';
import { checkLevelsSuffice } from './levels.ts';
import { diagnose, statusOf } from './diagnostics.ts';
import { minimize } from './minimize.ts';
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
  const { objective = DEFAULT_OBJECTIVE, starts, seed = 1 } = options;
  const notes = [...(data.notes ?? []), ...checkData(law, data, objective)];
  const { weights } = options;
  const problem = new Problem(law, data, objective, weightsOf(data, weights));
  const { points, polished } = startingPoints(problem, starts, seed);
  const screened = points
    .map((theta) => ({ theta, value: problem.value(theta) }))
    .filter(({ value }) => Number.isFinite(value))
    .sort((a, b) => a.value - b.value)
    .slice(0, polished);
  if (screened.length === 0) throw noValue(law);
  checkLevelsSuffice(
    problem,
    data,
    screened.map(({ theta }) => theta),
  );
  const minima = screened.map(({ theta }, index) => {
    options.signal?.throwIfAborted();
    options.onProgress?.({ stage: 'fit', done: index + 1, total: screened.length, note: law.title });
    return minimize(problem, theta);
  });
  const best = minima.reduce((least, one) => (one.value < least.value ? one : least));
  const agreeing = minima.filter(({ value }) => value <= best.value * (1 + AGREEMENT) + problem.negligible).length;
  const diagnostics = diagnose(problem, best, { starts: minima.length, agreeing });
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

const noValue = (law: Law): IsoflopError =>
  new IsoflopError(
    'not-identifiable',
    `law '${law.id}' has no finite value at these rows, wherever its search begins`,
    {
      hint: 'Look at the formula (a logarithm or root of something negative?) and at the units of the columns.',
    },
  );
