import { initialize } from '../core/recipe/initialization.ts';
import { parameterGroup } from '../core/recipe/parametrization.ts';
import { scheduleAt } from '../core/recipe/schedule.ts';
import type { Recipe } from '../core/schema/recipe.ts';
import { IsoflopError } from '../core/terms/errors.ts';
import { encodeCheckpoint } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { BatchSource, EvaluationSource } from './data/contract.ts';
import { evaluate } from './evaluate.ts';
import type { Evaluation } from './evaluate.ts';
import type { Network } from './network.ts';
import { compileTraining } from './program/index.ts';
import { TrainingSession } from './session/training-session.ts';

/** A loss above this many times the first one cannot recover in what is left of a schedule. */
const DIVERGENCE_RATIO = 1.5;
/** Steps over which the loss is averaged before it is compared: one bad batch is not divergence. */
const DIVERGENCE_WINDOW = 20;

export interface TrainOptions {
  readonly network: Network;
  readonly recipe: Recipe;
  readonly steps: number;
  /** Samples in a batch: windows of a text, images, rows of a table. */
  readonly batch: number;
  readonly seed: number;
  /** Threads of the engine. Default 1. */
  readonly threads?: number;
  readonly batches: BatchSource;
  readonly heldOut: EvaluationSource;
  /** Steps between points of the loss curve. */
  readonly logEvery: number;
  readonly resume?: Checkpoint;
  /** Stops between two steps; the outcome carries the checkpoint to go on from. */
  readonly signal?: AbortSignal;
  /** Mean training loss since the last point. */
  readonly onPoint?: (step: number, loss: number) => void;
  /** Asked after every step; where it answers true, `onCheckpoint` receives the state. */
  readonly wantsCheckpoint?: () => boolean;
  readonly onCheckpoint?: (bytes: Uint8Array, step: number) => void;
  /** A run that ends with a held-out loss at or above this has learnt nothing: `stuck`. Default: the first loss. */
  readonly hopelessLoss?: number;
}

/** How a run ended. */
export type TrainOutcome =
  | ({ readonly end: 'done' | 'stuck' } & Evaluation)
  | { readonly end: 'diverged'; readonly step: number; readonly loss: number }
  | { readonly end: 'interrupted'; readonly step: number; readonly checkpoint: Uint8Array };

/** Builds the session of a run with its initial parameters. */
export async function startSession(
  options: Pick<TrainOptions, 'network' | 'recipe' | 'batch' | 'seed' | 'threads'>,
): Promise<TrainingSession> {
  const { network, recipe, batch, seed, threads = 1 } = options;
  const program = compileTraining(network.graph(batch, true));
  const session = await TrainingSession.create(
    program,
    (parameter) => parameterGroup(parameter, recipe, network.width),
    threads,
  );
  for (const [index, parameter] of program.parameters.entries()) {
    initialize(session.parameters.get(parameter.name)!, parameter, network.initialization, seed, index);
  }
  return session;
}

/** Trains a model from its start or a checkpoint to its last step, then measures its held-out loss. */
export async function train(options: TrainOptions): Promise<TrainOutcome> {
  const session = await startSession(options);
  try {
    const progress = new TrainingProgress(session, options.resume);
    const stopped = await runSteps(session, progress, options);
    if (stopped) return stopped;
    const evaluation = await evaluate(options.network, session, options.heldOut, options.threads ?? 1);
    const isStuck = !(evaluation.loss < (options.hopelessLoss ?? progress.firstLoss));
    return { end: isStuck ? 'stuck' : 'done', ...evaluation };
  } finally {
    session.release();
  }
}

async function runSteps(
  session: TrainingSession,
  progress: TrainingProgress,
  options: TrainOptions,
): Promise<TrainOutcome | undefined> {
  const { recipe, steps, batches, signal } = options;
  while (progress.step < steps) {
    if (signal?.aborted) return { end: 'interrupted', step: progress.step, checkpoint: progress.checkpoint() };
    batches.fill(progress.step, session.inputs);
    const loss = await session.computeGradients();
    const rate = recipe.learningRate * scheduleAt(recipe.schedule, progress.step, steps);
    session.applyGradients(recipe.optimizer, rate, progress.step);
    if (progress.advance(loss)) return { end: 'diverged', step: progress.step, loss };
    if (progress.step % options.logEvery === 0 || progress.step === steps)
      options.onPoint?.(progress.step, progress.takeMean());
    if (progress.step < steps && options.wantsCheckpoint?.())
      options.onCheckpoint?.(progress.checkpoint(), progress.step);
  }
  return undefined;
}

/** The state of a run beside its tensors. */
class TrainingProgress {
  step = 0;
  firstLoss = Number.NaN;
  private lossSum = 0;
  private lossCount = 0;
  private readonly recent: number[] = [];
  private readonly session: TrainingSession;

  constructor(session: TrainingSession, resume: Checkpoint | undefined) {
    this.session = session;
    if (!resume) return;
    if (resume.parameters.length !== session.state.parameters.length) {
      throw new IsoflopError('invalid-input', 'the checkpoint belongs to a model of another size', {
        hint: 'Delete it to start the trial afresh.',
      });
    }
    this.step = resume.step;
    this.firstLoss = resume.firstLoss;
    this.lossSum = resume.lossSum;
    this.lossCount = resume.lossCount;
    for (const name of ['parameters', 'moments1', 'moments2'] as const) session.state[name].set(resume[name]);
  }

  /** Counts a step's loss; true when the run has diverged. */
  advance(loss: number): boolean {
    if (this.step === 0) this.firstLoss = loss;
    this.step += 1;
    this.lossSum += loss;
    this.lossCount += 1;
    this.recent.push(loss);
    if (this.recent.length > DIVERGENCE_WINDOW) this.recent.shift();
    if (!Number.isFinite(loss)) return true;
    const mean = this.recent.reduce((sum, value) => sum + value, 0) / this.recent.length;
    return this.recent.length === DIVERGENCE_WINDOW && mean > DIVERGENCE_RATIO * this.firstLoss;
  }

  takeMean(): number {
    const mean = this.lossSum / this.lossCount;
    this.lossSum = 0;
    this.lossCount = 0;
    return mean;
  }

  checkpoint(): Uint8Array {
    const { step, firstLoss, lossSum, lossCount } = this;
    return encodeCheckpoint({ step, firstLoss, lossSum, lossCount, ...this.session.state });
  }
}
