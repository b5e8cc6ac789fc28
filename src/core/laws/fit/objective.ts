import { log } from '../../math/elementary.ts';
import type { Objective } from '../../terms/fit.ts';

/** Scale of huber and cauchy where none is given: Hoffmann et al. 2022, section 3.3. */
export const DEFAULT_DELTA = 1e-3;

/** Loss of one residual, its first two derivatives, and the weight of iteratively reweighted least squares (derivative / r). */
export interface Penalty {
  value(r: number): number;
  derivative(r: number): number;
  curvature(r: number): number;
  weight(r: number): number;
}

export function penaltyOf({ kind, delta = DEFAULT_DELTA }: Objective): Penalty {
  switch (kind) {
    case 'least-squares':
      return { value: (r) => r * r, derivative: (r) => 2 * r, curvature: () => 2, weight: () => 2 };
    case 'huber':
      return {
        value: (r) => (Math.abs(r) <= delta ? (r * r) / 2 : delta * (Math.abs(r) - delta / 2)),
        derivative: (r) => Math.max(-delta, Math.min(delta, r)),
        curvature: (r) => (Math.abs(r) <= delta ? 1 : 0),
        weight: (r) => (Math.abs(r) <= delta ? 1 : delta / Math.abs(r)),
      };
    case 'cauchy':
      return {
        value: (r) => ((delta * delta) / 2) * log(1 + (r / delta) ** 2),
        derivative: (r) => r / (1 + (r / delta) ** 2),
        curvature: (r) => (1 - (r / delta) ** 2) / (1 + (r / delta) ** 2) ** 2,
        weight: (r) => 1 / (1 + (r / delta) ** 2),
      };
  }
}
