#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { IsoflopError } from '../../core/terms/errors.ts';
import type { ErrorCode } from '../../core/terms/errors.ts';
import { VERSION } from '../../core/terms/version.ts';
import { register as compare } from './commands/compare.ts';
import { register as curves } from './commands/curves.ts';
import { register as diagnose } from './commands/diagnose.ts';
import { register as downstream } from './commands/downstream.ts';
import { register as fit } from './commands/fit.ts';
import { register as forecast } from './commands/forecast.ts';
import { register as laws } from './commands/laws.ts';
import { register as observe } from './commands/observe.ts';
import { register as optima } from './commands/optima.ts';
import { register as predict } from './commands/predict.ts';
import { register as reach } from './commands/reach.ts';
import { register as records } from './commands/records.ts';
import { register as report } from './commands/report.ts';
import { register as select } from './commands/select.ts';
import { register as shift } from './commands/shift.ts';
import { register as study } from './commands/study.ts';
import { register as train } from './commands/train.ts';

/** 1: the answer is no. 2: bad input. 3: interrupted. */
const EXIT_CODES: Readonly<Record<ErrorCode, number>> = {
  'not-identifiable': 1,
  'invalid-input': 2,
  missing: 2,
  refused: 2,
  unavailable: 2,
  interrupted: 3,
};

/** In the order of the help. */
const COMMANDS = [
  study,
  train,
  fit,
  predict,
  select,
  forecast,
  diagnose,
  optima,
  reach,
  compare,
  curves,
  shift,
  downstream,
  observe,
  laws,
  records,
  report,
];

function buildProgram(): Command {
  const program = new Command('isoflop')
    .description('Scale deep-learning models by law instead of by guess.')
    .version(VERSION)
    .showHelpAfterError('(add --help for what is possible)')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride();
  for (const register of COMMANDS) register(program);
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
  await buildProgram().parseAsync();
} catch (error) {
  fail(error, process.argv.includes('--json'));
}
