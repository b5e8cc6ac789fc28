import { Problem } from '../../src/core/laws/fit/problem.ts';
import { minimize } from '../../src/core/laws/fit/minimize.ts';
import { fitLaw, lawById } from '../../src/core/laws/index.ts';
import type { Fit, Objective } from '../../src/core/laws/index.ts';
import { forecast, parameterIntervals } from '../../src/core/laws/uncertainty/delta.ts';
import type { Forecast } from '../../src/core/laws/uncertainty/delta.ts';
import { blocksOf } from '../../src/core/laws/uncertainty/noise.ts';
import { profileForecast, profileIntervals } from '../../src/core/laws/uncertainty/profile-intervals.ts';
import { Squares } from '../../src/core/laws/uncertainty/squares.ts';
import {
  bootstrapRoots,
  studentisedForecast,
  studentisedIntervals,
} from '../../src/core/laws/uncertainty/studentised.ts';
import { lossTarget } from '../../src/core/laws/uncertainty/targets.ts';
import { allocateByFit } from '../../src/core/plan/allocation-interval.ts';
import { allocate } from '../../src/core/plan/allocation.ts';
import { studentQuantile } from '../../src/core/math/distributions.ts';
import { dot, multiply, pseudoInverse } from '../../src/core/math/linear.ts';
import type { Interval } from '../../src/core/terms/fit.ts';
import { drawStudy, PARAMS, TOKENS } from './studies.ts';
import type { Design, Study } from './studies.ts';

export const LAW = lawById('chinchilla');
export const NAMES = ['E', 'A', 'B', 'alpha', 'beta'] as const;
export const LEVEL = 0.95;
export const LOG_SQUARES: Objective = { kind: 'least-squares', residual: 'log' };
export const LOG_HUBER: Objective = { kind: 'huber', residual: 'log', delta: 1e-3 };

export type Method = 'profile' | 'delta' | 'bootstrap' | 'wild';

/** What one study's intervals did. */
export interface Outcome {
  readonly newRun: boolean;
  readonly curve: boolean;
  /** Interval score of the new run (Gneiting and Raftery 2007, section 6.2), in log loss; and of the reference. */
  readonly score: number;
  readonly referenceScore: number;
  readonly referenceNewRun: boolean;
  /** Undefined where there is no interval. */
  readonly parameters: readonly (boolean | undefined)[];
  /** Of the best size at 100 times the largest compute; undefined where refused. */
  readonly allocation: boolean | undefined;
  readonly atBound: boolean;
  readonly refuted: boolean;
}

const score = (low: number, high: number, value: number): number =>
  high - low + (2 / (1 - LEVEL)) * Math.max(0, low - value, value - high);

const holds = (interval: Interval | undefined, value: number): boolean | undefined =>
  interval && interval.low <= value && value <= interval.high;

/** Intervals of a study by a method, beside those of the reference. */
export function outcomeOf(design: Design, objective: Objective, method: Method, seed: number, index: number): Outcome {
  const study = drawStudy(design, seed, index);
  const fit = fitLaw(LAW, study.data, { objective });
  const { intervals, prediction, refuted } = intervalsBy(method, fit, study);
  const [low, high] = [prediction.newRun[0].low, prediction.newRun[0].high].map(Math.log);
  const reference = referenceInterval(fit, study);
  return {
    newRun: low <= study.measured && study.measured <= high,
    curve: holds(prediction.curve[0], Math.exp(study.law))!,
    score: score(low, high, study.measured),
    referenceScore: score(...reference, study.measured),
    referenceNewRun: reference[0] <= study.measured && study.measured <= reference[1],
    parameters: NAMES.map((name) => holds(intervals[name], study.truth[name])),
    allocation: allocationHolds(fit, study, method),
    atBound: fit.diagnostics.boundsHit.length > 0,
    refuted,
  };
}

interface Made {
  readonly intervals: Readonly<Record<string, Interval>>;
  readonly prediction: Forecast;
  readonly refuted: boolean;
}

const DRAWS = 200;

function intervalsBy(method: Method, fit: Fit, { data, at, evaluationError }: Study): Made {
  if (method === 'delta')
    return { intervals: parameterIntervals(fit, data), prediction: forecast(fit, data, at, [LEVEL]), refuted: false };
  if (method === 'profile') {
    const known = evaluationError === undefined ? {} : { evaluationError };
    const prediction = profileForecast(fit, data, at, { levels: [LEVEL], ...known });
    return { intervals: profileIntervals(fit, data), prediction, refuted: prediction.misspecification.isRefuted };
  }
  const roots = bootstrapRoots(fit, data, { resampling: method === 'wild' ? 'wild' : 'pairs', at, draws: DRAWS });
  return {
    intervals: studentisedIntervals(fit, data, roots),
    prediction: studentisedForecast(fit, data, at, roots, [LEVEL]),
    refuted: false,
  };
}

function allocationHolds(fit: Fit, { data, truth }: Study, method: Method): boolean | undefined {
  const flops = 100 * 6 * PARAMS[1] * TOKENS[1];
  if (fit.diagnostics.boundsHit.some((name) => name !== 'E')) return undefined;
  const { interval } = allocateByFit(fit, data, flops, { method: method === 'delta' ? 'delta' : 'profile' });
  return holds(interval, allocate(truth, flops).params);
}

/**
 * The reference, correctly specified: least squares of the log loss that knows the true ratios of all variances, so that all rows tell
 * its one scale; delta method; Student's t with rows less parameters off their bounds.
 */
function referenceInterval(fit: Fit, { data, at, variances }: Study): [number, number] {
  const problem = new Problem(LAW, data, LOG_SQUARES);
  const { coordinates } = problem;
  const start = coordinates.clamp(coordinates.toTheta(NAMES.map((name) => fit.parameters[name])));
  const blocks = blocksOf(data.runs);
  const response = data.columns.loss.map(Math.log);
  const squares = new Squares(problem, response, { run: variances.run, evaluation: variances.rows }, blocks);
  const { theta, value } = minimize(squares, start);
  const free = theta.map(
    (one, i) => one > coordinates.lower[i] + (i < 3 ? Math.log(1000) : 1e-9) && one < coordinates.upper[i] - 1e-9,
  );
  const { normal } = squares.evaluate(theta);
  const { inverse } = pseudoInverse(
    normal.map((row, i) => row.map((entry, j) => (free[i] && free[j] ? entry / 2 : 0))),
  );
  const size = free.filter(Boolean).length;
  const scale = value / (data.rows - size);
  const { value: centre, gradient } = lossTarget(LAW, coordinates, true, at).at(theta);
  const variance = scale * (dot(gradient, multiply(inverse, gradient)) + variances.newRun);
  const half = studentQuantile(0.5 + LEVEL / 2, data.rows - size) * Math.sqrt(variance);
  return [centre - half, centre + half];
}
