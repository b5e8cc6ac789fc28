import { appendFileSync, closeSync, existsSync, fsyncSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT_DIVERGED, EXIT_DONE, EXIT_RESUME, trialSpecSchema } from '../../core/schema/trial.ts';
import type { Measurement, TrialSpec } from '../../core/schema/trial.ts';
import { IsoflopError } from '../../core/terms/errors.ts';
import { decodeCheckpoint } from '../../engine/checkpoint.ts';
import { train } from '../../engine/train.ts';
import type { TrainOutcome } from '../../engine/train.ts';
import { makeFolder, writeAtomically } from '../../io/files/atomic.ts';
import { checkpointPath } from '../../io/launch/attempt.ts';
import { textData } from './trial-data.ts';
import type { TrialData } from './trial-data.ts';
import { trialNetwork } from './trial-network.ts';

/** Runs one attempt from its folder by the trial contract and gives the exit code. */
export async function runTrial(folder: string, signal: AbortSignal): Promise<number> {
  const spec = readSpec(folder);
  const trained = await trialNetwork(spec, 'cross-entropy');
  const data = textData(spec, trained);
  makeFolder(spec.checkpoints);
  const sink = new MetricsSink(folder, spec, data);
  let due = Date.now() + 1000 * spec.checkpointSeconds;
  const outcome = await train({
    network: trained.network,
    recipe: spec.recipe,
    steps: spec.budget.steps,
    batch: data.batch,
    seed: spec.seed,
    threads: spec.threads,
    batches: data.batches,
    heldOut: data.heldOut,
    logEvery: spec.evaluation.every,
    heldOutEvery: spec.evaluation.heldOutEvery,
    patience: spec.evaluation.patience,
    ...(data.hopelessLoss === undefined ? {} : { hopelessLoss: data.hopelessLoss }),
    signal,
    ...(spec.resume === null ? {} : { resume: decodeCheckpoint(readFileSync(spec.resume)) }),
    onPoint: (step, loss) => sink.write({ step, split: 'train', loss }),
    onEvaluation: (step, evaluation) => sink.write({ step, split: 'validation', ...evaluation }),
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

/** Appends whole lines to metrics.jsonl, one write each. */
class MetricsSink {
  private readonly path: string;
  private readonly attempt: number;
  private readonly data: TrialData;

  constructor(folder: string, { attempt }: TrialSpec, data: TrialData) {
    this.path = join(folder, 'metrics.jsonl');
    this.attempt = attempt;
    this.data = data;
  }

  write(measurement: Measurement): void {
    const seen = { [this.data.unit]: measurement.step * this.data.perStep };
    appendFileSync(this.path, `${JSON.stringify({ ...measurement, ...seen, attempt: this.attempt })}\n`);
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
      const { end, ...evaluation } = outcome;
      sink.write({ ...evaluation, split: 'validation', final: true, end });
      sink.sync();
      return end === 'done' ? EXIT_DONE : EXIT_DIVERGED;
    }
  }
}
