import { join } from 'node:path';
import type { PlannedTrial } from '../../core/plan/ladder.ts';
import type { Study } from '../../core/schema/study.ts';
import type { TrialSpec } from '../../core/schema/trial.ts';
import type { Progress } from '../../core/terms/progress.ts';
import type { Executor } from '../../io/launch/executor.ts';
import type { Store, TrialState } from '../../io/store/store.ts';
import type { Dataset } from './dataset.ts';
import type { StudyPlan } from './plan.ts';

/** A trial as its driver sees it. */
export interface Executable {
  readonly id: string;
  readonly role: string;
  readonly steps: number;
  /** Exact training FLOPs. */
  readonly flops: number;
  /** What it learns from: text in tokens, other data in samples. */
  readonly tokens?: number;
  readonly samples?: number;
}

/** How a trial fares, for people. */
export interface TrialUpdate {
  readonly trial: Executable;
  readonly state: TrialState;
  readonly step: number;
  /** Last training loss, or the held-out loss once the trial is done. */
  readonly loss?: number;
  /** Tokens or samples a second. */
  readonly perSecond?: number;
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

/** What trials are brought to their end with. */
export interface ExecutionContext<Trial extends Executable = Executable> {
  /** The folder of results, in which each trial has its own. */
  readonly folder: string;
  readonly store: Store;
  readonly executor: Executor;
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly observer: Pick<StudyObserver, 'trial' | 'say'>;
  /** What a trial's spec says beside its place and attempt; `every` steps between points of the loss curve. */
  readonly taskOf: (trial: Trial, every: number) => TrialTask;
  /** What is reached without learning, such as "token frequencies alone give 4.1". */
  readonly knowingNothing: string;
}

export type TrialTask = Omit<TrialSpec, 'schema' | 'trial' | 'attempt' | 'checkpoints' | 'resume'>;

/** What every step of a running study works with. */
export interface StudyContext extends ExecutionContext<PlannedTrial> {
  readonly study: Study;
  readonly dataset: Dataset;
  readonly observer: StudyObserver;
}

export const trialFolderOf = (context: Pick<ExecutionContext, 'folder'>, id: string): string =>
  join(context.folder, 'trials', id);
