import { basename, extname } from 'node:path';
import type { Command } from 'commander';
import { curveOf, recordsByRun } from '../../core/laws/index.ts';
import type { LossCurve, RunRecords } from '../../core/laws/index.ts';
import { IsoflopError } from '../../core/terms/errors.ts';
import type { Exclusion } from '../../core/terms/observation.ts';
import { wholeNumber } from './option-values.ts';
import { openRecords } from './record-options.ts';

/** What every command that eats whole curves takes. */
export interface CurveFlags {
  readonly map?: string;
  readonly where?: string;
  readonly warmup?: string;
}

const WORDS = ['step', 'learningRate', 'loss'];

/** Adds the options that name and keep rows of curves. */
export function addCurveOptions(command: Command): Command {
  return command
    .option('--map <names>', 'our words for the columns: "step=iter,learningRate=lr,loss=val_loss,run=name"')
    .option('--where <condition>', 'keep rows, such as "step > 100"')
    .option('--warmup <steps>', 'linear warm-up before the first row (default: up to the first row)');
}

/** The runs of several files: those that a column `run` names, or one a file, named by it. */
export function readRuns(paths: readonly string[], flags: CurveFlags): { runs: RunRecords[]; exclusions: Exclusion[] } {
  const read = paths.map((path) => readFile(path, flags));
  const runs = read.flatMap((one) => one.runs);
  const twice = runs.find(({ run }, index) => runs.findIndex((one) => one.run === run) !== index);
  if (twice) {
    throw new IsoflopError('invalid-input', `two runs are called '${twice.run}'`, {
      hint: 'Give each run a name of its own: rename a file, or name a column with --map "run=...".',
    });
  }
  return { runs, exclusions: read.flatMap((one) => one.exclusions) };
}

function readFile(path: string, flags: CurveFlags): { runs: RunRecords[]; exclusions: Exclusion[] } {
  const records = openRecords(path, flags);
  const observations = records.observe(WORDS);
  if (observations.rows === 0) throw new IsoflopError('invalid-input', 'no row is left', { path });
  const name = basename(path, extname(path));
  const named = records.columns.includes('run')
    ? observations
    : { ...observations, runs: observations.runs.map(() => name) };
  const reasons = [...new Set(observations.exclusions.map(({ reason }) => reason))];
  return {
    runs: recordsByRun(named),
    exclusions: reasons.map((reason) => {
      const count = observations.exclusions.filter((one) => one.reason === reason).length;
      return { run: name, reason: `${count} rows: ${reason}` };
    }),
  };
}

/** The curves of several files, and the rows and points that were left out. */
export function readCurves(
  paths: readonly string[],
  flags: CurveFlags,
): { curves: LossCurve[]; exclusions: Exclusion[] } {
  const { runs, exclusions } = readRuns(paths, flags);
  const read = runs.map((records) => curveOf(records, warmupOf(flags)));
  return {
    curves: read.map(({ curve }) => curve),
    exclusions: [...exclusions, ...read.flatMap((one) => one.exclusions)],
  };
}

export const warmupOf = ({ warmup }: CurveFlags): { warmup?: number } =>
  warmup === undefined ? {} : { warmup: wholeNumber(warmup, '--warmup') };
