import type { Command } from 'commander';
import {
  axisOf,
  candidateLaw,
  DEFAULT_CANDIDATES,
  DEFAULT_REACH,
  forecastSelected,
  lawById,
  ownLaw,
  selectCurves,
  selectLaw,
} from '../../../core/laws/index.ts';
import type { CandidateLaw, Objective, Observations, Selection, SelectOptions } from '../../../core/laws/index.ts';
import { selectionFigure } from '../../../core/report/selection-figure.ts';
import { IsoflopError } from '../../../core/terms/errors.ts';
import { writeFigure } from '../figure-file.ts';
import { namesIn, parseMap, wholeNumber } from '../option-values.ts';
import { ProgressView } from '../progress.ts';
import { addRecordOptions, openRecords } from '../record-options.ts';
import type { OpenRecords, RecordFlags } from '../record-options.ts';
import { curvesText, selectionText } from '../selection-text.ts';

interface SelectFlags extends RecordFlags {
  readonly laws?: string;
  readonly formula?: string;
  readonly along?: string;
  readonly reach?: string;
  readonly at?: string;
  readonly by?: string;
  readonly linear?: boolean;
  readonly seed: string;
  readonly figure?: string;
  readonly json?: boolean;
}

/** Laws of params and tokens that are compared where a table has both. */
const SURFACES = ['chinchilla', 'chinchilla-tied', 'kaplan-nd'];

/** `isoflop select` */
export function register(program: Command): void {
  addRecordOptions(
    program.command('select').description('Compare laws by how well they forecast dearer runs from cheaper ones.'),
  )
    .option(
      '--laws <ids>',
      `laws of the catalogue; power-law@4 fits the rows within 4 times of the largest cost (default: ${DEFAULT_CANDIDATES.join(',')}, and ${SURFACES.join(',')} where there are params)`,
    )
    .option('--formula <text>', 'a law of your own beside them, such as "loss = E + A / flops^alpha"')
    .option('--along <column>', 'what rows are held out along (default: flops, else the only variable)')
    .option(
      '--reach <times>',
      `how many times the largest cost is to be forecast (default: ${DEFAULT_REACH}, or as far as --at)`,
    )
    .option('--at <point>', 'forecast there, such as "flops=1e21" or "params=7e9,tokens=1.4e12,flops=5.9e22"')
    .option('--by <column>', 'the table holds many curves, told apart by this column: each by itself')
    .option('--linear', 'least squares of the loss itself instead of its logarithm')
    .option('--seed <n>', 'seed of the starts', '1')
    .option('--figure <file>', 'draw the curve with its forecasts, or the errors, as .svg or .png')
    .option('--json', 'print the comparison as JSON (isoflop.select/1), with every held-out error')
    .addHelpText(
      'after',
      `
The last value carried forward is always among them, and so is an average of all.
Laws of one variable are written over flops: map what you have onto it.
Exit code 1: nothing is known to beat the last value.

Example:
  isoflop select runs.csv --map "params=N,tokens=D" --laws chinchilla,power-law
  isoflop select curves.csv --map "flops=Seen Examples,loss=Loss" --by Model`,
    )
    .action(select);
}

function select(path: string, flags: SelectFlags): void {
  const records = openRecords(path, flags, mapOf(flags));
  const candidates = candidatesOf(flags, records);
  const variables = candidates.flatMap(({ law }) => law.variables);
  const data = records.observe([...new Set([...variables, candidates[0].law.response, flags.along ?? 'flops'])]);
  const view = new ProgressView();
  const reach = reachOf(flags);
  const options: SelectOptions = {
    candidates,
    ...(reach === undefined ? {} : { reach }),
    objective: objectiveOf(flags),
    seed: wholeNumber(flags.seed, '--seed'),
    onProgress: (progress) => view.progress(progress),
    ...(flags.along === undefined ? {} : { axis: flags.along }),
  };
  try {
    if (flags.by === undefined) one(data, options, flags);
    else many(data, options, flags);
  } finally {
    view.close();
  }
}

/** A curve is what a run is elsewhere. */
const mapOf = ({ map = '', by }: SelectFlags): Record<string, string> => ({
  ...parseMap(map),
  ...(by === undefined ? {} : { run: by }),
});

