import { join } from 'node:path';
import type { Comparison } from '../../../core/schema/comparison.ts';
import type { Candidate } from '../../../core/schema/comparison.ts';
import { scaleToMacs } from '../../../core/plan/candidate.ts';
import { makeFolder, writeAtomically } from '../../../io/files/atomic.ts';
import type { Dataset } from '../../worker/dataset.ts';
import type { TrainingFile } from '../training/file.ts';
import { trainingModel } from '../training/model.ts';
import type { TrainingModel } from '../training/model.ts';
import { checkOutputs, costOf, stepsOf } from '../training/plan.ts';
import type { TrainingCost } from '../training/plan.ts';

/** A candidate with its model, ready to be trained. */
export interface ReadyCandidate {
  readonly name: string;
  readonly trained: TrainingModel;
  readonly cost: TrainingCost;
  /** Steps of each of its runs. */
  readonly steps: number;
  /** Factors that its scaling came to, by axis. */
  readonly factors: Readonly<Record<string, number>>;
}

/** Makes the models of a comparison, writes the scaled ones into its folder, and says how long each is trained. */
export async function readyCandidates(file: TrainingFile<Comparison>, dataset: Dataset): Promise<ReadyCandidate[]> {
  const made: Omit<ReadyCandidate, 'steps'>[] = [];
  for (const candidate of file.training.candidates) made.push(await candidateOf(candidate, file, dataset));
  const steps = stepsOf(file.training, file.training.recipe, dataset);
  const dearest = Math.max(...made.map(({ cost }) => cost.trainingFlops));
  const share = (cost: TrainingCost): number => (file.training.equal === 'flops' ? dearest / cost.trainingFlops : 1);
  return made.map((one) => ({ ...one, steps: Math.round(steps * share(one.cost)) }));
}

async function candidateOf(
  { name, model, set, scale }: Candidate,
  { training, base, output }: TrainingFile<Comparison>,
  dataset: Dataset,
): Promise<Omit<ReadyCandidate, 'steps'>> {
  const parent = await trainingModel(
    { model: model ?? training.model, set: { ...training.set, ...set } },
    base,
    dataset,
  );
  checkOutputs(parent, dataset);
  if (!scale) return { name, trained: parent, cost: costOf(parent), factors: {} };
  const { variant, achieved } = scaleToMacs(parent.model, scale);
  const { extension, bytes } = variant.model.write();
  const source = join(output, 'models', `${name}${extension}`);
  makeFolder(join(output, 'models'));
  writeAtomically(source, bytes);
  const trained = { model: variant.model, written: { source, set: {} } };
  return { name, trained, cost: costOf(trained), factors: { ...achieved } as Record<string, number> };
}
