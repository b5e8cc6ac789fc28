import { exp, log, square } from '../../math/elementary.ts';
import { rootMeanSquare } from '../../math/means.ts';
import { normalQuantile } from '../../math/normal.ts';
import type { Interval } from '../../terms/fit.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { CandidateLaw, HeroPrediction } from '../../terms/prediction.ts';
import { mergeRungs, testDrift } from '../diagnose/drift.ts';
import { offsetPredictive } from './offset-posterior.ts';
import type { OffsetPrior, PathPoint, Predictive } from './offset-posterior.ts';
import { powerLawAt } from './power-law.ts';

/** The run to predict. Counts are raw. */
export interface TargetRun {
  readonly params: number;
  readonly tokens: number;
  readonly flops: number;
  /** Times that the run sees each token of its data. */
  readonly repeats: number;
  /** Reach at which the laws are weighed; defaults to the run's own, its compute over the ladder's largest. */
  readonly selectionReach?: number;
}

/** Levels of the intervals that are written down. */
export const LEVELS = [0.9, 0.95] as const;
/** Fewest sizes on the path: with fewer, no two laws can be told apart. */
const FEWEST_RUNGS = 4;
/** Rungs that the local power law goes through. */
const LOCAL_RUNGS = 4;
/**
 * What a ladder of small language models is assumed to be like before it is seen: runs scatter by about half a percent, and no
 * law holds better than this much for each e-fold of compute. Set on simulated and published curves, see docs/laws.
 */
const PRIOR: OffsetPrior = { noise: 0.005, noiseRuns: 4, misfit: 0.01 };
/** Error that a held-out forecast can have by noise alone; keeps one lucky forecast from taking all the weight. */
const FORECAST_NOISE = 0.006;
/** A forecast over less than this is no extrapolation. */
const LEAST_REACH = 1.5;
/** Rungs seldom lie exactly `reach` apart: so much less will do. */
const REACH_SLACK = 0.1;
/** How much wider the intervals become where the ladder's slope still rises. */
const DRIFT_FACTOR = 2;
/** Passes over the data that cost next to nothing (Muennighoff et al. 2023, section 5). */
const HARMLESS_REPEATS = 1.05;
const TOLERABLE_REPEATS = 4;

/**
 * Predicts the loss of a run on the compute path from cheaper runs on it. The centre is the mean, in logarithms, of three laws:
 * a power law with an unknown offset, one through the last rungs and one through all, weighed by how well each forecasts the
 * ladder's own dearest rungs from rungs that are as many times cheaper as the run in question is dearer. The intervals are those
 * of the first law, moved there, and widened by what the three disagree.
 */
export function predictRun(points: readonly PathPoint[], target: TargetRun): HeroPrediction {
  const rungs = mergeRungs(points);
  if (rungs.length < FEWEST_RUNGS) {
    throw new IsoflopError(
      'not-identifiable',
      `a prediction needs ${FEWEST_RUNGS} sizes on the path, ${rungs.length} ended well`,
      {
        hint: 'Add sizes to ladder.path, or look why runs diverged.',
      },
    );
  }
  const largest = rungs.at(-1)!;
  const drift = testDrift(points);
  const warnings: string[] = [];
  if (drift.drifts) warnings.push(drift.sentence);
  const reach = target.flops / largest.flops;
  const candidates = weighCandidates(points, rungs, target, Math.max(LEAST_REACH, target.selectionReach ?? reach));
  const loss = exp(candidates.reduce((sum, one) => sum + one.weight * log(one.loss), 0));
  const factor = wideningFactor(drift.drifts, target.repeats, warnings);
  const intervals = intervalsAround(loss, candidates, offsetPredictive(points, target.flops, PRIOR), factor);
  return {
    schema: 'isoflop.prediction/1',
    run: { params: target.params, tokens: target.tokens, flops: target.flops },
    loss,
    intervals,
    candidates,
    baselines: { lastValue: largest.loss, frontierPowerLaw: powerLawAt(rungs, target.flops) },
    reach,
    repeats: target.repeats,
    drift,
    warnings,
  };
}

