import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { ZodType, z } from 'zod';
import { trainingSchema } from '../../../core/schema/training.ts';
import type { Training, TrainingFields } from '../../../core/schema/training.ts';
import { IsoflopError } from '../../../core/terms/errors.ts';
import { parseChecked, readDocument } from '../../../io/files/yaml.ts';

const WORDS = { whole: 'the training', help: '`isoflop schema training` prints every key with its meaning.' };

/** A training as a person wrote it, and where it stands. */
export interface TrainingFile<Document extends TrainingFields = Training> {
  readonly training: Document;
  /** Absolute folder that relative paths start from. */
  readonly base: string;
  /** Absolute folder of the results. */
  readonly output: string;
}

/** Reads and checks a training; errors carry file:line:column. */
export const readTrainingFile = (path: string): TrainingFile => readDocumentFile(path, trainingSchema);

/** Reads and checks a training or a comparison of several. */
export function readDocumentFile<Schema extends ZodType<TrainingFields>>(
  path: string,
  schema: Schema,
): TrainingFile<z.infer<Schema>> {
  if (!existsSync(path)) {
    throw new IsoflopError('missing', `no training file at '${path}'`, {
      hint: 'examples/ has some; `isoflop schema training` prints the keys.',
    });
  }
  const { value: training } = parseChecked(schema, readDocument(path, WORDS), basename(path), WORDS);
  checkDropout(training);
  const base = dirname(resolve(path));
  return { training, base, output: resolve(base, training.output ?? join('runs', training.name)) };
}

/** Which activations are dropped is the model's own: a recipe that says so would be passed over in silence. */
function checkDropout({ recipe }: TrainingFields): void {
  if (recipe.dropout === undefined) return;
  throw new IsoflopError('refused', 'a training drops what the layers of its model drop; a recipe cannot change that', {
    path: 'recipe.dropout',
    hint: 'Put dropout layers into the model file, or say stochasticDepth, labelSmoothing or weightDecay.',
  });
}
