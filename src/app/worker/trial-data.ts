import type { TrialSpec } from '../../core/schema/trial.ts';
import type { DataTask } from '../../core/terms/dataset.ts';
import { IsoflopError } from '../../core/terms/errors.ts';
import type { BatchSource, EvaluationSource, SampleInput } from '../../engine/data/contract.ts';
import type { Dataset } from './dataset.ts';
import type { TrialNetwork } from './trial-network.ts';

/** What a trial learns from and is judged by, as one network takes it. */
export interface TrialData {
  readonly batches: BatchSource;
  readonly heldOut: EvaluationSource;
  /** What is looked at between the steps: the part kept for it, else what is held out. */
  readonly watched: EvaluationSource;
  /** As many training samples as are held out, or all of them, without augmentation. */
  readonly seen: EvaluationSource;
  /** Samples whose gradients are computed at once: windows of a text, images, rows of a table. */
  readonly batch: number;
  /** What measurements count in, and how many a step learns from. */
  readonly unit: 'tokens' | 'samples';
  readonly perStep: number;
}

/** The loss that a task has where nothing else is said. */
export const LOSS_OF: Readonly<Record<DataTask, NonNullable<TrialSpec['loss']>>> = {
  classification: 'cross-entropy',
  regression: 'mse',
  language: 'cross-entropy',
};

/** Batches and held-out samples of a data set for a trial's network. */
export function trialData(spec: TrialSpec, dataset: Dataset, { input }: TrialNetwork): TrialData {
  const isText = dataset.task === 'language';
  const context = isText ? { context: input.shape[0] } : {};
  const batch = partOf(isText ? windowsOf(spec, input.shape[0]) : spec.recipe.batch, spec.recipe.accumulation);
  const sample = sampleInput(dataset, input);
  const part = dataset.counts.validation > 0 ? 'validation' : 'heldOut';
  const most = isText ? { most: spec.evaluation.windows } : {};
  const heldOut = dataset.heldOut({ input: sample, part: spec.evaluation.part, ...context, ...most });
  return {
    heldOut,
    seen: dataset.heldOut({ input: sample, part: 'train', most: heldOut.count, ...context }),
    batches: dataset.batches({ input: sample, batch, seed: spec.seed, ...context }),
    watched: dataset.heldOut({ input: sample, part, ...context, ...most }),
    batch,
    unit: isText ? 'tokens' : 'samples',
    perStep: isText ? spec.recipe.batchTokens : spec.recipe.batch,
  };
}

function partOf(samples: number, parts: number): number {
  if (samples % parts === 0) return samples / parts;
  throw new IsoflopError('invalid-input', `a batch of ${samples} samples has no ${parts} equal parts`, {
    path: 'recipe.accumulation',
    hint: 'Take a divisor of the batch.',
  });
}

function windowsOf({ recipe }: TrialSpec, context: number): number {
  const windows = recipe.batchTokens / context;
  if (Number.isInteger(windows)) return windows;
  throw new IsoflopError(
    'invalid-input',
    `a batch of ${recipe.batchTokens} tokens is not a whole number of windows of ${context}`,
    { path: 'recipe.batchTokens', hint: `Take a multiple of ${context}.` },
  );
}

/** Images are told apart from rows by their axes, and channels by where 1 or 3 of them stand. */
function sampleInput({ sample }: Dataset, { name, shape }: TrialNetwork['input']): SampleInput {
  if (sample.kind !== 'image') {
    checkRow(sample, shape);
    return { name };
  }
  const { channels, height, width } = sample;
  if (shape.length === 1) {
    if (shape[0] === channels * height * width) return { name };
    throw mismatch(`${shape[0]} numbers`, `images of ${height} x ${width} x ${channels}`);
  }
  if (shape.length === 3 && shape[0] === channels) return { name, layout: 'NCHW', height: shape[1], width: shape[2] };
  if (shape.length === 3 && shape[2] === channels) return { name, layout: 'NHWC', height: shape[0], width: shape[1] };
  throw mismatch(
    `[${shape.join(', ')}]`,
    `images of ${height} x ${width} x ${channels}`,
    'Set data.channels to what the model takes.',
  );
}

function checkRow(sample: Exclude<Dataset['sample'], { kind: 'image' }>, shape: readonly number[]): void {
  if (sample.kind === 'row' && (shape.length !== 1 || shape[0] !== sample.features))
    throw mismatch(
      `[${shape.join(', ')}]`,
      `${sample.features} features`,
      `Set the model's inputs to ${sample.features}.`,
    );
}

const mismatch = (wanted: string, came: string, hint = 'Choose a model for such samples.'): IsoflopError =>
  new IsoflopError('invalid-input', `the model takes ${wanted}, the data have ${came}`, { path: 'model', hint });
