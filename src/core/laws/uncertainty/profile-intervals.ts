import { studentQuantile } from '../../math/distributions.ts';
import { log, square } from '../../math/elementary.ts';
import type { Fit, Interval } from '../../terms/fit.ts';
import type { Observations } from '../../terms/observation.ts';
import type { Forecast } from './delta.ts';
import { includeCoordinate, likelihoodOf, wideningOf } from './likelihood.ts';
import type { Likelihood } from './likelihood.ts';
import { levelInterval } from './profile-level.ts';
import { newRunProbability, newRunRange, profileRange } from './ranges.ts';
import type { Range } from './ranges.ts';
import { forecastWithTerms, testMisspecification } from './misspecification.ts';
import type { Misspecification } from './misspecification.ts';
import { lossTarget, parameterTarget } from './targets.ts';

/**
 * Profile likelihood intervals of the parameters, by name. A level such as the irreducible loss may begin at 0. Coefficients that
 * vanished and parameters that the data do not determine have none; an end that the data do not limit is the parameter's bound.
 */
export function profileIntervals(fit: Fit, data: Observations, level = 0.95): Record<string, Interval> {
  const around = likelihoodOf(fit, data);
  const { coordinates } = around.squares;
  const entries = fit.law.parameters.flatMap(({ name, start, lower, upper }, index) => {
    if (fit.diagnostics.undetermined.includes(name)) return [];
    const target = parameterTarget(fit.law, coordinates, index);
    if (start === 'below-response' && lower === 0) {
      const { gradient } = target.at(around.theta);
      const widening = around.free[index] ? wideningOf(around, gradient) : 1;
      return [[name, { level, ...levelInterval(around, index, level, widening) }] as const];
    }
    if (!around.free[index] && fit.parameters[name] === 0) return [];
    const from = around.free[index] ? around : includeCoordinate(around, index);
    const [low, high] = profileRange(from, target, level).map(target.toRaw);
    return [[name, { level, low: Math.max(lower, low), high: Math.min(upper, high) }] as const];
  });
  return Object.fromEntries(entries);
}

export interface ProfileForecastOptions {
  /** Default [0.95]. */
  readonly levels?: readonly number[];
  /**
   * Standard error of the new run's evaluation, in the unit of the response, for tables that give such errors. Default: the
   * median of the table's.
   */
  readonly evaluationError?: number;
}

/** A forecast that says whether the runs bear the law out. */
export interface TestedForecast extends Forecast {
  readonly misspecification: Misspecification;
}

/**
 * Forecast of the law and of a new run at a point of its variables, by profile likelihood. Where the runs contradict the law, the
 * intervals also hold those of the law with the terms that it lacks.
 */
export function profileForecast(
  fit: Fit,
  data: Observations,
  at: Readonly<Record<string, number>>,
  { levels = [0.95], evaluationError }: ProfileForecastOptions = {},
): TestedForecast {
  const around = likelihoodOf(fit, data);
  const isLog = fit.objectiveKind.residual === 'log';
  const target = lossTarget(fit.law, around.squares.coordinates, isLog, at);
  const loss = target.toRaw(target.at(around.theta).value);
  const known = evaluationVariance(around, loss, evaluationError);
  const misspecification = testMisspecification(around, data);
  const other = misspecification.isRefuted ? forecastWithTerms(around, data, misspecification, target, at) : undefined;
  const intervals = (noise: number, rangeOf: (level: number) => Range): Interval[] =>
    levels.map((level) => {
      const range = rangeOf(level);
      const [low, high] = (other ? hull(range, other, noise, level) : range).map(target.toRaw);
      return { level, low, high };
    });
  return {
    loss,
    curve: intervals(0, (level) => profileRange(around, target, level)),
    newRun: intervals(around.newRun.run + known, (level) => newRunRange(around, target, level, known)),
    degreesOfFreedom: around.degreesOfFreedom,
    misspecification,
  };
}

/** Where a new run came to lie in its predictive distribution, from 0 to 1: its probability integral transform (Dawid 1984). */
export function newRunPit(
  fit: Fit,
  data: Observations,
  at: Readonly<Record<string, number>>,
  measured: number,
  evaluationError?: number,
): number {
  const around = likelihoodOf(fit, data);
  const isLog = fit.objectiveKind.residual === 'log';
  const target = lossTarget(fit.law, around.squares.coordinates, isLog, at);
  const known = evaluationVariance(around, target.toRaw(target.at(around.theta).value), evaluationError);
  return newRunProbability(around, target, isLog ? log(measured) : measured, known);
}

/** Variance of a new run's evaluation, in the space of the residuals; a trace of it where neither part is seen. */
function evaluationVariance({ fit, newRun }: Likelihood, loss: number, error: number | undefined): number {
  const isLog = fit.objectiveKind.residual === 'log';
  const given = error === undefined ? newRun.evaluation : square(isLog ? error / loss : error);
  return newRun.run > 0 ? given : Math.max(given, 1e-12);
}

/** The smallest interval that holds the law's and the one of another forecast. */
function hull(
  [low, high]: Range,
  other: { readonly value: number; readonly variance: number; readonly degrees: number },
  noise: number,
  level: number,
): Range {
  const half = studentQuantile(0.5 + level / 2, other.degrees) * Math.sqrt(other.variance + noise);
  return [Math.min(low, other.value - half), Math.max(high, other.value + half)];
}
