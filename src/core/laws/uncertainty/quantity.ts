import { studentQuantile } from '../../math/distributions.ts';
import { dot, multiply } from '../../math/linear.ts';
import type { FitCovariance } from './covariance.ts';

/**
 * Half-width of the interval of a smooth function of a fit's parameters, by the delta method with Student's t. `slopes`: its
 * derivatives by raw parameters, in the law's order.
 */
export function halfWidth(
  { problem, theta, covariance, degreesOfFreedom }: FitCovariance,
  slopes: readonly number[],
  level = 0.95,
): number {
  const gradient = Float64Array.from(slopes);
  problem.coordinates.pullBack(gradient, problem.coordinates.toRaw(theta));
  const byCoordinate = [...gradient];
  const variance = Math.max(0, dot(byCoordinate, multiply(covariance, byCoordinate)));
  return studentQuantile(0.5 + level / 2, degreesOfFreedom) * Math.sqrt(variance);
}
