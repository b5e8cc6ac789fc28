import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Model } from '../../../core/model/index.ts';
import type { TrainingFields } from '../../../core/schema/training.ts';
import type { TrialSpec } from '../../../core/schema/trial.ts';
import type { Dataset, SampleShape } from '../../worker/dataset.ts';
import { modelOfTrial, windowOf } from '../../worker/trial-network.ts';

/** The model of a training as its trials write it, and opened. */
export interface TrainingModel {
  readonly written: TrialSpec['model'];
  readonly model: Model;
  /** Tokens in a window, for models of text. */
  readonly tokens?: number;
  /** Absolute path of the weights that it starts from. */
  readonly weights?: string;
}

/** Finds the model that a training names, and gives a family the parameters that only its data know. */
export async function trainingModel(
  training: Pick<TrainingFields, 'model' | 'set' | 'weights' | 'context'>,
  base: string,
  dataset: Dataset,
): Promise<TrainingModel> {
  const written = writtenModel(training, base, dataset);
  const weights = training.weights === undefined ? {} : { weights: resolve(base, training.weights) };
  const model = await modelOfTrial(written);
  const tokens = windowOf(model, training.context);
  return { written, model, ...(tokens !== undefined && { tokens }), ...weights };
}

function writtenModel(
  { model, set }: Pick<TrainingFields, 'model' | 'set'>,
  base: string,
  dataset: Dataset,
): TrialSpec['model'] {
  if (typeof model === 'string') {
    const path = resolve(base, model);
    return { source: existsSync(path) ? path : model, set };
  }
  const decided = DECIDED[model.family] ?? [];
  const known = Object.entries(knownBy(dataset)).filter(([name]) => decided.includes(name));
  return { ...Object.fromEntries(known), ...model, ...set } as TrialSpec['model'];
}

/** Parameters of each family that its data decide. */
const DECIDED: Readonly<Record<string, readonly string[]>> = {
  gpt: ['vocabulary'],
  transformer: ['vocabulary'],
  encoder: ['vocabulary'],
  mlp: ['inputs', 'outputs', 'loss'],
  convnet: ['classes', 'channels', 'resolution'],
  vit: ['classes', 'channels', 'resolution'],
};

function knownBy({ sample, classes, task }: Dataset): Record<string, unknown> {
  const outputs = task === 'classification' ? classes.length : 1;
  return {
    ...ofSample(sample),
    classes: outputs,
    outputs,
    loss: task === 'regression' ? 'mse' : 'cross-entropy',
  };
}

function ofSample(sample: SampleShape): Record<string, number> {
  switch (sample.kind) {
    case 'image': {
      const { height, width, channels } = sample;
      return { channels, resolution: height, inputs: height * width * channels };
    }
    case 'row':
      return { inputs: sample.features };
    case 'tokens':
      return { vocabulary: sample.vocabulary };
  }
}
