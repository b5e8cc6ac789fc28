import { studentQuantile } from '../../math/distributions.ts';
import type { Fit, Interval } from '../../terms/fit.ts';
import type { Observations } from '../../terms/observation.ts';
import type { Forecast } from './delta.ts';
import { includeCoordinate, likelihoodOf, wideningOf } from './likelihood.ts';
import type { Likelihood } from './likelihood.ts';
import { levelInterval } from './profile-level.ts';
import { newRowEnd, profileEnd } from './profile.ts';
import type { ProfileLimits } from './profile.ts';
import type { Target } from './squares.ts';
import { lossTarget, parameterTarget } from './targets.ts';

const SIDES = [-1, 1] as const;

/** Student's t and the variance by which squares are measured for a target. */
export function limitsOf(around: Likelihood, target: Target, level: number): ProfileLimits {
  return {
    t: studentQuantile(0.5 + level / 2, around.degreesOfFreedom),
    variance: around.scale * wideningOf(around, target.at(around.theta).gradient),
  };
}

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
      const widening = around.free[index] ? wideningOf(around, target.at(around.theta).gradient) : 1;
      return [[name, { level, ...levelInterval(around, index, level, widening) }] as const];
    }
    if (!around.free[index] && fit.parameters[name] === 0) return [];
    const from = around.free[index] ? around : includeCoordinate(around, index);
    const [low, high] = SIDES.map((sign) => target.toRaw(profileEnd(from, target, sign, limitsOf(from, target, level))));
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

/** Forecast of the law and of a new run at a point of its variables, by profile likelihood. */
export function profileForecast(
  fit: Fit,
  data: Observations,
  at: Readonly<Record<string, number>>,
  { levels = [0.95], evaluationError }: ProfileForecastOptions = {},
): Forecast {
  const around = likelihoodOf(fit, data);
  const isLog = fit.objectiveKind.residual === 'log';
  const target = lossTarget(fit.law, around.squares.coordinates, isLog, at);
  const loss = target.toRaw(target.at(around.theta).value);
  const { run, evaluation } = around.newRun;
  const known = evaluationError === undefined ? evaluation : (isLog ? evaluationError / loss : evaluationError) ** 2;
  const intervals = (endOf: (sign: -1 | 1, limits: ProfileLimits) => number): Interval[] =>
    levels.map((level) => {
      const limits = limitsOf(around, target, level);
      const [low, high] = SIDES.map((sign) => target.toRaw(endOf(sign, limits)));
      return { level, low, high };
    });
  return {
    loss,
    curve: intervals((sign, limits) => profileEnd(around, target, sign, limits)),
    newRun: intervals((sign, limits) => newRowEnd(around, target, sign, limits, run + known)),
    degreesOfFreedom: around.degreesOfFreedom,
  };
}
