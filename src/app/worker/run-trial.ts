import { appendFileSync, closeSync, existsSync, fsyncSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT_DIVERGED, EXIT_DONE, EXIT_RESUME, trialSpecSchema } from '../../core/schema/trial.ts';
import type { Measurement, TrialSpec } from '../../core/schema/trial.ts';
import { loadSafetensors } from '../../core/formats/safetensors/load.ts';
import { IsoflopError } from '../../core/terms/errors.ts';
import { decodeCheckpoint } from '../../engine/checkpoint.ts';
import type { Metrics } from '../../engine/metrics.ts';
import { exportSafetensors } from '../../engine/export.ts';
import { train } from '../../engine/train.ts';
import type { TrainOutcome } from '../../engine/train.ts';
import { makeFolder, writeAtomically } from '../../io/files/atomic.ts';
import { fileSource } from '../../io/models/file-source.ts';
import { checkpointPath } from '../../io/launch/attempt.ts';
import { openDataset } from './dataset.ts';
import type { Dataset } from './dataset.ts';
import { LOSS_OF, trialData } from './trial-data.ts';
import type { TrialData } from './trial-data.ts';
import { trialNetwork } from './trial-network.ts';
import { watchResources } from './watch.ts';
import type { Resources } from './watch.ts';

/** What an attempt leaves of what it learnt, where its spec asks for it. */
export const WEIGHTS_FILE = 'weights.safetensors';

/** Runs one attempt from its folder by the trial contract and gives the exit code. */
export async function runTrial(folder: string, signal: AbortSignal): Promise<number> {
  const spec = readSpec(folder);
  const dataset = await openDataset(spec.data, folder);
  try {
    return await trainOn(dataset, spec, folder, signal);
  } finally {
    await dataset.close();
  }
}

async function trainOn(dataset: Dataset, spec: TrialSpec, folder: string, signal: AbortSignal): Promise<number> {
  const trained = await trialNetwork(spec, LOSS_OF[dataset.task]);
  const data = trialData(spec, dataset, trained);
  const { heldOutEvery, patience } = spec.evaluation;
  makeFolder(spec.checkpoints);
  const sink = new MetricsSink(folder, spec, data);
  const resume = spec.resume === null ? undefined : decodeCheckpoint(readFileSync(spec.resume));
  const initial =
    spec.weights === undefined ? undefined : loadSafetensors(trained.model.lower(), fileSource(spec.weights));
  const resources = watchResources(resume?.step ?? 0, data.perStep);
  let last: Resources | undefined;
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
    ...(spec.evaluation.seen && { seen: data.seen }),
    logEvery: spec.evaluation.every,
    ...(heldOutEvery > 0 && {
      watch: { every: heldOutEvery, source: data.watched, ...(patience !== undefined && { patience }) },
    }),
    hopelessLoss: dataset.constantLoss,
    signal,
    ...(resume && { resume }),
    ...(initial && { initial }),
    onTrained: (weights) => {
      if (spec.keepWeights)
        writeAtomically(join(folder, WEIGHTS_FILE), exportSafetensors(trained.model.lower(), weights));
    },
    onPoint: (step, loss) => {
      last = resources(step);
      sink.write({ step, split: 'train', loss, ...last });
    },
    onEvaluation: (step, evaluation) =>
      sink.write({ step, split: 'validation', ...inRawUnits(evaluation, dataset), ...resources(step) }),
    wantsCheckpoint: () => Date.now() >= due,
    onCheckpoint: (bytes) => {
      writeAtomically(checkpointPath(spec.checkpoints), bytes);
      due = Date.now() + 1000 * spec.checkpointSeconds;
    },
  });
  return report(outcome, spec, sink, (evaluation) => ({
    ...inRawUnits(evaluation, dataset),
    // The last point is that of the last step: what evaluates the result takes no time of training.
    ...resources(evaluation.step),
    ...(last && { seconds: last.seconds, perSecond: last.perSecond }),
  }));
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

/** A regression learns a standardised target; its error is told in the target's own unit. */
function inRawUnits<Result extends Metrics>(evaluation: Result, { target }: Dataset): Result {
  const { rmse } = evaluation;
  return rmse === undefined || !target ? evaluation : { ...evaluation, rmse: rmse * target.deviation };
}

type Done = Extract<TrainOutcome, { end: 'done' | 'stuck' }>;

function report(
  outcome: TrainOutcome,
  spec: TrialSpec,
  sink: MetricsSink,
  told: (evaluation: Omit<Done, 'end'>) => Omit<Done, 'end'>,
): number {
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
      sink.write({ ...told(evaluation), split: 'validation', final: true, end });
      sink.sync();
      return end === 'done' ? EXIT_DONE : EXIT_DIVERGED;
    }
  }
}
