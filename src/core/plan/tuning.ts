import { exp, log } from '../math/elementary.ts';
import type { Recipe } from '../schema/recipe.ts';
import type { Study } from '../schema/study.ts';

/** One tuning trial's outcome; `loss` is infinite where it diverged. */
export interface TuningResult {
  readonly learningRate: number;
  readonly batchTokens: number;
  readonly loss: number;
}

export type TuningPoint = Omit<TuningResult, 'loss'>;

/** How often a best learning rate at the edge of its range is followed one step further out. */
const MOST_EXTENSIONS = 3;
/** Ratio of neighbouring learning rates when the range is extended. */
const EXTENSION_RATIO = 2;

const round = (value: number): number => Number(value.toPrecision(4));

/** Batches to try, in tokens. */
export const batchesOf = ({ tune, recipe }: Study): readonly number[] =>
  tune === false ? [recipe.batchTokens] : (tune.batchTokens ?? [recipe.batchTokens, 2 * recipe.batchTokens]);

/**
 * The tuning trials that are still wanted, given those that are done; empty when tuning is complete. First the learning
 * rate at the recipe's batch, the range followed outwards while its best lies at an edge; then the other batches, each
 * at the best learning rate times the square root of the batch ratio (Malladi et al. 2022, the square-root rule for Adam).
 */
export function nextTuning(study: Study, done: readonly TuningResult[]): TuningPoint[] {
  if (study.tune === false) return [];
  const { learningRate, batchTokens } = study.recipe;
  const wanted = study.tune.learningRate.map((factor) => ({ learningRate: round(factor * learningRate), batchTokens }));
  const missing = wanted.filter((point) => !done.some((result) => isAt(result, point)));
  if (missing.length > 0) return missing;
  const first = done.filter((result) => result.batchTokens === batchTokens);
  if (first.length < wanted.length + MOST_EXTENSIONS) {
    const outwards = beyondEdge(first);
    if (outwards) return [outwards];
  }
  const best = bestRate(first);
  return batchesOf(study)
    .filter((batch) => batch !== batchTokens && !done.some((result) => result.batchTokens === batch))
    .map((batch) => ({ learningRate: round(best * Math.sqrt(batch / batchTokens)), batchTokens: batch }));
}

const isAt = (result: TuningPoint, point: TuningPoint): boolean =>
  result.batchTokens === point.batchTokens && Math.abs(result.learningRate / point.learningRate - 1) < 1e-6;

function beyondEdge(results: readonly TuningResult[]): TuningPoint | undefined {
  if (results.length < 2) return undefined;
  const sorted = results.toSorted((a, b) => a.learningRate - b.learningRate);
  const best = sorted.indexOf(lowest(sorted));
  const { batchTokens } = sorted[0];
  if (best === 0) return { learningRate: round(sorted[0].learningRate / EXTENSION_RATIO), batchTokens };
  const last = sorted.length - 1;
  return best === last ? { learningRate: round(sorted[last].learningRate * EXTENSION_RATIO), batchTokens } : undefined;
}

const lowest = (results: readonly TuningResult[]): TuningResult =>
  results.reduce((best, result) => (result.loss < best.loss ? result : best));

/**
 * The best learning rate of results at one batch: the minimum of the parabola through the best and its two neighbours in
 * log learning rate, never outside them; the best itself where it has no two finite neighbours.
 */
function bestRate(results: readonly TuningResult[]): number {
  const sorted = results.toSorted((a, b) => a.learningRate - b.learningRate);
  const index = sorted.indexOf(lowest(sorted));
  const [left, mid, right] = [sorted[index - 1], sorted[index], sorted[index + 1]];
  if (!left || !right || !Number.isFinite(left.loss + right.loss)) return mid.learningRate;
  const [a, b] = [log(left.learningRate / mid.learningRate), log(right.learningRate / mid.learningRate)];
  const [fa, fb] = [left.loss - mid.loss, right.loss - mid.loss];
  const curvature = fa / a - fb / b;
  const shift = (fa * b * b - fb * a * a) / (2 * (fa * b - fb * a));
  return curvature === 0 || !Number.isFinite(shift) ? mid.learningRate : round(mid.learningRate * exp(shift));
}

/** The recipe that tuning chose: the lowest loss over batches, with the learning rate refined at the recipe's own batch. */
export function tunedRecipe(study: Study, done: readonly TuningResult[]): Recipe {
  const finite = done.filter((result) => Number.isFinite(result.loss));
  if (study.tune === false || finite.length === 0) return study.recipe;
  const best = lowest(finite);
  const peers = finite.filter((result) => result.batchTokens === best.batchTokens);
  return { ...study.recipe, batchTokens: best.batchTokens, learningRate: bestRate(peers) };
}
