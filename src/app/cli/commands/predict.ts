import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Observations } from '../../../core/laws/index.ts';
import { allocateByFit } from '../../../core/plan/index.ts';
import { IsoflopError } from '../../../core/terms/errors.ts';
import { fileError } from '../../../io/files/errors.ts';
import type { FitDocument } from '../fit-document.ts';
import { compact, scientific } from '../format.ts';
import { forecastBy, INTERVALS_HELP, parseIntervalMethod } from '../intervals.ts';
import { refuseWithoutLaw } from '../no-law.ts';
import { parsePoint, positive } from '../option-values.ts';
import { wrap } from '../wrap.ts';

const LEVELS = [0.9, 0.95];

/** `isoflop predict` and `isoflop allocate` */
export function register(program: Command): void {
  program
    .command('predict')
    .description('Predict the loss of a new run from a fit, with intervals.')
    .argument('<fit>', 'what `isoflop fit --json` printed')
    .requiredOption('--at <point>', 'such as "params=7e9,tokens=1.4e12"')
    .option('--intervals <method>', INTERVALS_HELP, 'profile')
    .option('--json', 'print as JSON (isoflop.predict/1)')
    .addHelpText(
      'after',
      '\nExample:\n  isoflop predict fit.json --at "params=7e9,tokens=1.4e12"\n\nWhere the records give evaluation errors, lossError=... in --at is the one of the new run.',
    )
    .action(predict);
  program
    .command('allocate')
    .description('Split a compute budget into parameters and tokens.')
    .argument('<fit>', 'a chinchilla fit that `isoflop fit --json` printed')
    .requiredOption('--flops <number>', 'the budget, flops = 6 x params x tokens')
    .option('--intervals <method>', 'profile likelihood or delta method: profile, delta', 'profile')
    .option('--json', 'print as JSON (isoflop.allocation/1)')
    .addHelpText('after', '\nExample:\n  isoflop allocate fit.json --flops 1e24')
    .action(split);
}

/** A fit to use: one that ended without a law is refused. */
export function readLaw(path: string): FitDocument {
  const fit = readFit(path);
  refuseWithoutLaw(fit, path);
  return fit;
}

function readFit(path: string): FitDocument {
  let document: FitDocument;
  try {
    document = JSON.parse(readFileSync(path, 'utf8')) as FitDocument;
  } catch (cause) {
    if (cause instanceof SyntaxError)
      throw new IsoflopError('invalid-input', `not valid JSON: ${cause.message}`, { path, cause });
    throw fileError(cause, 'reading the fit', path);
  }
  if (document.schema === 'isoflop.fit/1' && document.data) return document;
  throw new IsoflopError('invalid-input', 'the file is no isoflop.fit/1 document', {
    path,
    hint: 'Make one with `isoflop fit ... --json > fit.json`.',
  });
}

/** Said under numbers whose interval takes the law to be true. */
export function contradictionText({ misspecification }: FitDocument): string[] {
  if (!misspecification?.isRefuted) return [];
  return wrap(`Beware: ${misspecification.sentence} The interval takes the law to be true.`);
}

/** The table that the fit saw. */
export function tableOf({ n, data, conventions, exclusions }: FitDocument): Observations {
  const columns = Object.fromEntries(
    Object.entries(data.columns).map(([name, values]) => [name, Float64Array.from(values)]),
  );
  return { rows: n, columns, runs: data.runs, conventions, exclusions };
}

interface PredictFlags {
  readonly at: string;
  readonly intervals: string;
  readonly json?: boolean;
}

function predict(path: string, { at, intervals, json = false }: PredictFlags): void {
  const fit = readLaw(path);
  const point = parsePoint(at, fit.law.variables);
  const known = [...Object.keys(fit.data.columns), ...fit.law.variables, `${fit.law.response}Error`];
  const unknown = Object.keys(point).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new IsoflopError('invalid-input', `--at: the fit knows no '${unknown}'`, {
      hint: `Its law is over ${fit.law.variables.join(', ')}.`,
    });
  }
  const method = parseIntervalMethod(intervals);
  const error = point[`${fit.law.response}Error`];
  const result = forecastBy(method, fit, tableOf(fit), {
    at: point,
    levels: LEVELS,
    seed: 1,
    ...(error === undefined ? {} : { evaluationError: error }),
  });
  if (json) {
    console.log(JSON.stringify({ schema: 'isoflop.predict/1', at: point, intervalMethod: method, ...result }, null, 2));
    return;
  }
  console.log(`${fit.law.response} ${result.loss.toFixed(4)}`);
  for (const { level, low, high } of result.newRun)
    console.log(`  ${100 * level} % for a new run: ${low.toFixed(4)} to ${high.toFixed(4)}`);
  if ('misspecification' in result && result.misspecification.isRefuted) {
    const sentence = `Beware: ${result.misspecification.sentence} The intervals also hold what the law with these terms says.`;
    console.log(wrap(sentence).join('\n'));
  }
  warnBeyond(fit, point);
}

function warnBeyond(fit: FitDocument, point: Readonly<Record<string, number>>): void {
  for (const name of fit.law.variables) {
    const largest = fit.data.columns[name].reduce((most, value) => Math.max(most, value), 0);
    const factor = point[name] / largest;
    if (factor > 1) console.log(`Beware: ${name} is ${times(factor)} times the largest that the fit saw.`);
  }
}

/** 1234567 -> "1.2e6"; plain digits below 10,000. */
const times = (factor: number): string =>
  factor < 1e4 ? String(Number(factor.toPrecision(2))) : scientific(factor, 1);

interface SplitFlags {
  readonly flops: string;
  readonly intervals: string;
  readonly json?: boolean;
}

function split(path: string, { flops, intervals, json = false }: SplitFlags): void {
  const fit = readLaw(path);
  if (fit.law.id !== 'chinchilla') {
    throw new IsoflopError('invalid-input', `a budget can be split by a chinchilla fit, not by '${fit.law.id}'`, {
      hint: 'Fit with --law chinchilla.',
    });
  }
  const method = parseIntervalMethod(intervals);
  if (method !== 'profile' && method !== 'delta')
    throw new IsoflopError('invalid-input', `a split has intervals by profile or delta, not by '${method}'`);
  const result = allocateByFit(fit, tableOf(fit), positive(flops, '--flops'), { method });
  if (json) {
    console.log(JSON.stringify({ schema: 'isoflop.allocation/1', intervalMethod: method, ...result }, null, 2));
    return;
  }
  const { params, tokens, loss, interval } = result;
  const ratio = (tokens / params).toPrecision(3);
  console.log(
    `${compact(params)} parameters, ${compact(tokens)} tokens (${ratio} a parameter): loss ${loss.toFixed(4)}`,
  );
  console.log(
    `  ${100 * interval.level} % for the best size: ${compact(interval.low)} to ${compact(interval.high)} parameters`,
  );
  console.log('FLOPs = 6 x params x tokens.');
  for (const line of contradictionText(fit)) console.log(line);
  warnBeyond(fit, { params, tokens });
}
