import type { Command } from 'commander';
import {
  candidateLaw,
  DEFAULT_CANDIDATES,
  DEFAULT_REACH,
  lawById,
  ownLaw,
  selectCurves,
  selectLaw,
} from '../../../core/laws/index.ts';
import type { CandidateLaw, Objective, Observations, SelectOptions } from '../../../core/laws/index.ts';
import { selectionFigure } from '../../../core/report/selection-figure.ts';
import { IsoflopError } from '../../../core/terms/errors.ts';
import { writeFigure } from '../figure-file.ts';
import { ProgressView } from '../progress.ts';
import { addRecordOptions, openRecords, wholeNumber } from '../record-options.ts';
import type { OpenRecords, RecordFlags } from '../record-options.ts';
import { curvesText, selectionText } from '../selection-text.ts';

interface SelectFlags extends RecordFlags {
  readonly laws?: string;
  readonly formula?: string;
  readonly along?: string;
  readonly reach: string;
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
    .option('--reach <times>', 'how many times the largest cost is to be forecast', String(DEFAULT_REACH))
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
  const records = openRecords(path, flags.by === undefined ? flags : { ...flags, map: mapWithRun(flags) });
  const candidates = candidatesOf(flags, records);
  const variables = candidates.flatMap(({ law }) => law.variables);
  const data = records.observe([...new Set([...variables, candidates[0].law.response, flags.along ?? 'flops'])]);
  const view = new ProgressView();
  const options: SelectOptions = {
    candidates,
    reach: reachOf(flags.reach),
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
const mapWithRun = ({ map, by }: SelectFlags): string => [...(map === undefined ? [] : [map]), `run=${by}`].join(',');

const objectiveOf = ({ linear = false }: SelectFlags): Objective => ({
  kind: 'least-squares',
  residual: linear ? 'linear' : 'log',
});

function candidatesOf({ laws, formula }: SelectFlags, { columns }: OpenRecords): CandidateLaw[] {
  const usual = columns.includes('params') ? [...SURFACES, ...DEFAULT_CANDIDATES] : DEFAULT_CANDIDATES;
  const ids = laws === undefined ? usual : laws.split(',').map((id) => id.trim());
  const known = [...new Set(ids)].filter((id) => id !== '').map((id) => candidateLaw(id, lawById));
  const own = formula === undefined ? [] : [{ name: 'own', law: ownLaw(formula, { columns }), window: Infinity }];
  if (known.length + own.length > 0) return [...known, ...own];
  throw new IsoflopError('invalid-input', '--laws names no law', { hint: '`isoflop laws` lists them.' });
}

function reachOf(text: string): number {
  const reach = Number(text);
  if (reach > 1 && Number.isFinite(reach)) return reach;
  throw new IsoflopError('invalid-input', `--reach takes a number above 1, got '${text}'`);
}

function one(data: Observations, options: SelectOptions, { json = false, figure }: SelectFlags): void {
  const selection = selectLaw(data, options);
  if (figure !== undefined) writeFigure(selectionFigure(selection, data), figure);
  console.log(json ? JSON.stringify(selection, null, 2) : selectionText(selection));
  if (!selection.beatsLastValue) process.exitCode = 1;
}

function many(data: Observations, options: SelectOptions, { json = false, figure, by }: SelectFlags): void {
  if (figure !== undefined)
    throw new IsoflopError('invalid-input', '--figure draws one curve', {
      hint: 'Pick it with --where instead of --by.',
    });
  const curves = selectCurves(data, options);
  const document = { schema: 'isoflop.select-curves/1', by, curves, exclusions: data.exclusions };
  console.log(json ? JSON.stringify(document, null, 2) : curvesText(curves));
  if (!curves.some((curve) => 'selection' in curve && curve.selection.beatsLastValue)) process.exitCode = 1;
}
