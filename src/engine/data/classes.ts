import type { Exclusions } from '../../core/terms/exclusions.ts';
import type { Parts } from './split.ts';

/** Labels by row for each part; the held-out rows may stand in files of their own. */
export interface PartLabels {
  readonly train: Int32Array;
  readonly heldOut: Int32Array;
}

const present = (labels: Int32Array, rows: Uint32Array): Set<number> => new Set(Array.from(rows, (row) => labels[row]));

/**
 * Each class must be in the training part and in the held-out one. Under "skip", held-out samples of a class that was never
 * learnt are left out, and a class that nothing was held out of is noted.
 */
export function withLearntClasses(
  parts: Parts,
  labels: PartLabels,
  classes: readonly string[],
  policy: 'refuse' | 'skip',
  exclusions: Exclusions,
): Parts {
  const learnt = present(labels.train, parts.train);
  const heldOut = present(labels.heldOut, parts.heldOut);
  const hint = 'Give more samples of it, `stratified: true`, a larger part, or say `onBad: skip`.';
  for (const [label, name] of classes.entries()) {
    const isMissing = !learnt.has(label) || !heldOut.has(label);
    if (!isMissing) continue;
    const part = learnt.has(label) ? 'held-out' : 'training';
    const what = `the class '${name}' has no sample in the ${part} part`;
    exclusions.handle(policy, {
      reason: `a class without a sample in the ${part} part`,
      what,
      place: `class '${name}'`,
      hint,
    });
  }
  if (policy === 'refuse') return parts;
  const known = (all: Int32Array, rows: Uint32Array): Uint32Array => rows.filter((row) => learnt.has(all[row]));
  return { ...parts, validation: known(labels.train, parts.validation), heldOut: known(labels.heldOut, parts.heldOut) };
}

/** Mean nats of answering each held-out sample with the training part's shares of classes (one is added to every count). */
export function constantClassLoss(parts: Parts, labels: PartLabels, classes: number): number {
  const counts = new Float64Array(classes).fill(1);
  for (const row of parts.train) counts[labels.train[row]] += 1;
  const total = parts.train.length + classes;
  let sum = 0;
  for (const row of parts.heldOut) sum -= Math.log(counts[labels.heldOut[row]] / total);
  return sum / Math.max(1, parts.heldOut.length);
}
