import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import {
  calibrateFit,
  curveParameterIntervals,
  fitCurves,
  forecastSchedule,
  forecastWarnings,
  heldOutCurves,
  SCHEDULE_LAWS,
  scheduleLawById,
  scheduleOf,
  scoreCurve,
} from '../../../core/laws/index.ts';
import type { CurveFit, CurveScore, LossCurve, Schedule } from '../../../core/laws/index.ts';
import { curveFigure } from '../../../core/report/curve-figure.ts';
import type { Exclusion } from '../../../core/terms/observation.ts';
import { IsoflopError } from '../../../core/terms/errors.ts';
import { readCurveFit } from '../curve-documents.ts';
import type { CurveFitDocument } from '../curve-documents.ts';
import { addCurveOptions, readCurves, readRuns, warmupOf } from '../curve-runs.ts';
import type { CurveFlags } from '../curve-runs.ts';
import { compareText, curveFitText, forecastText } from '../curve-text.ts';
import { writeFigure } from '../figure-file.ts';
import { wholeNumber } from '../option-values.ts';
import { ProgressView } from '../progress.ts';
import { registerEarly } from './curves-early.ts';

interface FitFlags extends CurveFlags {
  readonly law: string;
  readonly plain?: boolean;
  readonly calibrate: boolean;
  readonly seed: string;
  readonly figure?: string;
  readonly json?: boolean;
}

interface PredictFlags extends CurveFlags {
  readonly schedule: string;
  readonly at?: readonly number[];
  readonly figure?: string;
  readonly json?: boolean;
}

const RUNS = 'CSV, JSON or JSONL files: one run each, or many with a column run';
/** Points at which a schedule is forecast where --at names none. */
const FORECASTS = 100;

/** `isoflop curves` */
export function register(program: Command): void {
  const curves = program
    .command('curves')
    .description('Laws of whole loss curves over learning-rate schedules, and early forecasts.');
  addCurveOptions(
    curves.command('fit').description('Fit a schedule law to whole loss curves.').argument('<runs...>', RUNS),
  )
    .option('--law <id>', SCHEDULE_LAWS.map(({ id }) => id).join(', '), 'multi-power')
    .option('--plain', 'the published objective: points count alike, nothing shrinks')
    .option('--no-calibrate', 'do not leave out curves to calibrate the intervals')
    .option('--seed <n>', 'seed of the starts', '1')
    .option('--figure <file>', 'draw curves and law as .svg or .png')
    .option('--json', 'print the fit as JSON (isoflop.curve-fit/1)')
    .addHelpText(
      'after',
      '\nExample:\n  isoflop curves fit cosine.csv constant.csv wsd.csv \\\n    --map "learningRate=lr" --warmup 2160 --json > fit.json',
    )
    .action(fit);
  addCurveOptions(
    curves
      .command('predict')
      .description('Predict the loss along a schedule from a fit, with intervals.')
      .argument('<fit>', 'what `isoflop curves fit --json` printed')
      .requiredOption('--schedule <file>', 'a table of step and learningRate; its losses, if any, are scored'),
  )
    .option('--at <steps>', 'steps to predict, such as 10000,24000 (default: along the schedule)', parseSteps)
    .option('--figure <file>', 'draw the predicted curve and its band as .svg or .png')
    .option('--json', 'print as JSON (isoflop.curve-prediction/1)')
    .addHelpText(
      'after',
      '\nExample:\n  isoflop curves predict fit.json --schedule planned.csv --warmup 2160 --at 72000',
    )
    .action(predict);
  addCurveOptions(
    curves
      .command('compare')
      .description('Compare the schedule laws by their forecasts of left-out curves.')
      .argument('<runs...>', RUNS),
  )
    .option('--json', 'print as JSON (isoflop.curve-comparison/1)')
    .addHelpText('after', '\nExample:\n  isoflop curves compare runs/*.csv --map "learningRate=lr" --warmup 2160')
    .action(compare);
  registerEarly(curves);
  for (const command of curves.commands) command.exitOverride();
}

/** Runs long work with progress on stderr. */
function withProgress<T>(work: (onProgress: ProgressView['progress']) => T): T {
  const view = new ProgressView();
  try {
    return work((progress) => {
      view.progress(progress);
    });
  } finally {
    view.close();
  }
}

function fit(paths: readonly string[], flags: FitFlags): void {
  const law = scheduleLawById(flags.law);
  const { curves, exclusions } = readCurves(paths, flags);
  const choices = flags.plain ? ({ weights: 'points', shrinks: false } as const) : {};
  const seed = wholeNumber(flags.seed, '--seed');
  const document = withProgress((onProgress) => {
    const fitted = fitCurves(law, curves, { ...choices, seed, onProgress });
    const calibrated = flags.calibrate && curves.length > 2 ? calibrateFit(fitted, curves, { onProgress }) : undefined;
    return documentOf(calibrated?.fit ?? fitted, curves, calibrated?.heldOut.curves, exclusions);
  });
  if (flags.figure !== undefined) writeFigure(figureOf(document, curves), flags.figure);
  console.log(flags.json ? JSON.stringify(document, null, 2) : curveFitText(document));
}

