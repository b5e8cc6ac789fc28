import { compile } from '../../formula/compile.ts';
import type { Kernel } from '../../formula/compile.ts';
import { pow } from '../../math/elementary.ts';
import { normalQuantile } from '../../math/normal.ts';
import type { Objective } from '../../terms/fit.ts';
import { DEFAULT_DELTA, DEFAULT_RATIO, DELTA, penaltyOf, RATIO, RESIDUAL } from '../fit/objective.ts';

/** Points of the normal distribution that smooth the penalty's second derivative. */
const SMOOTHING = Array.from({ length: 41 }, (_, k) => normalQuantile((k + 0.5) / 41));
/** Silverman's rule of thumb for a normal distribution. */
const BANDWIDTH = 1.06;
const SPANS = [0.5, 1, 2, 4];
/** Median absolute deviation of the standard normal distribution. */
const NORMAL_MEDIAN = 0.6744897501960817;

export interface PseudoValues {
  /** psi(r) / slope of each row. */
  readonly moved: Float64Array;
  /** Mean of psi' around each row's residual, up to a common factor: weights of the rows. */
  readonly slopes: Float64Array;
}

/**
 * Residuals and weights that least squares would need to end where a robust fit ended: psi(r) / psi', psi being the penalty's
 * derivative (Bickel 1976; Huber 1981, section 7.10). Their scatter is that of the robust fit.
 *
 * A penalty with a scale far below the noise bends at few residuals, and at those that the law goes through by construction, so
 * that psi' itself says nothing. Few rows: all take its mean over a normal distribution with the residuals' scale: their median absolute
 * size, as many of the smallest left out as there are parameters. Many rows (`isLocal`): its mean around each residual, which
 * holds where rows scatter unequally (Powell 1991).
 */
export function pseudoValues(
  objective: Objective,
  residuals: Float64Array,
  parameters: number,
  isLocal: boolean,
): PseudoValues {
  const kernel = derivativeOf(objective);
  const { delta = DEFAULT_DELTA, ratio = DEFAULT_RATIO } = objective;
  const psi = (points: Float64Array): Float64Array =>
    Float64Array.from(kernel.evaluate([delta, ratio], [points], points.length));
  const scale = robustScale(residuals, parameters);
  const pulls = psi(residuals.slice());
  const slopes = isLocal
    ? localSlopes(psi, residuals, BANDWIDTH * scale * pow(residuals.length, -0.2))
    : residuals.map(() => normalSlope(psi, scale));
  return { moved: pulls.map((pull, row) => pull / slopes[row]), slopes };
}

type Pull = (points: Float64Array) => Float64Array;

/** Mean of psi' over a normal distribution, by Stein's identity: E psi'(Z s) = E Z psi(Z s) / s. */
function normalSlope(psi: Pull, scale: number): number {
  const bent = psi(Float64Array.from(SMOOTHING, (z) => z * scale));
  const weights = SMOOTHING.reduce((sum, z) => sum + z * z, 0);
  return SMOOTHING.reduce((sum, z, k) => sum + z * bent[k], 0) / (scale * weights);
}

/** Mean of psi' around each residual: differences of psi over spans from a quarter of the bandwidth to thirty times it. */
function localSlopes(psi: Pull, residuals: Float64Array, bandwidth: number): Float64Array {
  const slopes = new Float64Array(residuals.length);
  for (const share of SPANS) {
    const half = share * bandwidth;
    const [above, below] = [half, -half].map((by) => psi(residuals.map((value) => value + by)));
    for (let row = 0; row < slopes.length; row++) slopes[row] += (above[row] - below[row]) / (2 * half * SPANS.length);
  }
  const largest = slopes.reduce((most, value) => Math.max(most, value), 0);
  return slopes.map((value) => Math.max(value, 1e-3 * largest));
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
  return Math.max(median / NORMAL_MEDIAN, 1e-150);
}
