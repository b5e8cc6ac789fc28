import { IsoflopError } from '../../terms/errors.ts';

/** A learning rate at a step, as the row of a log knows it. */
export interface ScheduleRow {
  readonly step: number;
  readonly learningRate: number;
}

export interface ScheduleOptions {
  /** Steps of a linear warm-up from rate 0 to that of the first row, which logs often leave out. Default: up to the first row. */
  readonly warmup?: number;
}

/** The learning rate of every step of a run. */
export interface Schedule {
  /** Last step that is known. */
  readonly steps: number;
  /** Steps of the warm-up that no row shows. */
  readonly warmup: number;
  /** [step] Rate at the step, from step 0 on. */
  readonly rates: Float64Array;
  /** [step] Sum of the rates of steps 0 to `step`. */
  readonly sums: Float64Array;
}

/**
 * A change between two rows of a log is a jump, at the later one, where it is so large a share of the rate, so many times the changes on
 * both sides, and the gaps on both sides are within a factor of its own: rows far apart are knots of a plan, between which the rate ramps.
 */
const JUMP = { share: 0.1, times: 8, gaps: 2.5 } as const;
/** A rate a step is held in memory for each run. */
const MOST_STEPS = 1 << 23;

/**
 * The schedule behind a log's rows or a plan's knots: the rate goes linearly from row to row except for jumps of a log, and before the first row from 0 within the
 * warm-up. The warm-up's rise counts in schedule laws: leaving it out shifts forecasts of the multi-power law by .11 to .16 nats.
 * Throws `invalid-input` where steps do not rise, are not whole or are too many, where a rate is negative or none is above 0, and where
 * the warm-up ends after the first row.
 */
export function createSchedule(rows: readonly ScheduleRow[], { warmup }: ScheduleOptions = {}): Schedule {
  checkRows(rows);
  const first = rows[0];
  const rise = warmup ?? first.step;
  if (!(rise >= 0 && rise <= first.step && Number.isInteger(rise))) {
    throw new IsoflopError(
      'invalid-input',
      `a warm-up of ${rise} steps does not end by the first row, step ${first.step}`,
      {
        hint: 'Rows within the warm-up show it themselves; --warmup counts steps before them, from rate 0.',
      },
    );
  }
  const rates = new Float64Array(rows.at(-1)!.step + 1);
  ramp(rates, { step: 0, learningRate: 0 }, { step: rise, learningRate: first.learningRate });
  rates.fill(first.learningRate, rise, first.step + 1);
  for (let index = 1; index < rows.length; index++) {
    if (isJump(rows, index)) {
      rates.fill(rows[index - 1].learningRate, rows[index - 1].step, rows[index].step);
      rates[rows[index].step] = rows[index].learningRate;
    } else ramp(rates, rows[index - 1], rows[index]);
  }
  const sums = new Float64Array(rates.length);
  let total = 0;
  for (let step = 0; step < rates.length; step++) sums[step] = total += rates[step];
  return { steps: rates.length - 1, warmup: rise, rates, sums };
}

function checkRows(rows: readonly ScheduleRow[]): void {
  if (rows.length === 0) throw new IsoflopError('invalid-input', 'a schedule needs at least one row');
  for (const [index, { step, learningRate }] of rows.entries()) {
    const isOrdered = index === 0 || step > rows[index - 1].step;
    if (step >= 0 && Number.isInteger(step) && learningRate >= 0 && Number.isFinite(learningRate) && isOrdered)
      continue;
    throw new IsoflopError(
      'invalid-input',
      `row ${index + 1} of the schedule: step ${step}, learning rate ${learningRate}`,
      {
        hint: 'Steps are whole numbers and rise from row to row; rates are finite and at least 0.',
      },
    );
  }
  if (rows.at(-1)!.step > MOST_STEPS) {
    throw new IsoflopError('invalid-input', `a schedule has at most ${MOST_STEPS} steps, got ${rows.at(-1)!.step}`, {
      hint: 'Count optimiser steps, not tokens; or count in units of 10 or 100 steps, in all runs alike.',
    });
  }
  if (rows.every(({ learningRate }) => learningRate === 0))
    throw new IsoflopError('invalid-input', 'no learning rate of the schedule is above 0');
}

/** Fills the steps from one row to another linearly, both included. */
function ramp(rates: Float64Array, from: ScheduleRow, to: ScheduleRow): void {
  const slope = (to.learningRate - from.learningRate) / Math.max(1, to.step - from.step);
  for (let step = from.step; step < to.step; step++) rates[step] = from.learningRate + slope * (step - from.step);
  rates[to.step] = to.learningRate;
}

function isJump(rows: readonly ScheduleRow[], index: number): boolean {
  if (index < 2 || index > rows.length - 2) return false;
  const change = (at: number): number => Math.abs(rows[at].learningRate - rows[at - 1].learningRate);
  const gap = (at: number): number => rows[at].step - rows[at - 1].step;
  const isLike = (at: number): boolean =>
    change(index) > JUMP.times * change(at) && gap(index) <= JUMP.gaps * gap(at) && gap(at) <= JUMP.gaps * gap(index);
  return change(index) > JUMP.share * rows[index - 1].learningRate && isLike(index - 1) && isLike(index + 1);
}

/** Whether two schedules are alike as far as both go. */
export function isSameSchedule(one: Schedule, other: Schedule): boolean {
  const steps = Math.min(one.steps, other.steps);
  for (let step = 0; step <= steps; step++) if (one.rates[step] !== other.rates[step]) return false;
  return true;
}
