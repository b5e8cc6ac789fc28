import type { PlannedTrial } from '../../core/plan/ladder.ts';
import { networkOfSpec } from '../../engine/network.ts';
import { startSession } from '../../engine/train.ts';

/** Steps that warm up, then steps that are timed. */
const WARM_STEPS = 3;
const TIMED_STEPS = 8;
/** Wall seconds of starting a worker and measuring its held-out loss, beside training. */
const OVERHEAD_SECONDS = 0.6;
/** A forward pass costs a third of a training step; onnxruntime evaluates larger batches a little better. */
const EVALUATION_SHARE = 1 / 3;

/** Estimates the wall seconds of a trial that runs alone on its threads. */
export type Stopwatch = (trial: PlannedTrial) => number;

async function secondsPerStep(trial: PlannedTrial, threads: number): Promise<number> {
  const { model, recipe, seed } = trial;
  const batch = recipe.batchTokens / model.context;
  const session = await startSession({ network: networkOfSpec(model), recipe, batch, seed, threads });
  const times: number[] = [];
  try {
    for (let step = 0; step < WARM_STEPS + TIMED_STEPS; step++) {
      const before = performance.now();
      await session.computeGradients();
      session.applyGradients(recipe.optimizer, recipe.learningRate, step);
      times.push((performance.now() - before) / 1000);
    }
  } finally {
    session.release();
  }
  return times.slice(WARM_STEPS).sort((a, b) => a - b)[Math.floor(TIMED_STEPS / 2)];
}

const flopsPerStep = (trial: PlannedTrial): number => trial.flops / trial.steps;

/**
 * Times a few steps of the cheapest and of the dearest step and draws a line between them: a part that every step costs,
 * and a part in proportion to its FLOPs. `windows` is the size of the held-out set.
 */
export async function calibrate(trials: readonly PlannedTrial[], threads: number, windows: number): Promise<Stopwatch> {
  const sorted = trials.toSorted((a, b) => flopsPerStep(a) - flopsPerStep(b));
  const [small, large] = [sorted[0], sorted.at(-1)!];
  const [fast, slow] = [await secondsPerStep(small, threads), await secondsPerStep(large, threads)];
  const span = flopsPerStep(large) - flopsPerStep(small);
  const slope = span > 0 ? Math.max(0, (slow - fast) / span) : 0;
  return (trial) => {
    const step = Math.max(fast / 2, fast + slope * (flopsPerStep(trial) - flopsPerStep(small)));
    const evaluations = (windows * trial.model.context) / trial.recipe.batchTokens;
    return OVERHEAD_SECONDS + step * (trial.steps + EVALUATION_SHARE * evaluations);
  };
}
