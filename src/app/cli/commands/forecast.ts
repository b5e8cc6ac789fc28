import type { Command } from 'commander';
import { forecastCurve } from '../../../core/laws/index.ts';
import type { CurveForecast, CurvePoint, Observations } from '../../../core/laws/index.ts';
import { curveForecastFigure } from '../../../core/report/forecast-figure.ts';
import { IsoflopError } from '../../../core/terms/errors.ts';
import { writeFigure } from '../figure-file.ts';
import { forecastsText, forecastText } from '../forecast-text.ts';
import { parseMap } from '../option-values.ts';
import { addRecordOptions, openRecords } from '../record-options.ts';
import type { RecordFlags } from '../record-options.ts';

interface ForecastFlags extends RecordFlags {
  readonly at?: readonly string[];
  readonly reach: string;
  readonly along?: string;
  readonly level: string;
  readonly by?: string;
  readonly figure?: string;
  readonly json?: boolean;
}

/** Variables that a curve may run over, the usual first. */
const AXES = ['samples', 'tokens', 'steps', 'flops', 'params'];
/** Points of the drawn band. */
const BAND_POINTS = 16;

/** `isoflop forecast` */
export function register(program: Command): void {
  addRecordOptions(
    program
      .command('forecast')
      .description('Forecast a learning curve beyond its last point, with a calibrated interval.'),
  )
    .option('--at <point>', 'where, such as "samples=1e9"; may be given again', (text, all: string[] = []) => [
      ...all,
      text,
    ])
    .option('--reach <times>', 'without --at: so many times the last point, above 1, at most 10', '2')
    .option('--along <variable>', `without --at: what the curve runs over (default: the first of ${AXES.join(', ')})`)
    .option('--level <share>', 'of the interval, 0.5 to 0.98', '0.9')
    .option('--by <column>', 'the table holds many curves, told apart by this column: each by itself')
    .option('--figure <file>', 'draw the curve with its forecast as .svg or .png')
    .option('--json', 'print as JSON (isoflop.forecast/1)')
    .addHelpText(
      'after',
      `
Laws carried on from the last value are averaged by how well they forecast the
curve's own past. The interval is calibrated on real curves of other models.
Exit code 1: the curve shows no law, or is too short to tell.

Examples:
  isoflop forecast run.csv --map "samples=Seen Examples" --at "samples=1e9"
  isoflop forecast runs.csv --by model --reach 2`,
    )
    .action(forecast);
}

function forecast(path: string, flags: ForecastFlags): void {
  // A curve is what a run is elsewhere.
  const map = { ...parseMap(flags.map ?? ''), ...(flags.by === undefined ? {} : { run: flags.by }) };
  const records = openRecords(path, flags, map);
  const targets = (flags.at ?? []).map(parseTarget);
  const named = targets[0]?.variable ?? flags.along;
  const data = records.observe([...(named === undefined ? AXES : [named]), 'loss']);
  const variable = named ?? AXES.find((axis) => data.columns[axis]);
  if (variable === undefined || targets.some((target) => target.variable !== variable)) {
    throw new IsoflopError('invalid-input', 'a forecast is made along one variable', {
      hint: 'Name it, such as --map "samples=Seen Examples" --at "samples=1e9".',
    });
  }
  const at = targets.map(({ x }) => x).sort((a, b) => a - b);
  const settings = { variable, level: levelOf(flags.level), reach: reachOf(flags.reach), at };
  if (flags.by === undefined) one(data, settings, flags);
  else many(data, settings, flags);
}

interface Settings {
  readonly variable: string;
  readonly level: number;
  readonly reach: number;
  /** Empty: at `reach` times the last point. */
  readonly at: readonly number[];
}

function parseTarget(text: string): { variable: string; x: number } {
  const [[variable, value] = ['', ''], ...more] = Object.entries(parseMap(text));
  const x = Number(value);
  if (more.length === 0 && variable !== '' && x > 0 && Number.isFinite(x)) return { variable, x };
  throw new IsoflopError('invalid-input', `--at takes one variable and a number above 0, got '${text}'`, {
    hint: 'Such as --at "samples=1e9"; give --at again for another point.',
  });
}

const reachOf = (text: string): number => numberIn(text, '--reach', 1 + 1e-6, 1e6);
const levelOf = (text: string): number => numberIn(text, '--level', 0.5, 0.98);

function numberIn(text: string, option: string, low: number, high: number): number {
  const value = Number(text);
  if (value >= low && value <= high) return value;
  throw new IsoflopError(
    'invalid-input',
    `${option} takes a number from ${Number(low.toPrecision(3))} to ${high}, got '${text}'`,
  );
}

function pointsOf({ columns }: Observations, variable: string, rows: Iterable<number>): CurvePoint[] {
  const [xs, losses] = [columns[variable], columns.loss];
  for (const [name, column] of [
    [variable, xs],
    ['loss', losses],
  ] as const) {
    if (!column)
      throw new IsoflopError('missing', `the table has no column '${name}'`, {
        hint: `Name it with --map "${name}=COLUMN".`,
      });
  }
  return [...rows].map((row) => ({ x: xs[row], loss: losses[row] }));
}

function forecastOne(points: readonly CurvePoint[], { at, reach, level }: Settings): CurveForecast {
  const last = points.reduce((most, { x }) => Math.max(most, x), 0);
  return forecastCurve(points, at.length > 0 ? at : [reach * last], { level });
}

function one(data: Observations, settings: Settings, { json = false, figure }: ForecastFlags): void {
  const { variable, level } = settings;
  const points = pointsOf(data, variable, Array(data.rows).keys());
  const result = forecastOne(points, settings);
  if (figure !== undefined) writeFigure(drawn(points, result, settings), figure);
  const document = { ...result, variable, level, exclusions: data.exclusions };
  console.log(json ? JSON.stringify(document, null, 2) : forecastText(result, variable, level, data.exclusions));
  if (result.abstention !== null) process.exitCode = 1;
}

function drawn(points: readonly CurvePoint[], { last, reach }: CurveForecast, { variable, level }: Settings) {
  const path = Array.from({ length: BAND_POINTS }, (_, index) => last.x * reach ** ((index + 1) / BAND_POINTS));
  const dense = forecastCurve(points, path, { level });
  return curveForecastFigure(points, dense, { x: variable, loss: 'loss', title: 'Forecast of a learning curve' });
}

function many(data: Observations, settings: Settings, { json = false, figure, by }: ForecastFlags): void {
  if (figure !== undefined)
    throw new IsoflopError('invalid-input', '--figure draws one curve', {
      hint: 'Pick it with --where instead of --by.',
    });
  const { variable, level } = settings;
  const groups = Map.groupBy(Array(data.rows).keys(), (row) => data.runs[row]);
  const curves = [...groups].map(([curve, rows]) => ({
    curve,
    forecast: about(curve, () => forecastOne(pointsOf(data, variable, rows), settings)),
  }));
  const document = { schema: 'isoflop.forecast-curves/1', by, variable, level, curves, exclusions: data.exclusions };
  console.log(json ? JSON.stringify(document, null, 2) : forecastsText(curves, variable, level, data.exclusions));
  if (curves.every(({ forecast }) => forecast.abstention !== null)) process.exitCode = 1;
}

/** Says in an error which curve it is about. */
function about<T>(curve: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    if (!(cause instanceof IsoflopError)) throw cause;
    const { code, message, hint } = cause;
    throw new IsoflopError(code, message, { path: `curve '${curve}'`, cause, ...(hint === undefined ? {} : { hint }) });
  }
}
