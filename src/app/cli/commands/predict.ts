import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Observations } from '../../../core/laws/index.ts';
import { forecast } from '../../../core/laws/uncertainty/delta.ts';
import { allocateByFit } from '../../../core/plan/index.ts';
import { IsoflopError } from '../../../core/terms/errors.ts';
import { fileError } from '../../../io/files/errors.ts';
import type { FitDocument } from '../fit-document.ts';
import { compact } from '../format.ts';
import { parseMap } from '../record-options.ts';

const LEVELS = [0.9, 0.95];

/** `isoflop predict` and `isoflop allocate` */
export function register(program: Command): void {
  program
    .command('predict')
    .description('Predict the loss of a new run from a fit, with intervals.')
    .argument('<fit>', 'what `isoflop fit --json` printed')
    .requiredOption('--at <point>', 'such as "params=7e9,tokens=1.4e12"')
    .option('--json', 'print as JSON')
    .action(predict);
  program
    .command('allocate')
    .description('Split a compute budget into parameters and tokens.')
    .argument('<fit>', 'a chinchilla fit that `isoflop fit --json` printed')
    .requiredOption('--flops <number>', 'the budget, flops = 6 x params x tokens')
    .option('--json', 'print as JSON')
    .action(split);
}

export function readFit(path: string): FitDocument {
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

/** The table that the fit saw. */
export function tableOf({ n, data, conventions, exclusions }: FitDocument): Observations {
  const columns = Object.fromEntries(
    Object.entries(data.columns).map(([name, values]) => [name, Float64Array.from(values)]),
  );
  return { rows: n, columns, runs: data.runs, conventions, exclusions };
}

export function positive(text: string, name: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new IsoflopError('invalid-input', `${name} takes a number above 0, got '${text}'`);
}

function predict(path: string, { at, json = false }: { at: string; json?: boolean }): void {
  const fit = readFit(path);
  const point = Object.fromEntries(Object.entries(parseMap(at)).map(([name, text]) => [name, positive(text, name)]));
  const missing = fit.law.variables.find((name) => point[name] === undefined);
  if (missing)
    throw new IsoflopError('invalid-input', `the law needs '${missing}'`, {
      hint: `Give --at "${fit.law.variables.map((name) => `${name}=...`).join(',')}".`,
    });
  const result = forecast(fit, tableOf(fit), point, LEVELS);
  if (json) {
    console.log(JSON.stringify({ at: point, ...result }, null, 2));
    return;
  }
  console.log(`loss ${result.loss.toFixed(4)}`);
  for (const { level, low, high } of result.newRun)
    console.log(`  ${100 * level} % for a new run: ${low.toFixed(4)} to ${high.toFixed(4)}`);
  for (const name of fit.law.variables) {
    const factor = point[name] / Math.max(...fit.data.columns[name]);
    if (factor > 1) console.log(`Beware: ${name} is ${factor.toPrecision(2)} times the largest that the fit saw.`);
  }
}

function split(path: string, { flops, json = false }: { flops: string; json?: boolean }): void {
  const fit = readFit(path);
  if (fit.law.id !== 'chinchilla') {
    throw new IsoflopError('invalid-input', `a budget can be split by a chinchilla fit, not by '${fit.law.id}'`, {
      hint: 'Fit with --law chinchilla.',
    });
  }
  const result = allocateByFit(fit, tableOf(fit), positive(flops, '--flops'));
  if (json) {
    console.log(JSON.stringify(result, null, 2));
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
}
