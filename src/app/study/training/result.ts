import type { Training } from '../../../core/schema/training.ts';
import type { TrainingResult } from '../../../core/schema/training-result.ts';
import type { Store } from '../../../io/store/store.ts';
import type { Dataset } from '../../worker/dataset.ts';
import type { TrainingModel } from './model.ts';
import type { PlannedRun, TrainingCost } from './plan.ts';

export type { TrainingResult };
type RunResult = TrainingResult['runs'][number];

/** What the stored runs came to. */
export function trainingResult(
  training: Training,
  { task, counts, excluded, constantLoss }: Dataset,
  { model }: TrainingModel,
  cost: TrainingCost,
  planned: readonly PlannedRun[],
  store: Store,
): TrainingResult {
  const runs = runsOf(planned, store);
  const done = runs.filter(({ state }) => state === 'done');
  const over = (of: (run: RunResult) => number | null | undefined): TrainingResult['loss'] => meanOf(done.map(of));
  return {
    schema: 'isoflop.training-result/1',
    name: training.name,
    model: { name: model.name, ...cost },
    data: { task, ...counts, excluded: excluded.map((one) => ({ ...one, examples: [...one.examples] })) },
    runs,
    loss: over(({ loss }) => loss),
    accuracy: over(({ metrics }) => metrics.accuracy),
    rmse: over(({ metrics }) => metrics.rmse),
    knowingNothing: constantLoss,
  };
}

function runsOf(planned: readonly PlannedRun[], store: Store): RunResult[] {
  const records = new Map(store.trials().map((record) => [record.id, record]));
  const finals = store.finals();
  return planned.map(({ id, seed, steps, flops }) => {
    const [record, final] = [records.get(id), finals.get(id)];
    const state = record?.state ?? 'planned';
    const { loss = null, lossError = null, metrics = {} } = final ?? {};
    // Early stopping ends before the planned steps.
    const taken = final?.step ?? steps;
    return {
      id,
      seed,
      state,
      reason: record?.reason ?? null,
      steps: taken,
      flops: (flops * taken) / steps,
      loss,
      lossError,
      metrics: { ...metrics },
    };
  });
}

/** Mean and standard error of the numbers that are there; null where there is none. */
export function meanOf(values: readonly (number | null | undefined)[]): TrainingResult['loss'] {
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length === 0) return null;
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const squares = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const error = numbers.length > 1 ? Math.sqrt(squares / (numbers.length - 1) / numbers.length) : null;
  return { mean, error };
}
