import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { datasetManifestSchema } from '../../core/schema/dataset.ts';
import type { TrialSpec } from '../../core/schema/trial.ts';
import { IsoflopError } from '../../core/terms/errors.ts';
import type { BatchSource, EvaluationSource } from '../../engine/data/contract.ts';
import { heldOutWindows, windowBatches } from '../../engine/data/windows.ts';
import { openTokens } from '../../io/datasets/tokens.ts';
import type { TrialNetwork } from './trial-network.ts';

/** What a trial learns from and is judged by, made for one network. */
export interface TrialData {
  readonly batches: BatchSource;
  readonly heldOut: EvaluationSource;
  /** Samples in a batch: windows of a text, images, rows of a table. */
  readonly batch: number;
  /** What measurements count in, and how many a step learns from. */
  readonly unit: 'tokens' | 'samples';
  readonly perStep: number;
  /** A held-out loss at or above this is no better than knowing nothing. */
  readonly hopelessLoss?: number;
}

/** Windows of a tokenised text. */
export function textData(spec: TrialSpec, { input }: TrialNetwork): TrialData {
  const { cache } = spec.data;
  const context = input.shape[0];
  const { batchTokens } = spec.recipe;
  const batch = batchTokens / context;
  if (!Number.isInteger(batch)) {
    throw new IsoflopError(
      'invalid-input',
      `a batch of ${batchTokens} tokens is not a whole number of windows of ${context}`,
      { path: 'recipe.batchTokens', hint: `Take a multiple of ${context}.` },
    );
  }
  const [text, held] = ['train.bin', 'validation.bin'].map((name) => openTokens(join(cache, name)));
  const manifest = datasetManifestSchema.parse(JSON.parse(readFileSync(join(cache, 'manifest.json'), 'utf8')));
  return {
    batches: windowBatches(text, context, batch, spec.seed, input.name),
    heldOut: heldOutWindows(held, context, spec.evaluation.windows, input.name),
    batch,
    unit: 'tokens',
    perStep: batchTokens,
    hopelessLoss: manifest.unigramLoss,
  };
}
