import { initialize } from '../core/recipe/initialization.ts';
import { scheduleAt } from '../core/recipe/schedule.ts';
import type { Recipe } from '../core/schema/recipe.ts';
import { BestWeights } from './best-weights.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { BatchSource, EvaluationSource } from './data/contract.ts';
import { Evaluator } from './evaluate.ts';
import type { Evaluation, Weights } from './evaluate.ts';
import { assignWeights } from './export.ts';
import type { Network } from './network.ts';
import { TrainingProgress } from './progress.ts';
import { compileTraining } from './program/index.ts';
import { channelBlock } from './session/channel-block.ts';
import { TrainingSession } from './session/training-session.ts';

export interface TrainOptions {
  readonly network: Network;
  readonly recipe: Recipe;
  readonly steps: number;
  /** Samples in a batch of the source: windows of a text, images, rows of a table. A step takes recipe.accumulation of them. */
  readonly batch: number;
  readonly seed: number;
  /** Threads of the engine. Default 1. */
  readonly threads?: number;
  readonly batches: BatchSource;
  /** What the result is measured on, after the last step. */
  readonly heldOut: EvaluationSource;
  /** Training samples as they are, measured beside it: what is held out does worse by as much as the model overfits. */
  readonly seen?: EvaluationSource;
  /**
   * Steps between evaluations in between, and what they are made on. `patience`: so many in a row without a lower loss end the run, which
   * keeps its best weights.
   */
  readonly watch?: { readonly every: number; readonly source: EvaluationSource; readonly patience?: number };
  /** Steps between points of the loss curve. */
  readonly logEvery: number;
  readonly resume?: Checkpoint;
  /** Stops between two steps; the outcome carries the checkpoint to go on from. */
  readonly signal?: AbortSignal;
  /** Mean training loss since the last point. */
  readonly onPoint?: (step: number, loss: number) => void;
  readonly onEvaluation?: (step: number, evaluation: Evaluation) => void;
  /** Asked after every step; where it answers true, `onCheckpoint` receives the state. */
  readonly wantsCheckpoint?: () => boolean;
  readonly onCheckpoint?: (bytes: Uint8Array, step: number) => void;
  /** Weights to start from instead of drawn ones; a checkpoint goes before them. */
  readonly initial?: Weights;
  /** Receives what was learnt, as it was evaluated; the views are valid during the call alone. */
  readonly onTrained?: (weights: Weights) => void;
  /** A run that ends with a held-out loss at or above this has learnt nothing: `stuck`. Default: the first loss. */
  readonly hopelessLoss?: number;
}

/** How a run ended. */
export type TrainOutcome =
  | ({ readonly end: 'done' | 'stuck'; readonly step: number; readonly seenLoss?: number } & Evaluation)
  | { readonly end: 'diverged'; readonly step: number; readonly loss: number }
  | { readonly end: 'interrupted'; readonly step: number; readonly checkpoint: Uint8Array };

/** Builds the session of a run with its initial parameters. */
export async function startSession(
  options: Pick<TrainOptions, 'network' | 'recipe' | 'batch' | 'seed' | 'threads'>,
): Promise<TrainingSession> {
  const { network, recipe, batch, seed, threads = 1 } = options;
  const program = compileTraining(network.graph(batch, true), { channelBlock: await channelBlock() });
  const session = await TrainingSession.create(program, (parameter) => network.groupOf(parameter, recipe), threads, {
    optimizer: recipe.optimizer.kind,
    accumulates: recipe.accumulation > 1,
    ...(recipe.ema && { averageDecay: recipe.ema.decay }),
  });
  const context = { ...network.initialization, zeroBranches: recipe.zeroBranches };
  for (const [index, parameter] of program.parameters.entries()) {
    initialize(session.parameters.get(parameter.name)!, parameter, context, seed, index);
  }
  return session;
}

/** Trains a model from its start or a checkpoint to its last step, then measures its held-out loss. */
export async function train(options: TrainOptions): Promise<TrainOutcome> {
  const session = await startSession(options);
  let evaluator: Evaluator | undefined;
  const measure = async (source: EvaluationSource): Promise<Evaluation> => {
    evaluator ??= await Evaluator.create(options.network, session.evaluated, options.threads ?? 1);
    return evaluator.measure(source);
  };
  try {
    if (options.initial) assignWeights(session, options.initial);
    const { patience } = options.watch ?? {};
    const best = patience === undefined ? undefined : new BestWeights(session.evaluated, patience);
    const progress = new TrainingProgress(session, options.resume, best?.slots);
    const stopped = await runSteps(session, measure, progress, options, best);
    if (stopped) return stopped;
    best?.restore();
    const evaluation = await measure(options.heldOut);
    const seen = options.seen && { seenLoss: (await measure(options.seen)).loss };
    options.onTrained?.(session.evaluated);
    const isStuck = !(evaluation.loss < (options.hopelessLoss ?? progress.firstLoss));
    return { end: isStuck ? 'stuck' : 'done', step: progress.step, ...evaluation, ...seen };
  } finally {
    evaluator?.release();
    session.release();
  }
}

/** Early stopping also looks at the last weights, which may be the best. */
const isWatched = (step: number, every: number, steps: number, best: BestWeights | undefined): boolean =>
  step < steps ? step % every === 0 : best !== undefined;

async function runSteps(
  session: TrainingSession,
  measure: (source: EvaluationSource) => Promise<Evaluation>,
  progress: TrainingProgress,
  options: TrainOptions,
  best: BestWeights | undefined,
): Promise<TrainOutcome | undefined> {
  const { recipe, steps, signal, watch } = options;
  while (progress.step < steps) {
    if (signal?.aborted) return { end: 'interrupted', step: progress.step, checkpoint: progress.checkpoint() };
    const loss = await gradientsOf(session, options, progress.step);
    const rate = recipe.learningRate * scheduleAt(recipe.schedule, progress.step, steps);
    session.applyGradients(recipe.optimizer, rate, progress.step);
    if (progress.advance(loss)) return { end: 'diverged', step: progress.step, loss };
    if (progress.step % options.logEvery === 0 || progress.step === steps)
      options.onPoint?.(progress.step, progress.takeMean());
    if (watch && isWatched(progress.step, watch.every, steps, best)) {
      const evaluation = await measure(watch.source);
      options.onEvaluation?.(progress.step, evaluation);
      if (best?.note(evaluation.loss)) return undefined;
    }
    if (progress.step < steps && options.wantsCheckpoint?.())
      options.onCheckpoint?.(progress.checkpoint(), progress.step);
  }
  return undefined;
}

/** Gradients of a step whose batch comes in equal parts; gives the mean loss. The parts are the source's batches, in order. */
async function gradientsOf(
  session: TrainingSession,
  { batches, seed, recipe: { accumulation: parts } }: TrainOptions,
  step: number,
): Promise<number> {
  let sum = 0;
  for (let part = 0; part < parts; part++) {
    if (part > 0) session.accumulate();
    await batches.fill(step * parts + part, session.inputs);
    session.drawMasks(seed, step, part);
    sum += await session.computeGradients();
  }
  return sum / parts;
}