function documentOf(
  fitted: CurveFit,
  curves: readonly LossCurve[],
  heldOut: readonly CurveScore[] | undefined,
  exclusions: readonly Exclusion[],
): CurveFitDocument {
  const warnings = [
    ...(fitted.converged ? [] : ['the fit ran out of steps before it converged']),
    ...(fitted.boundsHit.length > 0 ? [`at a bound: ${fitted.boundsHit.join(', ')}`] : []),
    ...(fitted.undetermined.length > 0 ? [`these curves hardly determine ${fitted.undetermined.join(', ')}`] : []),
    ...(heldOut ? [] : ['no curve was left out: the intervals trust the law']),
    ...(fitted.uncertainty.scale > 2 ? ['left-out curves were far off: the law does not hold for these runs'] : []),
  ];
  return {
    schema: 'isoflop.curve-fit/1',
    ...fitted,
    intervals: curveParameterIntervals(fitted),
    curves: curves.map((curve) => scoreCurve(fitted, curve)),
    ...(heldOut && { heldOut }),
    exclusions,
    warnings,
  };
}

const figureOf = (document: CurveFitDocument, curves: readonly LossCurve[]) =>
  curveFigure(
    document.law.title,
    'Dots: losses. Lines and bands: the law with its 95 % interval for a new run.',
    curves.map((curve) => ({
      run: curve.run,
      observed: curve,
      forecasts: forecastSchedule(document, curve.schedule, curve.steps),
    })),
  );

function predict(path: string, flags: PredictFlags): void {
  const fitted = readCurveFit(path);
  const { runs } = readRuns([flags.schedule], flags);
  if (runs.length !== 1) {
    throw new IsoflopError('invalid-input', `the schedule's file holds ${runs.length} runs`, {
      hint: 'Keep one with --where.',
    });
  }
  const [records] = runs;
  const schedule = scheduleOf(records, warmupOf(flags));
  const observed = records.losses && { run: records.run, schedule, steps: records.steps, losses: records.losses };
  const steps = flags.at ?? stepsAlong(schedule, records.steps);
  const forecasts = forecastSchedule(fitted, schedule, steps);
  const document = {
    schema: 'isoflop.curve-prediction/1',
    law: fitted.law.id,
    run: records.run,
    parameters: fitted.parameters,
    forecasts,
    warnings: forecastWarnings(fitted, schedule, steps),
    ...(observed && { score: scoreCurve(fitted, observed) }),
  };
  if (flags.figure !== undefined) {
    const along = forecastSchedule(fitted, schedule, stepsAlong(schedule, records.steps));
    const drawn = { run: records.run, ...(observed && { observed }), forecasts: along };
    const caption = 'Line and band: predicted, with the 95 % interval for a new run. Dots: measured.';
    writeFigure(curveFigure(`${records.run}: ${fitted.law.title.toLowerCase()}`, caption, [drawn]), flags.figure);
  }
  console.log(flags.json ? JSON.stringify(document, null, 2) : forecastText(document, fitted));
}

/** Evenly spread steps from the first row on, the last among them. */
function stepsAlong({ steps }: Schedule, rows: readonly number[]): number[] {
  const first = Math.max(1, rows[0]);
  const all = Array.from({ length: FORECASTS }, (_, i) => Math.round(first + (i * (steps - first)) / (FORECASTS - 1)));
  return [...new Set(all)];
}

function parseSteps(text: string): number[] {
  return text.split(',').map((part) => {
    const step = Number(part);
    if (part.trim() === '' || !Number.isInteger(step)) throw new InvalidArgumentError('Whole steps, parted by commas.');
    return step;
  });
}

function compare(paths: readonly string[], flags: CurveFlags & { readonly json?: boolean }): void {
  const { curves, exclusions } = readCurves(paths, flags);
  const laws = withProgress((onProgress) => SCHEDULE_LAWS.map((law) => heldOutCurves(law, curves, { onProgress })));
  const document = { schema: 'isoflop.curve-comparison/1', laws, exclusions };
  console.log(flags.json ? JSON.stringify(document, null, 2) : compareText(laws, exclusions));
  // As elsewhere, exit code 1 says that the answer is no: no law beats the one that is blind to the schedule.
  const [blind, ...others] = laws.toReversed();
  if (!others.some(({ mean }) => mean.meanAbsoluteError < blind.mean.meanAbsoluteError)) process.exitCode = 1;
}
