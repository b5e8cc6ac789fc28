import { log } from '../../math/elementary.ts';
import { dot, multiply, pseudoInverse } from '../../math/linear.ts';
import { sobol } from '../../math/sobol.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { ProgressListener } from '../../terms/progress.ts';
import { minimize } from '../fit/minimize.ts';
import type { Minimizable, Minimum } from '../fit/minimize.ts';
import { CurveProblem, LINEAR } from './curve-problem.ts';
import type { CurveWeights } from './curve-problem.ts';
import { spreadOf, uncertaintyOf } from './curve-uncertainty.ts';
import type { CurveUncertainty } from './curve-uncertainty.ts';
import { checkCurve, decays, hasTwoSchedules } from './loss-curve.ts';
import type { LossCurve } from './loss-curve.ts';
import type { ScheduleLaw } from './schedule-laws.ts';
import { withoutRepeats } from './shared-points.ts';
import { hasPrior, noiseOf, shrunk } from './shrinkage.ts';

/** A schedule law with values, and what a forecast needs. Parameters in raw units. */
export interface CurveFit {
  readonly law: ScheduleLaw;
  readonly parameters: Readonly<Record<string, number>>;
  /** Plain sum over points of Huber's loss of the log residual, whatever was minimised. */
  readonly objective: number;
  readonly delta: number;
  readonly weights: CurveWeights;
  /** Whether the fit shrinks towards what other models showed. */
  readonly shrinks: boolean;
  readonly points: number;
  /** The longest of the runs: its last measured step, and the largest sum of rates that any of them reached. */
  readonly longest: { readonly steps: number; readonly sum: number };
  readonly converged: boolean;
  /** Global starts that were polished on a part of the points, and how many reached the same optimum (within 1e-3 relative). */
  readonly starts: number;
  readonly startsAgreeing: number;
  readonly boundsHit: readonly string[];
  /** What could still be gained, by the slope over the curvature: square root of that decrease relative to the objective. */
  readonly gradientNorm: number;
  /** Parameters that the curves hardly know: they are what other models showed, or anywhere in their range. */
  readonly undetermined: readonly string[];
  readonly uncertainty: CurveUncertainty;
}

export interface CurveFitOptions {
  /** Huber's delta for log residuals. Default 1e-3 (Luo et al. 2025, released code). */
  readonly delta?: number;
  /** Default `log-steps`. */
  readonly weights?: CurveWeights;
  /** Default true. Without it, and with weights `points`, the fit is the minimum of the published objective. */
  readonly shrinks?: boolean;
  readonly seed?: number;
  /** Parameters to polish from, instead of a global search. */
  readonly from?: Readonly<Record<string, number>>;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
}

export const DEFAULT_DELTA = 1e-3;
/** Points of the cover of the parameters that enter nonlinearly, and how many of the best are polished. */
const POINTS = 128;
const POLISHED = 6;
/** Curves hold hundreds of points: the search goes over about so many of each. */
const SEARCHED_POINTS = 40;
const AGREEMENT = 1e-3;
/** The noise and the fit settle each other; a change below this settles them. */
const SETTLED = 1e-3;
const MOST_ROUNDS = 12;
/** A parameter is hardly known where the curves leave this share of what was uncertain before them. */
const HARDLY_KNOWN = 0.8;

/**
 * Fits a schedule law to whole loss curves, all points together; a history that runs share counts once. Throws where the curves cannot
 * carry the law.
 */
export function fitCurves(law: ScheduleLaw, runs: readonly LossCurve[], options: CurveFitOptions = {}): CurveFit {
  const { delta = DEFAULT_DELTA, weights = 'log-steps', shrinks = true } = options;
  checkCurves(law, runs);
  const curves = withoutRepeats(runs);
  const problem = new CurveProblem(law, curves, delta, weights);
  const isShrunk = shrinks && hasPrior(law);
  const { theta, starts, agreeing } = startOf(problem, curves, { ...options, weights, shrinks: isShrunk });
  const { best, objective } = isShrunk
    ? settle(problem, theta)
    : { best: minimize(problem, theta), objective: problem };
  const uncertainty = uncertaintyOf(problem, best.theta);
  const raw = problem.toRaw(best.theta);
  const { lower, upper } = problem.coordinates;
  return {
    law,
    parameters: Object.fromEntries(law.parameters.map(({ name }, i) => [name, raw[i]])),
    objective: problem.plainValue(best.theta),
    delta,
    weights,
    shrinks,
    points: curves.reduce((sum, { losses }) => sum + losses.length, 0),
    longest: {
      steps: Math.max(...curves.map(({ steps }) => steps.at(-1)!)),
      sum: Math.max(...curves.map(({ schedule, steps }) => schedule.sums[steps.at(-1)!])),
    },
    converged: best.converged,
    starts,
    startsAgreeing: agreeing,
    boundsHit: law.parameters.flatMap(({ name }, i) =>
      best.theta[i] <= lower[i] || best.theta[i] >= upper[i] ? [name] : [],
    ),
    gradientNorm: gradientNormOf(objective, best),
    undetermined: law.parameters.flatMap(({ name, ...parameter }, i) =>
      Math.sqrt(uncertainty.covariance[i][i]) > HARDLY_KNOWN * spreadOf(parameter) ? [name] : [],
    ),
    uncertainty,
  };
}

