import type { Observations } from '../../terms/observation.ts';
import { ruled } from './finding.ts';
import type { Finding } from './finding.ts';

/** A run counts as finished from this share of its planned steps on. */
const FINISHED = 0.99;
/** A schedule that ends above this share of its peak has not decayed: a tenth is the customary end of a cosine. */
const DECAYED = 0.2;

/**
 * Runs that did not finish their own schedule: a `portion` of the planned steps below 1, `steps` below `totalSteps`, or a `finalLearningRate` that has
 * not come down from `learningRate`. Their loss still falls when the rate does, so that they lie above the law of finished runs
 * (Hoffmann et al. 2022, section 3.1). Undefined where no such column is known.
 */
export function detectUnfinished(data: Observations): Finding | undefined {
  const { portion, steps, totalSteps, finalLearningRate, learningRate } = data.columns;
  const known = portion ?? (steps && totalSteps) ?? (finalLearningRate && learningRate);
  if (!known) return undefined;
  const isEarly = (row: number): boolean =>
    (portion !== undefined && portion[row] < FINISHED) ||
    (steps !== undefined && totalSteps !== undefined && steps[row] < FINISHED * totalSteps[row]);
  const isHot = (row: number): boolean =>
    finalLearningRate !== undefined &&
    learningRate !== undefined &&
    finalLearningRate[row] > DECAYED * learningRate[row];
  const all = Array.from({ length: data.rows }, (_, row) => row);
  const [early, hot] = [all.filter(isEarly), all.filter(isHot)];
  if (early.length + hot.length === 0) return ruled('unfinished', 'fine', 'Every run finished its own schedule.');
  const parts = [
    early.length > 0 ? `${early.length} of ${data.rows} rows stop before the end of their own schedule` : '',
    hot.length > 0
      ? `${hot.length} of ${data.rows} end at more than ${100 * DECAYED} % of their peak learning rate`
      : '',
  ].filter((part) => part !== '');
  return ruled(
    'unfinished',
    'alarm',
    `Unfinished: ${parts.join('; ')}.`,
    [...new Set([...early, ...hot])].sort((a, b) => a - b),
    'Judge finished runs only (the verdict here does), or fit a law of the whole curve.',
  );
}
