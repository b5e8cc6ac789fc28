import type { CurveFit, CurveFitOptions } from './fit-curves.ts';
import { heldOutCurves } from './held-out.ts';
import type { HeldOut } from './held-out.ts';
import type { LossCurve } from './loss-curve.ts';

/** Before any curve was left out, the stated deviation is believed as much as if so many curves had confirmed it. */
const PRIOR_CURVES = 4;

/**
 * A fit whose intervals hold for curves that it has not seen: what its law gets wrong does not shrink with more points. The deviation is
 * scaled by what the forecasts of left-out curves were off, never below 1; Student's t has as many degrees of freedom as curves were left
 * out, with those that stand for the prior.
 */
export function calibrateFit(
  fit: CurveFit,
  curves: readonly LossCurve[],
  options: Pick<CurveFitOptions, 'signal' | 'onProgress'> = {},
): { readonly fit: CurveFit; readonly heldOut: HeldOut } {
  const { law, delta, weights, shrinks, parameters, uncertainty } = fit;
  const heldOut = heldOutCurves(law, curves, { ...options, delta, weights, shrinks, from: parameters });
  const count = heldOut.curves.length;
  const squares = heldOut.curves.reduce((sum, { squaredDeviations }) => sum + squaredDeviations, 0);
  const scale = Math.sqrt(Math.max(1, (PRIOR_CURVES + squares) / (PRIOR_CURVES + count)));
  const degreesOfFreedom = Math.min(uncertainty.degreesOfFreedom, PRIOR_CURVES + count);
  return { fit: { ...fit, uncertainty: { ...uncertainty, scale, degreesOfFreedom } }, heldOut };
}
