import type { Command } from 'commander';
import { diagnose } from '../../../core/laws/diagnose/diagnose.ts';
import type { DiagnoseOptions } from '../../../core/laws/diagnose/diagnose.ts';
import { diagnosisFigure } from '../../../core/report/diagnosis-figure.ts';
import type { Observations } from '../../../core/terms/observation.ts';
import { diagnosisText } from '../diagnosis-text.ts';
import { writeFigure } from '../figure-file.ts';
import { parseMap, wholeNumber } from '../option-values.ts';
import { addRecordOptions, openRecords } from '../record-options.ts';
import type { RecordFlags } from '../record-options.ts';

interface DiagnoseFlags extends RecordFlags {
  readonly over?: string;
  readonly vocabulary?: string;
  readonly figure?: string;
  readonly json?: boolean;
}

/** Columns beside the usual ones that detectors can use where a table bears them. */
const WORDS = ['loss', 'steps', 'totalSteps', 'portion', 'depth', 'learningRate', 'finalLearningRate'];
const SCHEDULE = 'schedule';

/** `isoflop diagnose` */
export function register(program: Command): void {
  addRecordOptions(program.command('diagnose').description('Do these runs scale, and if not, what stops them?'), 'keep')
    .option('--over <word>', 'the scale to judge over: flops, tokens, samples, params, steps (default: what varies)')
    .option('--vocabulary <n>', 'size of the vocabulary: a loss above its logarithm is worse than guessing')
    .option('--figure <file>', 'draw the runs, the law and what departs from it, as .svg or .png')
    .option('--json', 'print the diagnosis as JSON (isoflop.diagnosis/1)')
    .addHelpText(
      'after',
      `
It looks for diverged, unfinished and duplicated runs, mixed conventions and
schedules, untuned learning rates, outliers, shallow models, a floor, breaks,
plateaus, U-shapes and double descent. Columns that help, where you have them:
run, ${WORDS.slice(1).join(', ')}, ${SCHEDULE}.
Exit code 0: it scales. 1: it does not, or the runs are too few to say.

Example:
  isoflop diagnose runs.csv --map "params=N,tokens=D,loss=final loss"`,
    )
    .action(run);
}

function run(path: string, flags: DiagnoseFlags): void {
  const { data, schedules } = read(path, flags);
  const options: DiagnoseOptions = {
    ...(flags.over === undefined ? {} : { over: flags.over }),
    ...(flags.vocabulary === undefined ? {} : { vocabulary: wholeNumber(flags.vocabulary, '--vocabulary') }),
    ...(schedules === undefined ? {} : { schedules }),
  };
  const diagnosis = diagnose(data, options);
  if (flags.figure !== undefined) writeFigure(diagnosisFigure(data, diagnosis), flags.figure);
  console.log(flags.json ? JSON.stringify(diagnosis, null, 2) : diagnosisText(data, diagnosis));
  if (!diagnosis.verdict.scales) process.exitCode = 1;
}

/** The table, and the schedules by name: text, read the way the names of runs are. */
function read(path: string, flags: DiagnoseFlags): { data: Observations; schedules?: readonly string[] } {
  const { [SCHEDULE]: mapped, ...map } = parseMap(flags.map ?? '');
  const open = (more: Record<string, string>) => openRecords(path, flags, { ...map, ...more });
  const records = open({});
  const data = records.observe(WORDS);
  const column = mapped ?? (records.columns.includes(SCHEDULE) ? SCHEDULE : undefined);
  return column === undefined ? { data } : { data, schedules: open({ run: column }).observe(WORDS).runs };
}
