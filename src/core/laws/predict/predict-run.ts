import { exp, log } from '../../math/elementary.ts';
import type { Interval } from '../../terms/fit.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { CandidateLaw, HeroPrediction } from '../../terms/prediction.ts';
import { mergeRungs, testDrift } from '../diagnose/drift.ts';
import { offsetPredictive } from './offset-posterior.ts';
import type { OffsetPrior, PathPoint } from './offset-posterior.ts';
import { powerLawAt } from './power-law.ts';

/** The run to predict. Counts are raw. */
export interface TargetRun {
  readonly params: number;
  readonly tokens: number;
  readonly flops: number;
  /** Times that the run sees each token of its data. */
  readonly repeats: number;
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
const FORECAST_NOISE = 0.012;
/** How much wider the intervals become where the ladder's slope still rises. */
const DRIFT_FACTOR = 2;
/** Passes over the data that cost next to nothing (Muennighoff et al. 2023, section 5). */
const HARMLESS_REPEATS = 1.05;
const TOLERABLE_REPEATS = 4;

/**
 * Predicts the loss of a run on the compute path from cheaper runs on it. The centre is the mean, in logarithms, of three laws:
 * a power law with an unknown offset, one through the last rungs and one through all, weighed by how well each forecasts the
 * ladder's own last budget. The intervals are those of the first, moved there, and widened by what the three disagree.
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
  const predictive = offsetPredictive(points, target.flops, PRIOR);
  const candidates = weigh([
    candidate('power law with offset', points, rungs, target.flops, (p, flops) =>
      offsetPredictive(p, flops, PRIOR).quantile(0.5),
    ),
    candidate(`power law of the last ${LOCAL_RUNGS} sizes`, points, rungs, target.flops, (p, flops) =>
      powerLawAt(mergeRungs(p).slice(-LOCAL_RUNGS), flops),
    ),
    candidate('power law of the whole path', points, rungs, target.flops, (p, flops) =>
      powerLawAt(mergeRungs(p), flops),
    ),
  ]);
  const loss = exp(candidates.reduce((sum, one) => sum + one.weight * log(one.loss), 0));
  const spread = Math.sqrt(candidates.reduce((sum, one) => sum + one.weight * log(one.loss / loss) ** 2, 0));
  const factor = wideningFactor(drift.drifts, target.repeats, warnings);
  const median = predictive.quantile(0.5);
  const bound = (p: number, normal: number): number => {
    const half = log(predictive.quantile(p) / median);
    return loss * exp(Math.sign(half) * factor * Math.hypot(half, normal * spread));
  };
  const intervals = LEVELS.map((level): Interval => {
    const normal = level === 0.9 ? 1.645 : 1.96;
    return { level, low: bound((1 - level) / 2, normal), high: bound((1 + level) / 2, normal) };
  });
  return {
    schema: 'isoflop.prediction/1',
    run: { params: target.params, tokens: target.tokens, flops: target.flops },
    loss,
    intervals,
    candidates,
    baselines: { lastValue: largest.loss, frontierPowerLaw: powerLawAt(rungs, target.flops) },
    reach: target.flops / largest.flops,
    repeats: target.repeats,
    drift,
    warnings,
  };
}

type Forecaster = (points: readonly PathPoint[], flops: number) => number;

function candidate(
  name: string,
  points: readonly PathPoint[],
  rungs: readonly PathPoint[],
  flops: number,
  forecast: Forecaster,
): CandidateLaw {
  const last = rungs.at(-1)!;
  const cheaper = points.filter((point) => point.flops < last.flops);
  const heldOutError = rungs.length > FEWEST_RUNGS ? forecast(cheaper, last.flops) / last.loss - 1 : null;
  return { name, heldOutError, loss: forecast(points, flops), weight: 0 };
}

function weigh(candidates: readonly CandidateLaw[]): CandidateLaw[] {
  const raw = candidates.map(({ heldOutError }) => 1 / ((heldOutError ?? 0) ** 2 + FORECAST_NOISE ** 2));
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  return candidates.map((one, index) => ({ ...one, weight: raw[index] / total }));
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
