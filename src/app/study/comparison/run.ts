import type { Comparison } from '../../../core/schema/comparison.ts';
import type { ComparisonResult } from '../../../core/schema/comparison-result.ts';
import { IsoflopError } from '../../../core/terms/errors.ts';
import { localExecutor } from '../../../io/launch/local.ts';
import { acquireStudyLock } from '../../../io/store/lock.ts';
import { Store } from '../../../io/store/store.ts';
import { executeTrials } from '../execute.ts';
import type { ExecutionContext } from '../context.ts';
import { trainingData } from '../training/data.ts';
import type { TrainingData } from '../training/data.ts';
import type { TrainingFile } from '../training/file.ts';
import { plannedRun, sharing, taskOf } from '../training/plan.ts';
import type { PlannedRun } from '../training/plan.ts';
import { checkSame } from '../training/run.ts';
import type { TrainingOptions } from '../training/run.ts';
import { readyCandidates } from './candidates.ts';
import { comparisonResult } from './result.ts';
import { tuneCandidates } from './tune.ts';
import type { TunedCandidate } from './tune.ts';
import { writeComparison } from './write.ts';

/** Runs a comparison from its file, or goes on with it: every candidate tuned alike, then trained with each seed. */
export async function runComparison(
  file: TrainingFile<Comparison>,
  options: TrainingOptions,
): Promise<ComparisonResult> {
  const lock = acquireStudyLock(file.output);
  try {
    const data = await trainingData(file, (progress) => options.observer.progress(progress), options.signal);
    const store = Store.open(file.output);
    try {
      return await compare(file, data, store, options);
    } finally {
      store.close();
      await data.dataset.close();
    }
  } finally {
    lock.release();
  }
}

async function compare(
  file: TrainingFile<Comparison>,
  data: TrainingData,
  store: Store,
  options: TrainingOptions,
): Promise<ComparisonResult> {
  const { training: comparison, output } = file;
  if (comparison.evaluation.patience !== undefined)
    throw new IsoflopError('refused', 'runs that stop early are not trained for equal FLOPs or epochs', {
      path: 'evaluation.patience',
      hint: 'Take it out.',
    });
  checkSame(store, comparison, data, output);
  const candidates = await readyCandidates(file, data.dataset);
  const context = contextOf(file, data, store, options, candidates.length * comparison.seeds);
  const tuned = await tuneCandidates(context, comparison, candidates, data.dataset);
  const runs = new Map(tuned.map((one) => [one.name, runsOf(one, comparison, data)]));
  await executeTrials(context, [...runs.values()].flat());
  const result = comparisonResult(comparison, data.dataset, tuned, runs, store);
  store.putDocument('comparison', result);
  writeComparison(output, result);
  return result;
}

function contextOf(
  { training, output }: TrainingFile<Comparison>,
  { dataset, written }: TrainingData,
  store: Store,
  options: TrainingOptions,
  runs: number,
): ExecutionContext<PlannedRun> {
  const { workers, threads } = sharing(training, runs);
  return {
    ...options,
    folder: output,
    store,
    executor: localExecutor(),
    workers,
    taskOf: (run, every) => taskOf(training, written, threads, run, every),
    knowingNothing: `the best constant answer alone gives ${dataset.constantLoss.toFixed(3)}`,
  };
}

function runsOf(one: TunedCandidate, comparison: Comparison, { dataset }: TrainingData): PlannedRun[] {
  const { seeds, seed, recipe } = comparison;
  return Array.from({ length: seeds }, (_, index) =>
    plannedRun(comparison, one.trained, dataset, {
      id: `${one.name}-seed-${seed + index}`,
      role: 'run',
      seed: seed + index,
      steps: one.steps,
      recipe: { ...recipe, learningRate: one.learningRate },
      part: 'heldOut',
    }),
  );
}
