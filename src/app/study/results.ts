import type { PlannedTrial } from '../../core/plan/ladder.ts';
import type { RunRow } from '../../core/report/document.ts';
import type { Observations } from '../../core/terms/observation.ts';
import type { Store } from '../../io/store/store.ts';

/** The stored runs of some planned trials, in their order; `trainTokens` is the size of the training text. */
export function runRows(store: Store, trials: readonly PlannedTrial[], trainTokens: number): RunRow[] {
  const records = new Map(store.trials().map((record) => [record.id, record]));
  const finals = store.finals();
  return trials.map((trial) => {
    const record = records.get(trial.id);
    const final = finals.get(trial.id);
    const state = record?.state ?? 'planned';
    return {
      id: trial.id,
      role: trial.role,
      width: trial.model.width,
      params: trial.params,
      tokens: trial.tokens,
      flops: trial.flops,
      steps: trial.steps,
      learningRate: trial.recipe.learningRate,
      batchTokens: trial.recipe.batchTokens,
      seed: trial.seed,
      repeats: trial.tokens / trainTokens,
      state,
      loss: final?.loss ?? null,
      lossError: final?.lossError ?? null,
      excluded: state === 'done' ? null : `${state}${record?.reason ? `: ${record.reason}` : ''}`,
      curve: store
        .curve(trial.id)
        .filter(({ split }) => split === 'train')
        .map(({ seen, loss }) => ({ tokens: seen, loss })),
    };
  });
}

/** The table that a law eats; runs that did not end well are listed as exclusions. */
export function observationsOf(rows: readonly RunRow[]): Observations {
  const kept = rows.filter((row) => row.excluded === null && row.loss !== null);
  const column = (of: (row: RunRow) => number): Float64Array => Float64Array.from(kept, of);
  return {
    rows: kept.length,
    columns: {
      params: column(({ params }) => params),
      tokens: column(({ tokens }) => tokens),
      flops: column(({ flops }) => flops),
      loss: column(({ loss }) => loss!),
      lossError: column(({ lossError }) => lossError ?? 0),
    },
    runs: kept.map(({ id }) => id),
    conventions: { params: 'non-lookup', flops: 'exact', loss: 'nats/token' },
    exclusions: rows
      .filter(({ excluded }) => excluded !== null)
      .map(({ id, excluded }) => ({ run: id, reason: excluded! })),
  };
}