function gradientNormOf(objective: Minimizable, { theta, value }: Minimum): number {
  const { gradient, normal } = objective.evaluate(theta);
  const decrease = dot(gradient, multiply(pseudoInverse(normal).inverse, gradient));
  return value > objective.negligible ? Math.sqrt(Math.max(0, decrease) / value) : 0;
}

function checkCurves(law: ScheduleLaw, curves: readonly LossCurve[]): void {
  for (const curve of curves) checkCurve(curve);
  const points = curves.reduce((sum, { losses }) => sum + losses.length, 0);
  if (points <= law.parameters.length) {
    throw new IsoflopError(
      'not-identifiable',
      `law '${law.id}' has ${law.parameters.length} parameters, got ${points} points`,
      { hint: 'Give whole curves, under at least two schedules.' },
    );
  }
  if (!law.weight) return;
  if (!curves.some(decays)) {
    throw new IsoflopError('not-identifiable', `law '${law.id}': the learning rate falls in none of the curves`, {
      hint: 'Add a run whose rate decays, or fit --law steps-only.',
    });
  }
  if (!hasTwoSchedules(curves)) {
    throw new IsoflopError('not-identifiable', `law '${law.id}': one schedule does not show what a schedule does`, {
      hint: 'Add a run under another schedule: from one, forecasts were off by up to seven times their stated error.',
    });
  }
}

/** Where to polish from: given parameters, or the best of a global search over a part of the points. */
function startOf(
  problem: CurveProblem,
  curves: readonly LossCurve[],
  { weights, shrinks, from, seed = 1, signal, onProgress }: CurveFitOptions & { readonly weights: CurveWeights },
): { theta: readonly number[]; starts: number; agreeing: number } {
  const { law, delta, centre } = problem;
  if (from) {
    const theta = problem.toTheta(law.parameters.map(({ name }) => from[name]));
    return { theta: problem.coordinates.clamp(theta), starts: 1, agreeing: 1 };
  }
  const coarse = new CurveProblem(law, curves.map(thinned), delta, weights, centre);
  const points = screened(coarse, seed);
  const objective = shrinks ? shrunk(coarse, noiseOf(coarse, points[0])) : coarse;
  const minima = points.map((theta, index, all) => {
    signal?.throwIfAborted();
    onProgress?.({ stage: 'fit', done: index, total: all.length, note: law.title });
    return minimize(objective, theta);
  });
  const best = minima.reduce((least, one) => (one.value < least.value ? one : least));
  const agreeing = minima.filter(({ value }) => value <= best.value * (1 + AGREEMENT)).length;
  return { theta: best.theta, starts: minima.length, agreeing };
}

/** The best of a quasi-random cover of what enters nonlinearly, the rest following by least squares. */
function screened(problem: CurveProblem, seed: number): number[][] {
  const { parameters } = problem.law;
  const searched = parameters.map((_, i) => i).filter((i) => !LINEAR.includes(i));
  return sobol(POINTS, searched.length, seed)
    .map((point) => {
      const theta = parameters.map(({ start }) => log(start[0]));
      for (const [place, i] of searched.entries())
        theta[i] += point[place] * log(parameters[i].start[1] / parameters[i].start[0]);
      return problem.project(theta);
    })
    .map((theta) => ({ theta, value: problem.value(theta) }))
    .filter(({ value }) => Number.isFinite(value))
    .sort((a, b) => a.value - b.value)
    .slice(0, POLISHED)
    .map(({ theta }) => theta);
}

function thinned(curve: LossCurve): LossCurve {
  const every = Math.max(1, Math.floor(curve.steps.length / SEARCHED_POINTS));
  const keep = (_: number, index: number): boolean => index % every === 0;
  return { ...curve, steps: curve.steps.filter(keep), losses: curve.losses.filter(keep) };
}

/** Shrinks, and measures the noise by which it should, until both stand. */
function settle(problem: CurveProblem, start: readonly number[]): { best: Minimum; objective: Minimizable } {
  let noise = noiseOf(problem, start);
  let objective = shrunk(problem, noise);
  let best = minimize(objective, start);
  for (let round = 1; round < MOST_ROUNDS; round++) {
    const next = noiseOf(problem, best.theta);
    if (Math.abs(next.scale - noise.scale) <= SETTLED * noise.scale) break;
    noise = next;
    objective = shrunk(problem, noise);
    best = minimize(objective, best.theta);
  }
  return { best, objective };
}
