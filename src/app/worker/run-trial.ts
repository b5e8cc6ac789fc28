import { appendFileSync, closeSync, existsSync, fsyncSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { datasetManifestSchema } from '../../core/schema/dataset.ts';
import { EXIT_DIVERGED, EXIT_DONE, EXIT_RESUME, trialSpecSchema } from '../../core/schema/trial.ts';
import type { Measurement, TrialSpec } from '../../core/schema/trial.ts';
import { IsoflopError } from '../../core/terms/errors.ts';
import { decodeCheckpoint } from '../../engine/checkpoint.ts';
import { heldOutWindows, windowBatches } from '../../engine/data/windows.ts';
import { train } from '../../engine/train.ts';
import type { TrainOutcome } from '../../engine/train.ts';
import { openTokens } from '../../io/datasets/tokens.ts';
import { makeFolder, writeAtomically } from '../../io/files/atomic.ts';
import { checkpointPath } from '../../io/launch/attempt.ts';

/** Runs one attempt from its folder by the trial contract and gives the exit code. */
export async function runTrial(folder: string, signal: AbortSignal): Promise<number> {
  const spec = readSpec(folder);
  if (spec.model.family !== 'gpt') {
    throw new IsoflopError('invalid-input', `text trains a gpt, not the family '${spec.model.family}'`, {
      path: 'model.family',
    });
  }
  const { context } = spec.model;
  const batch = spec.recipe.batchTokens / context;
  if (!Number.isInteger(batch)) {
    throw new IsoflopError(
      'invalid-input',
      `a batch of ${spec.recipe.batchTokens} tokens is not a whole number of windows of ${context}`,
      {
        path: 'recipe.batchTokens',
        hint: `Take a multiple of ${context}.`,
      },
    );
  }
  makeFolder(spec.checkpoints);
  const sink = new MetricsSink(folder, spec);
  const text = openTokens(join(spec.data.cache, 'train.bin'));
  const heldOut = openTokens(join(spec.data.cache, 'validation.bin'));
  let due = Date.now() + 1000 * spec.checkpointSeconds;
  const outcome = await train({
    model: spec.model,
    recipe: spec.recipe,
    steps: spec.budget.steps,
    batch,
    seed: spec.seed,
    threads: spec.threads,
    batches: windowBatches(text, context, batch, spec.seed),
    heldOut: heldOutWindows(heldOut, context, spec.evaluation.windows),
    logEvery: spec.evaluation.every,
    hopelessLoss: unigramLossOf(spec),
    signal,
    ...(spec.resume === null ? {} : { resume: decodeCheckpoint(readFileSync(spec.resume)) }),
    onPoint: (step, loss) => sink.write({ step, split: 'train', loss }),
    wantsCheckpoint: () => Date.now() >= due,
    onCheckpoint: (bytes) => {
      writeAtomically(checkpointPath(spec.checkpoints), bytes);
      due = Date.now() + 1000 * spec.checkpointSeconds;
    },
  });
  return report(outcome, spec, sink);
}

function readSpec(folder: string): TrialSpec {
  const path = join(folder, 'spec.json');
  if (!existsSync(path))
    throw new IsoflopError('missing', `no spec.json in '${folder}'`, { hint: 'Give the folder of an attempt.' });
  const parsed = trialSpecSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new IsoflopError('invalid-input', `${issue.path.join('.')}: ${issue.message}`, {
    path,
    hint: 'The file must follow isoflop.trial/1.',
  });
}

function unigramLossOf(spec: TrialSpec): number {
  const manifest = datasetManifestSchema.parse(
    JSON.parse(readFileSync(join(spec.data.cache, 'manifest.json'), 'utf8')),
  );
  return manifest.unigramLoss;
}

/** Appends whole lines to metrics.jsonl, one write each. */
class MetricsSink {
  private readonly path: string;
  private readonly spec: TrialSpec;

  constructor(folder: string, spec: TrialSpec) {
    this.path = join(folder, 'metrics.jsonl');
    this.spec = spec;
  }

  write(measurement: Omit<Measurement, 'tokens'>): void {
    const tokens = (measurement.step as number) * this.spec.recipe.batchTokens;
    appendFileSync(this.path, `${JSON.stringify({ ...measurement, tokens, attempt: this.spec.attempt })}\n`);
  }

  sync(): void {
    const file = openSync(this.path, 'a');
    fsyncSync(file);
    closeSync(file);
  }
}

function report(outcome: TrainOutcome, spec: TrialSpec, sink: MetricsSink): number {
  switch (outcome.end) {
    case 'interrupted':
      writeAtomically(checkpointPath(spec.checkpoints), outcome.checkpoint);
      return EXIT_RESUME;
    case 'diverged':
      // JSON has no infinity: a loss that is no number is written as the largest one.
      sink.write({
        step: outcome.step,
        split: 'train',
        loss: Number.isFinite(outcome.loss) ? outcome.loss : Number.MAX_VALUE,
        end: 'diverged',
      });
      sink.sync();
      return EXIT_DIVERGED;
    default: {
      const { end, loss, lossError } = outcome;
      sink.write({ step: spec.budget.steps, split: 'validation', loss, lossError, final: true, end });
      sink.sync();
      return end === 'done' ? EXIT_DONE : EXIT_DIVERGED;
    }
  }
}
