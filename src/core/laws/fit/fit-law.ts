import { log } from '../../math/elementary.ts';
import { dot, multiply, pseudoInverse } from '../../math/linear.ts';
import type { Fit, FitDiagnostics, FitStatus, Objective } from '../../terms/fit.ts';
import type { Law } from '../../terms/law.ts';
import type { Observations } from '../../terms/observation.ts';
import type { ProgressListener } from '../../terms/progress.ts';
import { checkData } from './check.ts';
import { minimize } from './minimize.ts';
import type { Minimum } from './minimize.ts';
import { Problem } from './problem.ts';
import { startingPoints } from './starts.ts';

export interface FitOptions {
  /** Default: Huber of the log residual with delta 1e-3 (Hoffmann et al. 2022). */
  readonly objective?: Objective;
  /** Points of the global search. Default 256. */
  readonly starts?: number;
  /** Starts that are polished, the best of the screening. Default 8. */
  readonly polished?: number;
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
}

export const DEFAULT_OBJECTIVE: Objective = { kind: 'huber', residual: 'log', delta: 1e-3 };
/** Starts whose objective lies within this of the best, relatively, count as agreeing. */
const AGREEMENT = 1e-6;
/** A parameter that may be 0 is at its bound within a thousandfold of the smallest value that is followed. */
const VANISHING_SLACK = log(1000);
/** A scale-free gradient above this is not a minimum. */
const LARGEST_GRADIENT = 1e-3;

/** Fits a law to a table by a global search. Throws where the table cannot carry the law; else the fit says how it ended. */
export function fitLaw(law: Law, data: Observations, options: FitOptions = {}): Fit {
  const { objective = DEFAULT_OBJECTIVE, starts = 256, polished = 8, seed = 1 } = options;
  checkData(law, data);
  const problem = new Problem(law, data, objective);
  const screened = startingPoints(law, problem, objective, starts, seed)
    .map((theta) => ({ theta, value: problem.value(theta) }))
    .filter(({ value }) => Number.isFinite(value))
    .sort((a, b) => a.value - b.value)
    .slice(0, polished);
  const minima = screened.map(({ theta }, index) => {
    options.signal?.throwIfAborted();
    options.onProgress?.({ stage: 'fit', done: index + 1, total: screened.length, note: law.title });
    return minimize(problem, theta);
  });
  const best = minima.reduce(
    (least: Minimum | undefined, one) => (!least || one.value < least.value ? one : least),
    undefined,
  );
  if (!best) throw new Error(`internal: no start of law '${law.id}' has a value`);
  const agreeing = minima.filter(({ value }) => value <= best.value * (1 + AGREEMENT) + problem.negligible).length;
  return describe(law, data, objective, problem, best, { starts: minima.length, agreeing });
}

function describe(
  law: Law,
  data: Observations,
  objective: Objective,
  problem: Problem,
  best: Minimum,
  { starts, agreeing }: { starts: number; agreeing: number },
): Fit {
  const raw = problem.coordinates.toRaw(best.theta);
  const boundsHit = law.parameters.filter((_, i) => isAtBound(problem, best.theta, i)).map(({ name }) => name);
  const { gradient, normal } = problem.evaluate(best.theta);
  const free = law.parameters.map((_, i) => !isAtBound(problem, best.theta, i));
  const { inverse, condition } = pseudoInverse(normal);
  const freeGradient = gradient.map((value, i) => (free[i] ? value : 0));
  const gradientNorm = Math.sqrt(
    Math.max(0, dot(freeGradient, multiply(inverse, freeGradient))) / Math.max(best.value, problem.negligible),
  );
  const correlations = inverse.map((row, i) =>
    row.map((value, j) => value / (Math.sqrt(inverse[i][i] * inverse[j][j]) || 1)),
  );
  const diagnostics: FitDiagnostics = {
    gradientNorm,
    starts,
    startsAgreeing: agreeing,
    condition,
    correlations,
    boundsHit,
  };
  const parameters = Object.fromEntries(law.parameters.map(({ name }, i) => [name, raw[i]]));
  for (const name of boundsHit) if (law.parameters.find((one) => one.name === name)?.lower === 0) parameters[name] = 0;
  return {
    schema: 'isoflop.fit/1',
    law,
    parameters,
    objective: best.value,
    objectiveKind: objective,
    n: data.rows,
    status: statusOf(best, diagnostics),
    diagnostics,
    residuals: [...problem.residuals(best.theta)],
    conventions: data.conventions,
    exclusions: data.exclusions,
  };
}

function isAtBound(problem: Problem, theta: readonly number[], index: number): boolean {
  const { lower, upper } = problem.coordinates;
  const slack = problem.law.parameters[index].lower === 0 ? VANISHING_SLACK : 1e-9;
  return theta[index] <= lower[index] + slack || theta[index] >= upper[index] - 1e-9;
}

function statusOf(best: Minimum, { gradientNorm, boundsHit, startsAgreeing, starts }: FitDiagnostics): FitStatus {
  if (!Number.isFinite(best.value)) {
    return {
      end: 'not-finite',
      sentence: 'The law has no finite value on these data.',
      remedy: 'Check the columns for wrong units.',
    };
  }
  if (!best.converged || gradientNorm > LARGEST_GRADIENT) {
    return {
      end: 'out-of-steps',
      sentence: `The search stopped before its optimum (scale-free gradient ${gradientNorm.toExponential(1)}).`,
      remedy: 'Do not use the values; try another objective, or a law with fewer parameters.',
    };
  }
  if (boundsHit.length > 0) {
    return {
      end: 'at-bound',
      sentence: `Converged with ${boundsHit.join(', ')} at its bound: the data do not determine it.`,
      remedy: 'Use a law without it, or add runs over a wider range.',
    };
  }
  return { end: 'converged', sentence: `Converged; ${startsAgreeing} of ${starts} polished starts agree.` };
}
