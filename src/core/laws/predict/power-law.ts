import { exp, log } from '../../math/elementary.ts';
import { regress } from '../../math/regression.ts';
import type { PathPoint } from './offset-posterior.ts';

/** A straight line through log loss over log FLOPs, by least squares, read at `flops`. */
export function powerLawAt(points: readonly PathPoint[], flops: number): number {
  const centre = points.reduce((sum, point) => sum + log(point.flops), 0) / points.length;
  const fit = regress(
    points.map((point) => [1, log(point.flops) - centre]),
    points.map(({ loss }) => log(loss)),
  );
  if (!fit) return points.at(-1)!.loss;
  return exp(fit.coefficients[0] + fit.coefficients[1] * (log(flops) - centre));
}
