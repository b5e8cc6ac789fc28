import type { Command } from 'commander';
import { analyzeModel, precisionRecipe } from '../../../core/analysis/index.ts';
import { fitLatency, programSeconds } from '../../../core/analysis/latency/calibration.ts';
import type { LatencyModel } from '../../../core/analysis/latency/calibration.ts';
import type { Model } from '../../../core/model/model.ts';
import type { Calibration, MeasureDocument } from '../../../core/schema/measure.ts';
import { IsoflopError } from '../../../core/terms/errors.ts';
import type { BatchSpeed } from '../../../engine/measure/measure-model.ts';
import { keepCalibration, readCalibration } from '../../../io/machine/calibration.ts';
import { peakMemory, resetPeakMemory } from '../../../io/machine/memory.ts';
import { measuredDevice } from '../../../io/machine/this-device.ts';
import { openModel } from '../../../io/models/open.ts';
import { interruptible } from '../interrupt.ts';
import { measureText } from '../measure-text.ts';
import { namesIn, positive, wholeNumber } from '../option-values.ts';
import { ProgressLine } from '../progress-line.ts';

interface MeasureFlags {
  readonly batch: string;
  readonly tokens?: string;
  readonly threads: string;
  readonly seconds: string;
  readonly recalibrate?: boolean;
  readonly json?: boolean;
}

/** Runs of each batch at least, however long one takes. */
const RUNS = 5;

/** `isoflop measure` */
export function register(program: Command): void {
  program
    .command('measure')
    .description('Latency, throughput and memory of a model on this machine, beside what was estimated for it.')
    .argument('<model>', 'a file (Keras, ONNX, torch.export, Hugging Face config.json, YAML) or a preset')
    .option('--batch <list>', 'samples at once, such as 1,8,32', '1,8')
    .option('--tokens <n>', 'tokens a sample, for models of text')
    .option('--threads <n>', "onnxruntime's threads", '1')
    .option('--seconds <s>', 'time of the warm runs of each batch; five runs at least', '2')
    .option('--recalibrate', 'time the programs of the calibration again')
    .option('--json', 'print as JSON (isoflop.measure/1)')
    .addHelpText(
      'after',
      '\nThe first time a minute or two go into calibrating this machine; the result is kept in\n~/.cache/isoflop and gives --device this its latencies.\n\nExample:\n  isoflop measure mobilenet-v2-100 --batch 1,8',
    )
    .action(measure);
}

async function measure(argument: string, flags: MeasureFlags): Promise<void> {
  const batches = namesIn(flags.batch).map((text) => atLeastOne(text, '--batch'));
  const threads = atLeastOne(flags.threads, '--threads');
  const seconds = positive(flags.seconds, '--seconds');
  const tokens = flags.tokens === undefined ? undefined : atLeastOne(flags.tokens, '--tokens');
  const model = await openModel(argument);
  const { document, text } = await interruptible(async (signal) => {
    const calibration = await calibrationOf(threads, flags.recalibrate === true, signal);
    const speeds = await measured(
      model,
      { batches, threads, seconds, ...(tokens !== undefined && { tokens }) },
      signal,
    );
    keepCalibration(extended(calibration, model, speeds));
    const made = documentOf(model, calibration, speeds, tokens);
    return { document: made, text: measureText(made) };
  });
  console.log(flags.json ? JSON.stringify(document, null, 2) : text);
}

interface Wanted {
  readonly batches: readonly number[];
  readonly threads: number;
  readonly seconds: number;
  readonly tokens?: number;
}

async function measured(model: Model, wanted: Wanted, signal: AbortSignal): Promise<BatchSpeed[]> {
  const { measureBatch } = await import('../../../engine/measure/measure-model.ts');
  const { batches, threads, seconds, tokens } = wanted;
  const speeds: BatchSpeed[] = [];
  for (const batch of batches) {
    if (signal.aborted) throw interrupted();
    const size = { batch, ...(tokens !== undefined && { tokens }) };
    const gauge = { reset: resetPeakMemory, peak: peakMemory };
    speeds.push(await measureBatch(model, size, { threads, seconds, runs: RUNS }, gauge));
  }
  return speeds;
}

/** This machine's calibration for so many threads, made where there is none. */
async function calibrationOf(threads: number, afresh: boolean, signal: AbortSignal): Promise<Calibration> {
  const known = afresh ? undefined : readCalibration(threads);
  if (known) return known;
  const { timeSuite } = await import('../../../engine/measure/calibrate.ts');
  const { measureMachine } = await import('../../../engine/measure-machine.ts');
  const line = new ProgressLine();
  try {
    const device = measuredDevice(await measureMachine(threads), threads);
    const programs = await timeSuite(threads, (done, total) => {
      if (signal.aborted) throw interrupted();
      line.show({ stage: 'calibrating this machine, once', done, total, note: 'programs' });
    });
    const made: Calibration = {
      ...{ schema: 'isoflop.calibration/1', date: new Date().toISOString(), threads, device, programs },
      latency: fitLatency(programs, threads),
    };
    keepCalibration(made);
    return made;
  } finally {
    line.close();
  }
}

const interrupted = (): IsoflopError =>
  new IsoflopError('interrupted', 'measuring was interrupted; nothing is kept of it');

/** The calibration with what was measured of this model now, in place of what was measured of it before. */
function extended(calibration: Calibration, { name }: Model, speeds: readonly BatchSpeed[]): Calibration {
  const programs = [...withoutModel(calibration, name), ...speeds.map(({ program }) => program)];
  return { ...calibration, programs, latency: fitLatency(programs, calibration.threads) };
}

const withoutModel = ({ programs }: Calibration, name: string): Calibration['programs'] =>
  programs.filter((program) => program.name !== name);

function documentOf(
  model: Model,
  calibration: Calibration,
  speeds: readonly BatchSpeed[],
  tokens: number | undefined,
): MeasureDocument {
  const { threads, device, date } = calibration;
  const { name, format, origin } = model;
  const latency = fitLatency(withoutModel(calibration, name), threads);
  const [{ tokens: length }] = speeds.map(({ batch }) => roofline(model, calibration, batch, tokens));
  return {
    schema: 'isoflop.measure/1',
    model: { name, format, origin },
    threads,
    precision: 'float32',
    ...(length !== undefined && { tokens: length }),
    device,
    batches: speeds.map((speed) => batchOf(speed, latency, roofline(model, calibration, speed.batch, tokens).seconds)),
    calibration: { date, programs: latency.programs, error: latency.error },
  };
}

function batchOf(
  { program, ...speed }: BatchSpeed,
  latency: LatencyModel,
  rooflineSeconds: number,
): MeasureDocument['batches'][number] {
  const estimate = (seconds: number): { seconds: number; error: number } => ({
    seconds,
    error: seconds / speed.p50 - 1,
  });
  return {
    ...speed,
    calibrated: estimate(programSeconds(program.features, latency)),
    roofline: estimate(rooflineSeconds),
  };
}

function roofline(
  model: Model,
  { device }: Calibration,
  batch: number,
  tokens: number | undefined,
): { seconds: number; tokens: number | undefined } {
  const recipe = precisionRecipe('fp32-adam');
  const analysis = analyzeModel(model, { batch, device, recipe, ...(tokens !== undefined && { tokens }) });
  return { seconds: analysis.time!.predictionSeconds, tokens: analysis.tokens };
}

function atLeastOne(text: string, option: string): number {
  const value = wholeNumber(text, option);
  if (value >= 1) return value;
  throw new IsoflopError('invalid-input', `${option} takes whole numbers from 1 on, got '${text}'`);
}
