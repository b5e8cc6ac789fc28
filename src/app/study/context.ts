import { join } from 'node:path';
import type { PlannedTrial } from '../../core/plan/ladder.ts';
import type { Study } from '../../core/schema/study.ts';
import type { Progress } from '../../core/terms/progress.ts';
import type { Executor } from '../../io/launch/executor.ts';
import type { Store, TrialState } from '../../io/store/store.ts';
import type { Dataset } from './dataset.ts';
import type { StudyPlan } from './plan.ts';

/** How a trial fares, for people. */
export interface TrialUpdate {
  readonly trial: PlannedTrial;
  readonly state: TrialState;
  readonly step: number;
  /** Last training loss, or the held-out loss once the trial is done. */
  readonly loss?: number;
  readonly tokensPerSecond?: number;
  readonly secondsLeft?: number;
  readonly reason?: string;
}

/** Hears what a study does; the command line shows it, a test collects it. */
export interface StudyObserver {
  progress(progress: Progress): void;
  plan(plan: StudyPlan): void;
  trial(update: TrialUpdate): void;
  /** A sentence that stays: the tuned recipe, the law, the prediction, a warning. */
  say(sentence: string): void;
}

/** What every step of a running study works with. */
export interface StudyContext {
  readonly study: Study;
  /** The study's folder of results. */
  readonly folder: string;
  readonly dataset: Dataset;
  readonly store: Store;
  readonly executor: Executor;
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly observer: StudyObserver;
}

export const trialFolderOf = (context: Pick<StudyContext, 'folder'>, id: string): string =>
  join(context.folder, 'trials', id);