const objectiveOf = ({ linear = false }: SelectFlags): Objective => ({
  kind: 'least-squares',
  residual: linear ? 'linear' : 'log',
});

function candidatesOf({ laws, formula }: SelectFlags, { columns }: OpenRecords): CandidateLaw[] {
  const usual = columns.includes('params') ? [...SURFACES, ...DEFAULT_CANDIDATES] : DEFAULT_CANDIDATES;
  const ids = laws === undefined ? usual : namesIn(laws);
  const known = [...new Set(ids)].filter((id) => id !== '').map((id) => candidateLaw(id, lawById));
  const own = formula === undefined ? [] : [{ name: 'own', law: ownLaw(formula, { columns }), window: Infinity }];
  if (known.length + own.length > 0) return [...known, ...own];
  throw new IsoflopError('invalid-input', '--laws names no law', { hint: '`isoflop laws` lists them.' });
}

function reachOf({ reach: text }: SelectFlags): number | undefined {
  if (text === undefined) return undefined;
  const reach = Number(text);
  if (reach > 1 && Number.isFinite(reach)) return reach;
  throw new IsoflopError('invalid-input', `--reach takes a number above 1, got '${text}'`);
}

function one(data: Observations, options: SelectOptions, { json = false, figure, at }: SelectFlags): void {
  const point = at === undefined ? undefined : pointOf(at);
  const selection = selectLaw(data, point ? { ...options, ...reachTo(point, data, options) } : options);
  if (figure !== undefined) writeFigure(selectionFigure(selection, data), figure);
  const forecasts = point && forecastsAt(selection, point);
  console.log(
    json
      ? JSON.stringify({ ...selection, ...(forecasts && { at: point, forecasts }) }, null, 2)
      : selectionText(selection),
  );
  if (forecasts && !json)
    console.log(`At ${at}: ${selection.response} ${forecasts[selection.selected].toPrecision(4)}.`);
  if (!selection.beatsLastValue) process.exitCode = 1;
}

function pointOf(text: string): Record<string, number> {
  const entries = Object.entries(parseMap(text)).map(([name, value]) => [name, Number(value)] as const);
  const bad = entries.find(([, value]) => !(value > 0 && Number.isFinite(value)));
  if (bad) throw new IsoflopError('invalid-input', `--at: ${bad[0]} takes a number above 0`);
  return Object.fromEntries(entries);
}

/** How far a point lies beyond the table, unless a reach was asked for. */
function reachTo(point: Readonly<Record<string, number>>, data: Observations, options: SelectOptions): SelectOptions {
  const axis = options.axis ?? axisOf(data, options.candidates!);
  const largest = Math.max(...(data.columns[axis] ?? []));
  if (!(axis in point)) throw new IsoflopError('invalid-input', `--at needs ${axis}, along which rows are held out`);
  if (options.reach !== undefined) return {};
  if (point[axis] > largest) return { reach: point[axis] / largest };
  throw new IsoflopError(
    'invalid-input',
    `--at: ${axis} ${point[axis]} lies within the table, which ends at ${largest}`,
  );
}

function forecastsAt(selection: Selection, point: Readonly<Record<string, number>>): Record<string, number> {
  const needed = [...new Set(selection.laws.flatMap(({ variables }) => variables))];
  const missing = needed.find((name) => !(name in point));
  if (missing !== undefined) throw new IsoflopError('invalid-input', `--at needs '${missing}' too`);
  const columns = Object.fromEntries(Object.entries(point).map(([name, value]) => [name, [value]]));
  const values = selection.candidates.map(
    ({ name }) => [name, forecastSelected(selection, columns, 1, name)[0]] as const,
  );
  return Object.fromEntries(values);
}

function many(data: Observations, options: SelectOptions, { json = false, figure, at, by }: SelectFlags): void {
  if (figure !== undefined || at !== undefined)
    throw new IsoflopError('invalid-input', '--figure and --at take one curve', {
      hint: 'Pick it with --where instead of --by.',
    });
  const curves = selectCurves(data, options);
  const document = { schema: 'isoflop.select-curves/1', by, curves, exclusions: data.exclusions };
  console.log(json ? JSON.stringify(document, null, 2) : curvesText(curves));
  if (!curves.some((curve) => 'selection' in curve && curve.selection.beatsLastValue)) process.exitCode = 1;
}
