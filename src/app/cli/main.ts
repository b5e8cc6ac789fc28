#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { IsoflopError } from '../../core/terms/errors.ts';
import type { ErrorCode } from '../../core/terms/errors.ts';
import { VERSION } from '../../core/terms/version.ts';

/** 1: the answer is no. 2: bad input. 3: interrupted. */
const EXIT_CODES: Readonly<Record<ErrorCode, number>> = {
  'not-identifiable': 1,
  'invalid-input': 2,
  missing: 2,
  refused: 2,
  unavailable: 2,
  interrupted: 3,
};

/** What registers each command, in the order of the help: loaded when it is asked for, so that a command starts without the others. */
const COMMANDS: Readonly<Record<string, () => Promise<{ register(program: Command): void }>>> = {
  analyze: () => import('./commands/analyze.ts'),
  scale: () => import('./commands/scale.ts'),
  diff: () => import('./commands/diff.ts'),
  measure: () => import('./commands/measure.ts'),
  study: () => import('./commands/study.ts'),
  train: () => import('./commands/train.ts'),
  fit: () => import('./commands/fit.ts'),
  predict: () => import('./commands/predict.ts'),
  allocate: () => import('./commands/predict.ts'),
  select: () => import('./commands/select.ts'),
  forecast: () => import('./commands/forecast.ts'),
  diagnose: () => import('./commands/diagnose.ts'),
  optima: () => import('./commands/optima.ts'),
  reach: () => import('./commands/reach.ts'),
  compare: () => import('./commands/compare.ts'),
  curves: () => import('./commands/curves.ts'),
  shift: () => import('./commands/shift.ts'),
  downstream: () => import('./commands/downstream.ts'),
  observe: () => import('./commands/observe.ts'),
  devices: () => import('./commands/devices.ts'),
  laws: () => import('./commands/laws.ts'),
  presets: () => import('./commands/presets.ts'),
  records: () => import('./commands/records.ts'),
  report: () => import('./commands/report.ts'),
  schema: () => import('./commands/schema.ts'),
};

async function buildProgram(asked: string | undefined): Promise<Command> {
  const program = new Command('isoflop')
    .description('Scale deep-learning models by law instead of by guess.')
    .version(VERSION)
    .showHelpAfterError('(add --help for what is possible)')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride();
  const wanted = asked !== undefined && Object.hasOwn(COMMANDS, asked) ? [COMMANDS[asked]] : Object.values(COMMANDS);
  const modules = await Promise.all(wanted.map((load) => load()));
  for (const { register } of new Set(modules)) register(program);
  for (const command of program.commands) command.exitOverride();
  return program;
}

/** Prints the error as a sentence with its remedy (or as JSON where `--json` was asked for) and sets the exit code. */
function fail(error: unknown, asJson: boolean): void {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
    return;
  }
  if (!(error instanceof IsoflopError)) throw error;
  const { code, message, hint, path, excerpt } = error;
  if (asJson)
    console.log(JSON.stringify({ schema: 'isoflop.error/1', error: { code, message, hint, path, excerpt } }, null, 2));
  console.error(`isoflop: ${error.sentence}`);
  process.exitCode = EXIT_CODES[code];
}

// A closed pipe (`isoflop ... | head`) is the reader's choice, not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

try {
  await (await buildProgram(process.argv[2])).parseAsync();
} catch (error) {
  fail(error, process.argv.includes('--json'));
}
