import { join, resolve } from 'node:path';
import type { ProgressListener } from '../../../core/terms/progress.ts';
import type { TrialSpec } from '../../../core/schema/trial.ts';
import { openDataset } from '../../worker/dataset.ts';
import type { Dataset } from '../../worker/dataset.ts';
import { prepareText } from '../dataset.ts';
import type { TrainingFields } from '../../../core/schema/training.ts';
import type { TrainingFile } from './file.ts';

/** The data of a training, and how its trials name them. */
export interface TrainingData {
  readonly dataset: Dataset;
  readonly written: TrialSpec['data'];
}

/** A text has at least so many tokens held out: with fewer its loss has no meaningful error. */
const LEAST_HELD_OUT_TOKENS = 1024;

/** Opens the data once, for their sizes and faults; a text is tokenised. */
export async function trainingData(
  file: TrainingFile<TrainingFields>,
  onProgress: ProgressListener,
  signal: AbortSignal,
): Promise<TrainingData> {
  onProgress({ stage: 'data', done: 0, note: 'reading' });
  const written = writtenData(file, onProgress, signal);
  return { written, dataset: await openDataset(written, file.base) };
}

function writtenData(
  { training, base, output }: TrainingFile<TrainingFields>,
  onProgress: ProgressListener,
  signal: AbortSignal,
): TrialSpec['data'] {
  const { data, recipe, seed } = training;
  if (data.kind !== 'text') return { ...data, ...absolute(data, base) };
  const { folder } = prepareText({
    paths: [data.paths].flat(),
    base,
    vocabulary: data.vocabulary,
    validation: data.validation,
    seed,
    cache: join(output, 'data'),
    least: { train: 2 * recipe.batchTokens, validation: LEAST_HELD_OUT_TOKENS },
    signal,
    onProgress,
  });
  return { kind: 'text', cache: folder };
}

type Paths = string | string[];

function absolute(
  { train, test }: { train: Paths; test?: Paths | undefined },
  base: string,
): { train: Paths; test?: Paths } {
  const at = (paths: Paths): Paths =>
    Array.isArray(paths) ? paths.map((path) => resolve(base, path)) : resolve(base, paths);
  return { train: at(train), ...(test !== undefined && { test: at(test) }) };
}
