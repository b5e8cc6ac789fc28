import { dot, multiply } from '../../math/linear.ts';
import { inverseOf } from './likelihood.ts';
import type { Likelihood } from './likelihood.ts';
import { Squares } from './squares.ts';

/** Beyond this Student's t is the normal distribution. */
const MANY = 1e6;
/** The run variance at which what is known alone is looked at, as a share of the estimate: 0 may leave rows without variance. */
const NEXT_TO_NONE = 1e-6;

/**
 * Degrees of freedom of a target's interval: runs beyond the parameters; for a new run more where only a part of its variance is
 * estimated from the runs (Satterthwaite 1946). Where the estimate of the run variance is 0, too few runs may simply not show it: then
 * n - p stays. `evaluation` is the variance of the new run's evaluation; without it the target is the law's own.
 */
export function degreesFor(around: Likelihood, gradient: readonly number[], evaluation?: number): number {
  const { hasKnownErrors, squares, degreesOfFreedom } = around;
  if (evaluation === undefined || squares.noise.run === 0) return degreesOfFreedom;
  return hasKnownErrors
    ? besideKnownErrors(around, gradient, evaluation)
    : besideEvaluations(around, gradient, evaluation);
}

/** (n - p) (V / V_run)^2, V_run being the part that comes from the run variance, at one standard error above its estimate. */
function besideKnownErrors(around: Likelihood, gradient: readonly number[], evaluation: number): number {
  const { squares, degreesOfFreedom, theta, free } = around;
  const { problem, response, noise, blocks } = squares;
  const high = noise.run + runError(around);
  const variance = (run: number): number => {
    const other = new Squares(problem, response, { ...noise, run }, blocks);
    const own = dot(gradient, multiply(inverseOf(other, theta, free), gradient));
    return own + run + evaluation;
  };
  const [all, known] = [variance(high), variance(NEXT_TO_NONE * high)];
  const share = all > known ? all / (all - known) : Infinity;
  return Math.min(MANY, degreesOfFreedom * share * share);
}

/**
 * Where runs have m rows each, means of runs scatter by t^2 + s^2 / m; of a new run's t^2 + s^2 the rest, (1 - 1 / m) s^2, is
 * estimated by the rows within runs.
 */
function besideEvaluations(around: Likelihood, gradient: readonly number[], evaluation: number): number {
  const { squares, degreesOfFreedom, scale, inverse, newRun } = around;
  const [rows, runs] = [squares.response.length, squares.blocks.length];
  if (rows === runs) return degreesOfFreedom;
  const all = scale * dot(gradient, multiply(inverse, gradient)) + newRun.run + evaluation;
  const within = ((1 - runs / rows) * evaluation) / all;
  const between = 1 - within;
  return 1 / ((between * between) / degreesOfFreedom + (within * within) / (rows - runs));
}

/** Standard error of the run variance by the information of its restricted likelihood, as for runs beyond the parameters. */
function runError({ squares, degreesOfFreedom }: Likelihood): number {
  const { noise, blocks } = squares;
  const information = blocks.reduce((sum, rows) => {
    const precision = rows.reduce((total, row) => total + 1 / noise.evaluation[row], 0);
    const own = 1 / (1 / precision + noise.run);
    return sum + (own * own) / 2;
  }, 0);
  return Math.sqrt(blocks.length / degreesOfFreedom / information);
}
