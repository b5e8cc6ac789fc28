import { IsoflopError } from '../../terms/errors.ts';
import type { Exclusion, Observations } from '../../terms/observation.ts';
import type { LossCurve } from './loss-curve.ts';
import { createSchedule } from './schedule.ts';
import type { Schedule, ScheduleOptions } from './schedule.ts';

/** Rows of one run, in the order of the table. */
export interface RunRecords {
  readonly run: string;
  readonly steps: readonly number[];
  /** Absent where the table has no such column. */
  readonly learningRates?: readonly number[];
  readonly losses?: readonly number[];
}

/** A table's rows by run, in the order in which runs appear: columns `step`, and `learningRate` and `loss` where they are there. */
export function recordsByRun({ columns, runs, rows }: Observations): RunRecords[] {
  if (!columns.step) {
    throw new IsoflopError('missing', "curves need a column 'step'", { hint: 'Name it: --map "step=iteration".' });
  }
  const places = new Map<string, number[]>();
  for (let row = 0; row < rows; row++) {
    const place = places.get(runs[row]);
    if (place) place.push(row);
    else places.set(runs[row], [row]);
  }
  return [...places].map(([run, at]) => {
    const column = (name: string): number[] | undefined => columns[name] && at.map((row) => columns[name][row]);
    const [learningRates, losses] = [column('learningRate'), column('loss')];
    return { run, steps: column('step')!, ...(learningRates && { learningRates }), ...(losses && { losses }) };
  });
}

/** The schedule that a run's rows show. */
export function scheduleOf({ run, steps, learningRates }: RunRecords, options: ScheduleOptions): Schedule {
  if (!learningRates) {
    throw new IsoflopError('missing', `run '${run}' has no learning rates: a schedule law needs them`, {
      hint: 'Name their column: --map "learningRate=lr".',
    });
  }
  try {
    return createSchedule(
      steps.map((step, row) => ({ step, learningRate: learningRates[row] })),
      options,
    );
  } catch (error) {
    if (!(error instanceof IsoflopError)) throw error;
    const { code, message, hint } = error;
    throw new IsoflopError(code, `run '${run}': ${message}`, { ...(hint && { hint }), cause: error });
  }
}

/**
 * The curve of a run. Points from before its rate first reached its top are left out: no law here describes the loss during the warm-up,
 * though its rates count.
 */
export function curveOf(records: RunRecords, options: ScheduleOptions): { curve: LossCurve; exclusions: Exclusion[] } {
  const { run, steps, losses } = records;
  if (!losses) {
    throw new IsoflopError('missing', `run '${run}' has no losses`, {
      hint: 'Name their column: --map "loss=val_loss".',
    });
  }
  const schedule = scheduleOf(records, options);
  const top = topOf(schedule);
  const kept = steps.flatMap((step, row) => (step >= top && step > 0 ? [row] : []));
  const curve = { run, schedule, steps: kept.map((row) => steps[row]), losses: kept.map((row) => losses[row]) };
  const left = steps.length - kept.length;
  return {
    curve,
    exclusions: left === 0 ? [] : [{ run, reason: `${left} points within the warm-up, before step ${top}` }],
  };
}

/** Step at which the first rise ends. */
function topOf({ rates }: Schedule): number {
  let step = 0;
  while (step + 1 < rates.length && rates[step + 1] > rates[step]) step += 1;
  return step;
}
