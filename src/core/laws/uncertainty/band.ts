import { square } from '../../math/elementary.ts';
import { cholesky, dot, multiply } from '../../math/linear.ts';
import type { Matrix } from '../../math/linear.ts';
import { Random } from '../../math/random.ts';
import type { Fit, Interval } from '../../terms/fit.ts';
import type { Observations } from '../../terms/observation.ts';
import { likelihoodOf } from './likelihood.ts';
import { profileRange } from './ranges.ts';
import { lossTarget } from './targets.ts';

export interface BandPoint extends Interval {
  readonly at: Readonly<Record<string, number>>;
  readonly loss: number;
}

export interface BandOptions {
  /** Default 0.95. */
  readonly level?: number;
  /** `pointwise`: each interval holds at its level. `simultaneous` (default): all of them together do. */
  readonly kind?: 'pointwise' | 'simultaneous';
  readonly seed?: number;
}

const DRAWS = 2000;

/** The law over points of its variables, with profile likelihood intervals of the law itself (no noise of a new run). */
export function curveBand(
  fit: Fit,
  data: Observations,
  points: readonly Readonly<Record<string, number>>[],
  { level = 0.95, kind = 'simultaneous', seed = 1 }: BandOptions = {},
): BandPoint[] {
  const around = likelihoodOf(fit, data);
  const isLog = fit.objectiveKind.residual === 'log';
  const targets = points.map((at) => lossTarget(fit.law, around.squares.coordinates, isLog, at));
  const gradients = targets.map((target) => target.at(around.theta).gradient);
  const t =
    kind === 'simultaneous'
      ? largestDistance(gradients, around.covariance, around.degreesOfFreedom, level, seed)
      : undefined;
  return targets.map((target, i) => {
    const [low, high] = profileRange(around, target, level, t).map(target.toRaw);
    return { at: points[i], loss: target.toRaw(target.at(around.theta).value), level, low, high };
  });
}

/**
 * Quantile of the largest distance over all points, in their standard deviations, where coordinates scatter by multivariate Student's t:
 * the sup-t band (Montiel Olea and Plagborg-Moller 2019), by simulation.
 */
function largestDistance(
  gradients: readonly (readonly number[])[],
  covariance: Matrix,
  degreesOfFreedom: number,
  level: number,
  seed: number,
): number {
  const kept = covariance.flatMap((row, i) => (row[i] > 0 ? [i] : []));
  const sizes = kept.map((i) => Math.sqrt(covariance[i][i]));
  const scaled = kept.map((i, a) => kept.map((j, b) => covariance[i][j] / sizes[a] / sizes[b] + (i === j ? 1e-12 : 0)));
  const root = cholesky(scaled)!;
  const directions = gradients.map((gradient) => {
    const scaledGradient = kept.map((i, a) => gradient[i] * sizes[a]);
    const deviation = Math.sqrt(dot(scaledGradient, multiply(scaled, scaledGradient))) || 1;
    return kept.map((_, k) => root.reduce((sum, row, i) => sum + row[k] * scaledGradient[i], 0) / deviation);
  });
  const random = new Random(seed);
  const largest = Array.from({ length: DRAWS }, () => {
    const normal = kept.map(() => random.normal());
    let chi = 0;
    for (let k = 0; k < degreesOfFreedom; k++) chi += square(random.normal());
    const scale = Math.sqrt(chi / degreesOfFreedom);
    return Math.max(...directions.map((direction) => Math.abs(dot(direction, normal)))) / scale;
  });
  return largest.sort((a, b) => a - b)[Math.floor(level * DRAWS)];
}
