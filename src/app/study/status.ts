import type { PlannedTrial } from '../../core/plan/ladder.ts';
import type { StudyReport } from '../../core/report/document.ts';
import { currentDriver } from '../../io/store/lock.ts';
import type { DriverInfo } from '../../io/store/lock.ts';
import { Store } from '../../io/store/store.ts';
import type { TrialState } from '../../io/store/store.ts';
import type { FrozenPrediction } from './laws.ts';

export interface StudyStatus {
  readonly driver: DriverInfo | undefined;
  readonly done: number;
  readonly trials: readonly {
    readonly id: string;
    readonly state: TrialState;
    readonly reason: string | null;
    readonly step: number;
    readonly steps: number;
    readonly flops: number;
    readonly loss: number | undefined;
  }[];
  readonly prediction: FrozenPrediction | undefined;
  readonly report: StudyReport | undefined;
}

/** How far the study in a folder is, read from its store; safe at any time, also while a driver writes. */
export function studyStatus(folder: string): StudyStatus {
  const store = Store.openExisting(folder);
  try {
    const finals = store.finals();
    const trials = store.trials().map(({ id, state, reason, plan }) => {
      const { steps, flops } = plan as PlannedTrial;
      const last = store.curve(id).at(-1);
      return { id, state, reason, step: last?.step ?? 0, steps, flops, loss: finals.get(id)?.loss ?? last?.loss };
    });
    return {
      driver: currentDriver(folder),
      done: trials.filter(({ state }) => state === 'done').length,
      trials,
      prediction: store.document<FrozenPrediction>('prediction'),
      report: store.document<StudyReport>('report'),
    };
  } finally {
    store.close();
  }
}