/** The predictive's intervals moved to `loss`, with the candidates' disagreement added in quadrature, times `factor`. */
function intervalsAround(
  loss: number,
  candidates: readonly CandidateLaw[],
  predictive: Predictive,
  factor: number,
): Interval[] {
  const spread = Math.sqrt(candidates.reduce((sum, one) => sum + one.weight * square(log(one.loss / loss)), 0));
  const median = predictive.quantile(0.5);
  const bound = (p: number): number => {
    const half = log(predictive.quantile(p) / median);
    return loss * exp(Math.sign(half) * factor * Math.hypot(half, normalQuantile(p) * spread));
  };
  return LEVELS.map((level) => ({ level, low: bound((1 - level) / 2), high: bound((1 + level) / 2) }));
}

type Forecast = (points: readonly PathPoint[], flops: number) => number;

const FORECASTERS: readonly { readonly name: string; readonly forecast: Forecast }[] = [
  { name: 'power law with offset', forecast: (points, flops) => offsetPredictive(points, flops, PRIOR).quantile(0.5) },
  {
    name: `power law of the last ${LOCAL_RUNGS} sizes`,
    forecast: (points, flops) => powerLawAt(mergeRungs(points).slice(-LOCAL_RUNGS), flops),
  },
  { name: 'power law of the whole path', forecast: (points, flops) => powerLawAt(mergeRungs(points), flops) },
];

/**
 * Root mean square relative error of a law's forecasts of the ladder's own rungs, each from all rungs at least `reach` times
 * cheaper (rolling origin along the cost); null where the ladder is too short for even one.
 */
function heldOutError(
  forecast: Forecast,
  points: readonly PathPoint[],
  rungs: readonly PathPoint[],
  reach: number,
): number | null {
  const errors = rungs.flatMap((rung) => {
    const cheaper = points.filter(({ flops }) => flops * reach <= rung.flops * (1 + REACH_SLACK));
    if (mergeRungs(cheaper).length < FEWEST_RUNGS) return [];
    return [log(forecast(cheaper, rung.flops) / rung.loss)];
  });
  if (errors.length === 0) return null;
  return rootMeanSquare(errors);
}

/** Every law's forecast of the target with its share: inverse mean squared error of its held-out forecasts. */
function weighCandidates(
  points: readonly PathPoint[],
  rungs: readonly PathPoint[],
  target: TargetRun,
  reach: number,
): CandidateLaw[] {
  const unweighed = FORECASTERS.map(({ name, forecast }) => {
    const error = heldOutError(forecast, points, rungs, reach);
    const precision = 1 / (square(error ?? 0) + square(FORECAST_NOISE));
    return { name, heldOutError: error, loss: forecast(points, target.flops), precision };
  });
  const total = unweighed.reduce((sum, { precision }) => sum + precision, 0);
  return unweighed.map(({ precision, ...candidate }) => ({ ...candidate, weight: precision / total }));
}

/** How much wider the intervals become for what the law does not know about; says why. */
function wideningFactor(drifts: boolean, repeats: number, warnings: string[]): number {
  let factor = drifts ? DRIFT_FACTOR : 1;
  if (repeats > TOLERABLE_REPEATS) {
    factor *= 1 + repeats / TOLERABLE_REPEATS;
    warnings.push(
      `The run repeats its data ${repeats.toFixed(1)} times. Beyond about ${TOLERABLE_REPEATS} passes new passes teach little and the model may overfit; the law has not seen that. Give more text.`,
    );
  } else if (repeats > HARMLESS_REPEATS) {
    factor *= 1 + 0.25 * (repeats - 1);
    warnings.push(`The run repeats its data ${repeats.toFixed(1)} times; the intervals are widened for it.`);
  }
  return factor;
}
