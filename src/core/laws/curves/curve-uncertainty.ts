import { log, square } from '../../math/elementary.ts';
import { pseudoInverse } from '../../math/linear.ts';
import type { Matrix } from '../../math/linear.ts';
import type { CurveProblem } from './curve-problem.ts';
import type { ScheduleParameter } from './schedule-laws.ts';
import { noiseOf } from './shrinkage.ts';
import type { CurveNoise } from './shrinkage.ts';

/** What is known of a fit's parameters, and of a point's scatter. */
export interface CurveUncertainty {
  /** Mean logarithm of the progress: the size is known at exp(centre). */
  readonly centre: number;
  /** Of the logarithms of the parameters, that of the size at the centre. */
  readonly covariance: Matrix;
  /** Mean squared log residual of a point. */
  readonly residualVariance: number;
  readonly noise: CurveNoise;
  /** Independent points beyond the parameters; at least 1. */
  readonly degreesOfFreedom: number;
  /** Factor by which forecasts of left-out curves were further off than this says; 1 before `calibrateFit`. */
  readonly scale: number;
}

/** Standard deviation of a parameter's logarithm before the data. */
export const spreadOf = ({ start, typical }: Pick<ScheduleParameter, 'start' | 'typical'>): number =>
  typical?.spread ?? log(start[1] / start[0]);

/**
 * The covariance of the coordinates by the curvature of the objective over its noise, what other models showed included where the law
 * has it; a parameter that nothing determines is as uncertain as its range of starts is wide.
 */
export function uncertaintyOf(problem: CurveProblem, theta: readonly number[]): CurveUncertainty {
  const noise = noiseOf(problem, theta);
  const { parameters } = problem.law;
  const precision: Matrix = parameters.map((parameter, i) =>
    parameters.map((_, j) => (i === j ? 1 / square(spreadOf(parameter)) : 0)),
  );
  let [squares, points] = [0, 0];
  problem.visit(theta, (_curve, residual, weight, slopes) => {
    squares += residual * residual;
    points += 1;
    if (Math.abs(residual) > problem.delta) return;
    for (let i = 0; i < slopes.length; i++)
      for (let j = 0; j < slopes.length; j++) precision[i][j] += (weight * slopes[i] * slopes[j]) / noise.scale;
  });
  return {
    centre: problem.centre,
    covariance: pseudoInverse(precision).inverse,
    residualVariance: squares / points,
    noise,
    degreesOfFreedom: Math.max(1, points / noise.pointsPerIndependent - parameters.length),
    scale: 1,
  };
}
