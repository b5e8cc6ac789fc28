import { IsoflopError } from '../../terms/errors.ts';
import { conformalShare, weightedQuantile } from './conformal.ts';
import type { Weighted } from './conformal.ts';

/** What a curve that is known to its end teaches: by how much its forecast erred at held-out points, and the scales it gave. */
export interface CalibrationCurve {
  /** [target] log of actual over forecast loss. */
  readonly errors: readonly number[];
  /** [target] `scale` of the forecast. */
  readonly scales: readonly number[];
}

/** How large the errors of forecasts are, learnt from curves that are known to their end. Document `isoflop.curve-calibration/1`. */
export interface CurveCalibration {
  readonly schema: 'isoflop.curve-calibration/1';
  /** Where the curves come from. */
  readonly source: string;
  readonly curves: number;
  readonly probabilities: readonly number[];
  /** [probability] error in units of its scale. */
  readonly quantiles: readonly number[];
}

/** Probabilities of the predictive distribution that are kept. */
const PROBABILITIES = [0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975, 0.99];
/** With fewer curves the tails are not known. */
const FEWEST_CURVES = 40;

/**
 * Learns the conformal quantiles of errors in units of their scale, each curve weighing the same (Papadopoulos, Gammerman and Vovk
 * 2008, normalised nonconformity). Both tails are learnt apart: curves bend down more often than up.
 */
export function calibrateCurves(curves: readonly CalibrationCurve[], source: string): CurveCalibration {
  if (curves.length < FEWEST_CURVES) {
    throw new IsoflopError(
      'not-identifiable',
      `a calibration needs ${FEWEST_CURVES} curves that are known to their end, got ${curves.length}`,
    );
  }
  const scores = curves
    .flatMap(({ errors, scales }): Weighted[] =>
      errors.map((error, target) => ({ value: error / scales[target], weight: 1 / errors.length })),
    )
    .sort((a, b) => a.value - b.value);
  return {
    schema: 'isoflop.curve-calibration/1',
    source,
    curves: curves.length,
    probabilities: PROBABILITIES,
    quantiles: PROBABILITIES.map((p) => weightedQuantile(scores, conformalShare(p, curves.length))),
  };
}

/** Error, in units of its scale, that stays below with probability p; linear between the probabilities kept. */
export function errorQuantile({ probabilities, quantiles }: CurveCalibration, p: number): number {
  const above = probabilities.findIndex((one) => one >= p - 1e-12);
  if (above < 0 || p < probabilities[0] - 1e-12) {
    throw new IsoflopError(
      'invalid-input',
      `the calibration tells probabilities ${probabilities[0]} to ${probabilities.at(-1)}, not ${p}`,
    );
  }
  return above === 0 ? quantiles[0] : between(probabilities, quantiles, above, p);
}

/** Probability of an error below `score` times its scale: the inverse; halfway to 0 or 1 beyond the outermost quantiles. */
export function errorProbability({ probabilities, quantiles }: CurveCalibration, score: number): number {
  const above = quantiles.findIndex((one) => one >= score);
  if (above === 0) return probabilities[0] / 2;
  if (above < 0) return (1 + probabilities.at(-1)!) / 2;
  return between(quantiles, probabilities, above, score);
}

function between(from: readonly number[], to: readonly number[], above: number, at: number): number {
  const width = from[above] - from[above - 1];
  const share = width > 0 ? (at - from[above - 1]) / width : 1;
  return to[above - 1] + share * (to[above] - to[above - 1]);
}
