import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import {
  curveOf,
  fitCurves,
  forecastSchedule,
  forecastEarly,
  scheduleLawById,
  scheduleOf,
} from '../../../core/laws/index.ts';
import type { EarlyForecast, LossCurve, RunLosses, RunRecords } from '../../../core/laws/index.ts';
import { IsoflopError } from '../../../core/terms/errors.ts';
import { addCurveOptions, readRuns, warmupOf } from '../curve-runs.ts';
import type { CurveFlags } from '../curve-runs.ts';
import { earlyText } from '../curve-text.ts';
import { wholeNumber } from '../option-values.ts';

interface EarlyFlags extends CurveFlags {
  readonly siblings?: readonly string[];
  readonly run?: string;
  readonly until: number;
  readonly final?: string;
  readonly law?: string;
  readonly schedule?: string;
  readonly json?: boolean;
}

/** `isoflop curves early` */
export function registerEarly(curves: Command): void {
  addCurveOptions(
    curves
      .command('early')
      .description('Predict the final loss of a run from its first part, best with finished siblings.')
      .argument('<file>', 'the run, or many with a column run'),
  )
    .option('--run <name>', 'which run of the file; its other runs are siblings')
    .option('--siblings <files...>', 'finished runs under the same schedule, stretched to their own length')
    .option('--until <share>', 'part of the run that may be seen', parseShare, 0.3)
    .option('--final <step>', 'where the run will end (default: its last row)')
    .option('--law <id>', 'use a schedule law: siblings may then have other schedules')
    .option('--schedule <file>', 'with --law: learning rates to come (default: those of the run)')
    .option('--json', 'print as JSON (isoflop.early-forecast/1)')
    .addHelpText(
      'after',
      '\nExamples:\n  isoflop curves early runs.csv --run big --until 30%\n' +
        '  isoflop curves early new.csv --siblings old/*.csv --final 72000 \\\n    --law multi-power --warmup 2160',
    )
    .action(early);
}

function parseShare(text: string): number {
  const share = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text);
  if (share > 0 && share < 1) return share;
  throw new InvalidArgumentError('A share such as 30% or 0.3.');
}

function early(file: string, flags: EarlyFlags): void {
  const { runs } = readRuns([file], flags);
  const target = chooseRun(runs, flags.run, file);
  const siblings = [...runs.filter((one) => one !== target), ...readRuns(flags.siblings ?? [], flags).runs];
  const final = flags.final === undefined ? target.steps.at(-1)! : wholeNumber(flags.final, '--final');
  const forecast =
    flags.law === undefined
      ? forecastEarly(lossesOf(target), siblings.map(lossesOf), { final, until: flags.until })
      : byLaw(flags.law, target, siblings, final, flags);
  const measured = target.steps.at(-1) === final ? target.losses?.at(-1) : undefined;
  const document = {
    schema: 'isoflop.early-forecast/1',
    final,
    ...forecast,
    ...(measured !== undefined && { measured }),
  };
  if (flags.json) console.log(JSON.stringify(document, null, 2));
  else console.log([earlyText(forecast, final), ...measuredLine(forecast, measured)].join('\n'));
}

const measuredLine = ({ loss }: EarlyForecast, measured: number | undefined): string[] =>
  measured === undefined
    ? []
    : [`  the file says ${measured.toFixed(4)}: the forecast is off by ${(100 * (loss / measured - 1)).toFixed(2)} %`];

function chooseRun(runs: readonly RunRecords[], name: string | undefined, path: string): RunRecords {
  const names = runs.map(({ run }) => run);
  if (name === undefined && runs.length > 1) {
    throw new IsoflopError('invalid-input', `the file holds ${runs.length} runs`, {
      path,
      hint: `Say which with --run: ${names.slice(0, 8).join(', ')}${names.length > 8 ? ', ...' : ''}.`,
    });
  }
  const found = name === undefined ? runs[0] : runs.find(({ run }) => run === name);
  if (found) return found;
  throw new IsoflopError('missing', `no run is called '${name}'`, {
    path,
    hint: `Runs: ${names.slice(0, 8).join(', ')}.`,
  });
}

function lossesOf({ run, steps, losses }: RunRecords): RunLosses {
  if (losses) return { run, steps, losses };
  throw new IsoflopError('missing', `run '${run}' has no losses`, {
    hint: 'Name their column: --map "loss=val_loss".',
  });
}

/** The final loss by a schedule law fitted to the siblings and to the part of the run that was seen. */
function byLaw(
  id: string,
  target: RunRecords,
  siblings: readonly RunRecords[],
  final: number,
  flags: EarlyFlags,
): EarlyForecast {
  const law = scheduleLawById(id);
  const options = warmupOf(flags);
  const alone = forecastEarly(lossesOf(target), [], { final, until: flags.until });
  const whole = curveOf(target, options).curve;
  const planned =
    flags.schedule === undefined
      ? target
      : chooseRun(readRuns([flags.schedule], flags).runs, undefined, flags.schedule);
  const seen = upTo(whole, alone.seen);
  const curves = siblings.map((one) => curveOf(one, options).curve);
  const fitted = fitCurves(law, [...curves, seen]);
  const [{ loss, intervals }] = forecastSchedule(fitted, scheduleOf(planned, options), [final]);
  return {
    ...alone,
    loss,
    intervals,
    siblings: curves.length,
    method: `${law.title.toLowerCase()}, ${curves.length} siblings`,
    warnings: fitted.boundsHit.length > 0 ? [`at a bound: ${fitted.boundsHit.join(', ')}`] : [],
  };
}

function upTo(curve: LossCurve, step: number): LossCurve {
  const count = curve.steps.filter((one) => one <= step).length;
  return { ...curve, steps: curve.steps.slice(0, count), losses: curve.losses.slice(0, count) };
}
