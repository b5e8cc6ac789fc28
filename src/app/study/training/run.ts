import type { TrainingFields } from '../../../core/schema/training.ts';
import { IsoflopError } from '../../../core/terms/errors.ts';
import { localExecutor } from '../../../io/launch/local.ts';
import { acquireStudyLock } from '../../../io/store/lock.ts';
import { Store } from '../../../io/store/store.ts';
import type { StudyObserver } from '../context.ts';
import { executeTrials } from '../execute.ts';
import { trainingData } from './data.ts';
import type { TrainingData } from './data.ts';
import { checkExport, exportTrained } from './export.ts';
import type { TrainingFile } from './file.ts';
import { trainingModel } from './model.ts';
import { checkOutputs, costOf, planRuns, sharing, taskOf } from './plan.ts';
import type { PlannedRun } from './plan.ts';
import { trainingResult } from './result.ts';
import type { TrainingResult } from './result.ts';

export interface TrainingOptions {
  readonly observer: Pick<StudyObserver, 'progress' | 'trial' | 'say'>;
  readonly signal: AbortSignal;
  /** File that the first run's model is written to. */
  readonly out?: string;
}

/** Runs a training from its file, or goes on with it; runs that are done are not repeated. */
export async function runTraining(file: TrainingFile, options: TrainingOptions): Promise<TrainingResult> {
  if (options.out !== undefined) checkExport(options.out);
  const lock = acquireStudyLock(file.output);
  try {
    const data = await trainingData(file, (progress) => options.observer.progress(progress), options.signal);
    try {
      return await trainOn(file, data, options);
    } finally {
      await data.dataset.close();
    }
  } finally {
    lock.release();
  }
}

async function trainOn(
  { training, base, output }: TrainingFile,
  data: TrainingData,
  options: TrainingOptions,
): Promise<TrainingResult> {
  const trained = await trainingModel(training, base, data.dataset);
  checkOutputs(trained, data.dataset);
  checkPatience(training, data);
  const runs = planRuns(training, trained, data);
  const { workers, threads } = sharing(training, runs.length);
  const store = Store.open(output);
  try {
    checkSame(store, training, data, output);
    const context = {
      ...options,
      folder: output,
      store,
      executor: localExecutor(),
      workers,
      taskOf: (run: PlannedRun, every: number) => taskOf(training, data.written, threads, run, every),
      knowingNothing: `the best constant answer alone gives ${data.dataset.constantLoss.toFixed(3)}`,
    };
    await executeTrials(context, runs);
    const result = trainingResult(training, data.dataset, trained, costOf(trained), runs, store);
    const first = result.runs.find(({ state }) => state === 'done');
    if (options.out !== undefined && first) exportTrained(trained.model, output, first.id, options.out);
    return result;
  } finally {
    store.close();
  }
}

/** Stopping early by the held-out part would flatter the result. */
function checkPatience({ evaluation: { patience, every } }: TrainingFields, { dataset }: TrainingData): void {
  if (patience === undefined || (every !== undefined && dataset.task !== 'language' && dataset.counts.validation > 0))
    return;
  throw new IsoflopError('invalid-input', 'early stopping goes by evaluations of a validation part', {
    path: 'evaluation.patience',
    hint: 'Say evaluation: { every: 1, patience: 5 } and, under data, validation: 0.1; a text has no such part.',
  });
}

/** Refuses to mix the runs of two trainings in one folder; more seeds of the same one are welcome. */
export function checkSame(store: Store, training: TrainingFields, { written }: TrainingData, folder: string): void {
  const { name: _, seeds: __, run: ___, output: ____, data: _____, ...task } = training;
  const identity = JSON.stringify({ ...task, data: written });
  const known = store.document<string>('identity');
  if (known === undefined) store.putDocument('identity', identity);
  else if (known !== identity) {
    throw new IsoflopError(
      'refused',
      'the folder holds the runs of another training: its model, data or recipe differ',
      {
        path: folder,
        hint: 'Give this training another name or `output:`, or delete that folder.',
      },
    );
  }
}
