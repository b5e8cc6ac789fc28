import { exp, log } from '../../math/elementary.ts';
import type { Schedule } from './schedule.ts';

/** Changes of the learning rate before a step, gathered into nodes: columns of equal length. */
export interface ChangeNodes {
  /** Sum of the changes of a node: negative for decay. */
  readonly change: number[];
  /** Mean logarithm of the rates after them. */
  readonly logRate: number[];
  /** Mean of the sums of rates from each change up to the step. */
  readonly sum: number[];
  /** Mean of the steps from each change up to the step, both counted. */
  readonly steps: number[];
}

/**
 * Changes may share a node while the rate after them, the sum of rates since and the steps since differ by no more than this on a
 * logarithmic scale. The error is of second order: under 2e-5 of the loss on the published schedules.
 */
const SPREAD = 0.2;
/** A rate below this share of the largest counts as this: laws take powers of it. */
const SMALLEST_RATE = 1e-9;

/**
 * The changes of a schedule, ready to be gathered for any step: laws sum over all changes so far, which costs O(steps) a point. Far
 * changes are gathered as a tree code does (Barnes and Hut 1986), which costs O(log steps).
 */
export class ScheduleChanges {
  private readonly schedule: Schedule;
  /** Step of each change. */
  private readonly at: number[] = [];
  /** [change] Index of the first change whose rate and sign are close to this one's, all between being so. */
  private readonly cell: number[] = [];
  /** [change + 1] Sums over changes of the change, and of it times log rate, sum of rates before, step. */
  private readonly change = [0];
  private readonly changeLogRate = [0];
  private readonly changeBefore = [0];
  private readonly changeStep = [0];

  constructor(schedule: Schedule) {
    const { rates, sums } = schedule;
    this.schedule = schedule;
    const floor = SMALLEST_RATE * rates.reduce((most, rate) => Math.max(most, rate), 0);
    let opened = { index: 0, sign: 0, logRate: 0 };
    for (let step = 1; step < rates.length; step++) {
      const change = rates[step] - rates[step - 1];
      if (change === 0) continue;
      const logRate = log(Math.max(rates[step], floor));
      const index = this.at.push(step) - 1;
      const sign = Math.sign(change);
      if (sign !== opened.sign || Math.abs(logRate - opened.logRate) > SPREAD) opened = { index, sign, logRate };
      this.cell.push(opened.index);
      this.change.push(this.change[index] + change);
      this.changeLogRate.push(this.changeLogRate[index] + change * logRate);
      this.changeBefore.push(this.changeBefore[index] + change * sums[step - 1]);
      this.changeStep.push(this.changeStep[index] + change * step);
    }
  }

  /** Nodes that stand for all changes up to and including `step`. */
  nodes(step: number): ChangeNodes {
    const nodes: ChangeNodes = { change: [], logRate: [], sum: [], steps: [] };
    let end = this.countUpTo(step);
    while (end > 0) {
      const start = this.nodeStart(end - 1, step);
      const change = this.change[end] - this.change[start];
      const mean = (sums: readonly number[]): number => (sums[end] - sums[start]) / change;
      nodes.change.push(change);
      nodes.logRate.push(mean(this.changeLogRate));
      nodes.sum.push(this.schedule.sums[step] - mean(this.changeBefore));
      nodes.steps.push(step + 1 - mean(this.changeStep));
      end = start;
    }
    return nodes;
  }

  private countUpTo(step: number): number {
    let [low, high] = [0, this.at.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.at[middle] <= step) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** First change that can share a node with `last`, seen from `step`. */
  private nodeStart(last: number, step: number): number {
    const { sums } = this.schedule;
    const factor = exp(SPREAD);
    const sum = (index: number): number => sums[step] - sums[this.at[index] - 1];
    const limits = { sum: factor * sum(last), steps: factor * (step + 1 - this.at[last]) };
    let [low, high] = [this.cell[last], last];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sum(middle) <= limits.sum && step + 1 - this.at[middle] <= limits.steps) high = middle;
      else low = middle + 1;
    }
    return high;
  }
}
