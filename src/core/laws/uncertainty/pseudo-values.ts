import { compile } from '../../formula/compile.ts';
import type { Kernel } from '../../formula/compile.ts';
import { normalQuantile } from '../../math/normal.ts';
import type { Objective } from '../../terms/fit.ts';
import { DEFAULT_DELTA, DEFAULT_RATIO, DELTA, penaltyOf, RATIO, RESIDUAL } from '../fit/objective.ts';

/** Points of the normal distribution that smooth the penalty's second derivative. */
const SMOOTHING = Array.from({ length: 41 }, (_, k) => normalQuantile((k + 0.5) / 41));
/** Median absolute deviation of the standard normal distribution. */
const NORMAL_MEDIAN = 0.6744897501960817;

/**
 * Residuals that ordinary least squares would need to end where a robust fit ended: psi(r) / mean psi', psi being the penalty's
 * derivative (Bickel 1976; Huber 1981, section 7.10). Their variance is that of the robust fit.
 *
 * A penalty with a scale far below the noise bends at few residuals, and at those that the law goes through by construction, so
 * that the plain mean of psi' says nothing. It is taken over a normal distribution with the residuals' scale: their median absolute
 * size, as many of the smallest left out as there are parameters.
 */
export function pseudoValues(objective: Objective, residuals: Float64Array, parameters: number): Float64Array {
  const kernel = derivativeOf(objective);
  const { delta = DEFAULT_DELTA, ratio = DEFAULT_RATIO } = objective;
  const psi = (points: Float64Array): Float64Array => Float64Array.from(kernel.evaluate([delta, ratio], [points], points.length));
  const scale = robustScale(residuals, parameters);
  // Stein: E psi'(Z s) = E Z psi(Z s) / s.
  const bent = psi(Float64Array.from(SMOOTHING, (z) => z * scale));
  const weights = SMOOTHING.reduce((sum, z) => sum + z * z, 0);
  const slope = SMOOTHING.reduce((sum, z, k) => sum + z * bent[k], 0) / (scale * weights);
  return psi(residuals).map((value) => value / slope);
}

const kernels = new Map<Objective['kind'], Kernel>();

function derivativeOf(objective: Objective): Kernel {
  const found = kernels.get(objective.kind) ?? compile([penaltyOf(objective).derivative], [DELTA, RATIO], [RESIDUAL]);
  kernels.set(objective.kind, found);
  return found;
}

/** Standard deviation by the median absolute residual, the smallest `parameters` left out. */
function robustScale(residuals: Float64Array, parameters: number): number {
  const sizes = residuals.map(Math.abs).sort().subarray(parameters);
  const middle = (sizes.length - 1) / 2;
  const median = (sizes[Math.floor(middle)] + sizes[Math.ceil(middle)]) / 2;
  return Math.max(median / NORMAL_MEDIAN, Number.MIN_VALUE ** 0.5);
}
