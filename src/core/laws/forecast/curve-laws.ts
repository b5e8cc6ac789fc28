import { exp, log } from '../../math/elementary.ts';
import { regress } from '../../math/regression.ts';
import { offsetPosterior } from '../predict/offset-posterior.ts';
import { scatterOf, tailOf, thinned } from './learning-curve.ts';
import type { LearningCurve } from './learning-curve.ts';

/**
 * A law that is carried on from the last value of a curve. Anchored: a curve's own last value tells more of the next one than the
 * law's level does, which early training bends.
 */
export interface CurveLaw {
  readonly id: string;
  readonly title: string;
  /** Weight before the curve is seen, relative to the others. */
  readonly prior: number;
  /** [target] change of the log loss from the last value to each target, at `logX` beyond the curve. */
  changes(curve: LearningCurve, logX: readonly number[]): number[];
}

/** Windows in log x that a curve is thinned to before a law is fitted. */
const WINDOWS = 32;
/** The local power law goes through the points within this factor of the last x. */
const LOCAL_FACTOR = 2;
const FEWEST_LOCAL = 3;
/** What the law with an offset assumes: no law of a learning curve holds better than this for each e-fold of x. */
const MISFIT = 0.1;
const NOISE_RUNS = 4;
const LEAST_NOISE = 0.002;
/** Values of the offset that are weighed. */
const OFFSETS = 24;

/** The loss stays what it is: what every law has to beat. */
const lastValue: CurveLaw = {
  id: 'last-value',
  title: 'last value carried forward',
  prior: 1,
  changes: (_, logX) => logX.map(() => 0),
};

/** A straight line in logarithms through the last part of the curve. */
const localPowerLaw: CurveLaw = {
  id: 'local-power-law',
  title: `power law of the last factor ${LOCAL_FACTOR} of x`,
  prior: 4,
  changes: (curve, logX) => {
    const slope = localSlope(thinned(curve, WINDOWS));
    return logX.map((x) => slope * (x - curve.logX.at(-1)!));
  },
};

function localSlope({ logX, logLoss }: LearningCurve): number {
  const from = logX.at(-1)! - log(LOCAL_FACTOR) - 1e-9;
  const first = Math.max(
    0,
    Math.min(
      logX.findIndex((x) => x >= from),
      logX.length - FEWEST_LOCAL,
    ),
  );
  const centre = logX.at(-1)!;
  const line = regress(
    logX.slice(first).map((x) => [1, x - centre]),
    logLoss.slice(first),
  );
  return line?.coefficients[1] ?? 0;
}

/** E + A / x^alpha over all of the curve, the last part weighing most, averaged over the values of E by how likely they are. */
const offsetPowerLaw: CurveLaw = {
  id: 'power-law-offset',
  title: 'power law with offset',
  prior: 1,
  changes: (curve, logX) => {
    const last = curve.logX.at(-1)!;
    const { logX: at, logLoss } = thinned(curve, WINDOWS);
    const points = at.map((x, index) => ({ flops: exp(x - last), loss: exp(logLoss[index]) }));
    const noise = Math.max(LEAST_NOISE, scatterOf(tailOf(curve)));
    const posterior = offsetPosterior(points, { noise, noiseRuns: NOISE_RUNS, misfit: MISFIT }, OFFSETS);
    const levelAt = (efolds: number): number =>
      posterior.reduce(
        (sum, { offset, weight, intercept, slope }) => sum + weight * log(offset + exp(intercept + slope * efolds)),
        0,
      );
    // The posterior measures e-folds from its own largest x, a mean over the last window.
    const shift = last - at.at(-1)!;
    const level = levelAt(shift);
    return logX.map((x) => levelAt(x - last + shift) - level);
  },
};

export const CURVE_LAWS: readonly CurveLaw[] = [lastValue, localPowerLaw, offsetPowerLaw];
