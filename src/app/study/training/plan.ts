import { availableParallelism } from 'node:os';
import { analyzeModel } from '../../../core/analysis/index.ts';
import type { Recipe } from '../../../core/schema/recipe.ts';
import type { TrainingFields } from '../../../core/schema/training.ts';
import type { TrialSpec } from '../../../core/schema/trial.ts';
import { IsoflopError } from '../../../core/terms/errors.ts';
import type { Dataset } from '../../worker/dataset.ts';
import type { Executable, TrialTask } from '../context.ts';
import type { TrainingData } from './data.ts';
import type { TrainingModel } from './model.ts';

/** Epochs where neither these nor steps are given. */
const EPOCHS = 10;

/** One planned run of a training with its exact cost. */
export interface PlannedRun extends Executable {
  readonly model: TrialSpec['model'];
  readonly recipe: Recipe;
  readonly seed: number;
  /** Steps between evaluations in between; 0 for none. */
  readonly heldOutEvery: number;
  /** Absolute path of the weights that it starts from. */
  readonly weights?: string;
  /** What its last evaluation is made on. */
  readonly part: 'heldOut' | 'validation';
}

/** The size of what is trained. Counts are raw; FLOPs are of one sample. */
export interface TrainingCost {
  readonly params: number;
  readonly forwardFlops: number;
  readonly trainingFlops: number;
}

/** Parameters and operations of one sample; `tokens` are those of a window of text. */
export function costOf({ model, tokens }: TrainingModel): TrainingCost {
  const size = { batch: 1, ...(tokens !== undefined && { tokens }) };
  const { parameters, flops, trainingFlops } = analyzeModel(model, size);
  return { params: parameters.total, forwardFlops: flops, trainingFlops };
}

/** Samples, or windows of a text, in a step of a recipe. */
export const samplesPerStep = (recipe: Recipe, dataset: Dataset, tokens = 1): number =>
  dataset.task === 'language' ? recipe.batchTokens / tokens : recipe.batch;

/** Steps of a training's epochs, or as many as it says. */
export function stepsOf(
  { steps, epochs = EPOCHS }: Pick<TrainingFields, 'steps' | 'epochs'>,
  recipe: Recipe,
  { counts, task }: Dataset,
): number {
  if (steps !== undefined) return steps;
  const perStep = task === 'language' ? recipe.batchTokens : recipe.batch;
  return Math.max(1, Math.round((epochs * counts.train) / perStep));
}

/** One run for each seed. */
export function planRuns(training: TrainingFields, trained: TrainingModel, { dataset }: TrainingData): PlannedRun[] {
  const { recipe, seeds, seed } = training;
  const steps = stepsOf(training, recipe, dataset);
  return Array.from({ length: seeds }, (_, index) =>
    plannedRun(training, trained, dataset, {
      id: `seed-${seed + index}`,
      role: 'run',
      seed: seed + index,
      steps,
      recipe,
      part: 'heldOut',
    }),
  );
}

/** A run with what it costs and how often it is looked at. */
export function plannedRun(
  training: TrainingFields,
  trained: TrainingModel,
  dataset: Dataset,
  run: Pick<PlannedRun, 'id' | 'role' | 'seed' | 'steps' | 'recipe' | 'part'>,
): PlannedRun {
  const { recipe, steps } = run;
  const { every } = training.evaluation;
  return {
    ...run,
    ...(dataset.task === 'language' ? { tokens: steps * recipe.batchTokens } : { samples: steps * recipe.batch }),
    flops: steps * samplesPerStep(recipe, dataset, trained.tokens) * costOf(trained).trainingFlops,
    model: trained.written,
    ...(trained.weights !== undefined && { weights: trained.weights }),
    heldOutEvery: every === undefined ? 0 : stepsOf({ epochs: every }, recipe, dataset),
  };
}

/** What a run's trainer is told. */
export function taskOf(
  training: TrainingFields,
  data: TrialSpec['data'],
  threads: number,
  run: PlannedRun,
  every: number,
): TrialTask {
  const { tokens, samples, steps } = run;
  return {
    study: training.name,
    model: run.model,
    data,
    ...(training.loss && { loss: training.loss }),
    budget: { steps, ...(tokens !== undefined && { tokens }), ...(samples !== undefined && { samples }) },
    recipe: run.recipe,
    seed: run.seed,
    evaluation: {
      windows: training.evaluation.windows,
      every,
      part: run.part,
      heldOutEvery: run.heldOutEvery,
      ...(training.evaluation.patience !== undefined && { patience: training.evaluation.patience }),
      seen: run.part === 'heldOut',
    },
    ...(training.context !== undefined && { context: training.context }),
    ...(run.weights !== undefined && { weights: run.weights }),
    keepWeights: true,
    threads,
    checkpointSeconds: training.run.checkpointSeconds,
  };
}

/** Runs at a time, and threads of each: by the training, else all cores shared out. */
export function sharing({ run }: TrainingFields, runs: number): { readonly workers: number; readonly threads: number } {
  const cores = availableParallelism();
  const workers = run.workers ?? Math.max(1, Math.min(runs, Math.floor(cores / (run.threads ?? 1))));
  return { workers, threads: run.threads ?? Math.max(1, Math.floor(cores / workers)) };
}

/** Refuses a model whose outputs are not the data's classes. */
export function checkOutputs({ model }: TrainingModel, { task, classes }: Dataset): void {
  const graph = model.lower({ batch: 1 });
  const [output] = Object.values(graph.outputs);
  const outputs = graph.outputs.losses === undefined ? graph.tensors[output].shape.at(-1)! : classes.length;
  if (task !== 'classification' || outputs === classes.length) return;
  throw new IsoflopError('invalid-input', `the model tells ${outputs} classes apart, the data have ${classes.length}`, {
    path: 'model',
    hint:
      model.format === 'family'
        ? `Say set: { classes: ${classes.length} }.`
        : 'Give the model a last layer of that width.',
  });
}
