import type { Command } from 'commander';
import { fitLaw, likelihoodOf, restrictLaw, testMisspecification, weighByNoise } from '../../../core/laws/index.ts';
import type { Fit, Law, Objective } from '../../../core/laws/index.ts';
import { percentileIntervals } from '../../../core/laws/uncertainty/bootstrap.ts';
import { IsoflopError } from '../../../core/terms/errors.ts';
import type { Observations } from '../../../core/terms/observation.ts';
import { bootstrapOverThreads } from '../../worker/bootstrap.ts';
import type { FitDocument } from '../fit-document.ts';
import { fitText } from '../fit-text.ts';
import { interruptible } from '../interrupt.ts';
import { INTERVALS_HELP, intervalsBy, parseIntervalMethod } from '../intervals.ts';
import { lawByIdOrFile, lawOfFormula } from '../law-choice.ts';
import { endsWithoutLaw } from '../no-law.ts';
import { parseMap, wholeNumber } from '../option-values.ts';
import { ProgressLine } from '../progress-line.ts';
import { addRecordOptions, openRecords } from '../record-options.ts';
import type { RecordFlags } from '../record-options.ts';

interface FitFlags extends RecordFlags {
  readonly law: string;
  readonly formula?: string;
  readonly parameter?: string;
  readonly weights?: string;
  readonly fix?: string;
  readonly tie?: string;
  readonly objective: string;
  readonly delta?: string;
  readonly intervals: string;
  readonly bootstrap?: string;
  readonly seed: string;
  readonly json?: boolean;
}

const OBJECTIVES = [
  'least-squares',
  'huber',
  'cauchy',
  'asymmetric',
  'log-least-squares',
  'log-huber',
  'log-cauchy',
  'log-asymmetric',
];

/** `isoflop fit` */
export function register(program: Command): void {
  addRecordOptions(program.command('fit').description('Fit a scaling law to records.'))
    .option('--law <law>', 'a law of `isoflop laws`, or a YAML file of your own', 'chinchilla')
    .option('--formula <text>', 'a law of your own, such as "loss = E + A / params^alpha", instead of --law')
    .option('--parameter <names>', 'names in --formula that are parameters though they look like columns')
    .option('--fix <values>', 'hold parameters, such as "alpha=0.34,E=1.69"')
    .option('--tie <names>', 'make parameters equal, such as "beta=alpha"')
    .option('--objective <name>', `one of ${OBJECTIVES.join(', ')}`, 'log-huber')
    .option('--delta <number>', 'scale of huber and cauchy, in units of the residual (default 1e-3)')
    .option('--weights <column>', 'count rows by this column: twice the weight, half the variance')
    .option('--intervals <method>', INTERVALS_HELP, 'profile')
    .option('--bootstrap <draws>', 'percentile intervals from this many resamples of the runs instead')
    .option('--seed <n>', 'seed of starts and resamples', '1')
    .option('--json', 'print the fit as JSON (isoflop.fit/1)')
    .addHelpText(
      'after',
      '\nExample:\n  isoflop fit runs.csv --map "params=N,tokens=D,loss=final loss" --law chinchilla\n\nExit code 1: no law; the numbers, if any, are not to be used.',
    )
    .action(fit);
}

async function fit(path: string, flags: FitFlags): Promise<void> {
  const records = openRecords(path, flags);
  const law = chooseLaw(flags, records.columns);
  const weights = flags.weights === undefined ? {} : { weights: flags.weights };
  const data = records.observe([...law.variables, law.response, ...Object.values(weights)]);
  const seed = wholeNumber(flags.seed, '--seed');
  const result = weighByNoise(fitLaw(law, data, { objective: parseObjective(flags), seed, ...weights }), data);
  const document = await withIntervals(result, data, flags);
  console.log(flags.json ? JSON.stringify(document, null, 2) : fitText(document));
  if (endsWithoutLaw(document)) process.exitCode = 1;
}

function chooseLaw(flags: FitFlags, columns: readonly string[]): Law {
  const law =
    flags.formula === undefined ? lawByIdOrFile(flags.law) : lawOfFormula(flags.formula, columns, flags.parameter);
  const fixed = Object.entries(parseMap(flags.fix ?? '')).map(([name, text]) => {
    const value = Number(text);
    if (!Number.isFinite(value)) throw new IsoflopError('invalid-input', `--fix ${name} takes a number, got '${text}'`);
    return [name, value] as const;
  });
  return restrictLaw(law, { fixed: Object.fromEntries(fixed), tied: parseMap(flags.tie ?? '') });
}

async function withIntervals(result: Fit, data: Observations, flags: FitFlags): Promise<FitDocument> {
  const columns = Object.fromEntries(Object.entries(data.columns).map(([name, values]) => [name, [...values]]));
  const saw = { columns, runs: data.runs };
  const misspecification = testMisspecification(likelihoodOf(result, data), data);
  if (flags.bootstrap === undefined) {
    const method = parseIntervalMethod(flags.intervals);
    const intervals = intervalsBy(method, result, data, wholeNumber(flags.seed, '--seed'));
    return { ...result, intervals, intervalMethod: method, misspecification, data: saw };
  }
  const seed = wholeNumber(flags.seed, '--seed');
  const draws = wholeNumber(flags.bootstrap, '--bootstrap');
  const line = new ProgressLine();
  const refits = await interruptible((signal) =>
    bootstrapOverThreads(result, data, { draws, seed, signal, onProgress: line.show }),
  ).finally(() => line.close());
  const intervals = percentileIntervals(result, refits);
  return { ...result, intervals, intervalMethod: 'bootstrap', misspecification, data: saw };
}

function parseObjective({ objective, delta }: FitFlags): Objective {
  if (!OBJECTIVES.includes(objective)) {
    throw new IsoflopError('invalid-input', `no objective is called '${objective}'`, {
      hint: `Known: ${OBJECTIVES.join(', ')}.`,
    });
  }
  const kind = objective.replace(/^log-/, '') as Objective['kind'];
  const residual = objective.startsWith('log-') ? 'log' : 'linear';
  if (delta === undefined) return { kind, residual };
  const value = Number(delta);
  if (!(value > 0)) throw new IsoflopError('invalid-input', `--delta takes a number above 0, got '${delta}'`);
  return { kind, residual, delta: value };
}
