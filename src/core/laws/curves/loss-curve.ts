import { exp, log } from '../../math/elementary.ts';
import { IsoflopError } from '../../terms/errors.ts';
import { ScheduleChanges } from './changes.ts';
import { isSameSchedule } from './schedule.ts';
import type { Schedule } from './schedule.ts';
import type { ScheduleLaw } from './schedule-laws.ts';

/** The losses of one run along its schedule. */
export interface LossCurve {
  readonly run: string;
  readonly schedule: Schedule;
  /** Steps at which the loss was measured, rising, each of the schedule. */
  readonly steps: readonly number[];
  /** In nats/token, above 0. */
  readonly losses: readonly number[];
}

/** Throws `invalid-input` where a curve cannot be used, with the run and the point. */
export function checkCurve({ run, schedule, steps, losses }: LossCurve): void {
  if (steps.length === 0) throw new IsoflopError('invalid-input', `run '${run}' has no points`);
  const bad = losses.findIndex((loss) => !(loss > 0 && Number.isFinite(loss)));
  if (bad >= 0) {
    throw new IsoflopError('invalid-input', `run '${run}', step ${steps[bad]}: the loss is ${losses[bad]}`, {
      hint: 'Losses are numbers above 0, since the law is fitted to their logarithm; leave such rows out with --where.',
    });
  }
  for (const [index, step] of steps.entries()) {
    if (step > 0 && step <= schedule.steps && (index === 0 || step > steps[index - 1])) continue;
    throw new IsoflopError('invalid-input', `run '${run}': point ${index + 1} is at step ${step}`, {
      hint: `Steps rise from point to point, start after 0 and end with the schedule, at ${schedule.steps}.`,
    });
  }
}

/** Whether the rate falls before the last point. */
export function decays({ schedule: { rates }, steps }: LossCurve): boolean {
  for (let step = 1; step <= steps.at(-1)!; step++) if (rates[step] < rates[step - 1]) return true;
  return false;
}

/** Whether the curves ran under at least two schedules. */
export const hasTwoSchedules = (curves: readonly LossCurve[]): boolean =>
  curves.some(({ schedule }) => !isSameSchedule(schedule, curves[0].schedule));

/** Steps of a schedule, prepared for a law: what it sums over does not depend on its parameters. */
export class SchedulePoints {
  readonly rows: number;
  private readonly law: ScheduleLaw;
  /** Logarithm of what the power law runs over, less `centre`. */
  private readonly logProgress: Float64Array;
  /** [row] First node of each row, and the end. */
  private readonly first: Uint32Array;
  /** Parameters of the weight and its derivatives by them, kept from call to call. */
  private readonly own: number[];
  private readonly each: Float64Array;
  private readonly nodes: Readonly<Record<'change' | 'logRate' | 'sum' | 'steps', Float64Array>>;

  /**
   * The coefficient A is taken as A exp(-alpha centre): what training still takes away at the progress exp(centre), which the data know
   * better than A itself.
   */
  constructor(law: ScheduleLaw, schedule: Schedule, steps: readonly number[], centre: number) {
    this.law = law;
    this.rows = steps.length;
    this.own = law.parameters.slice(4).map(() => 0);
    this.each = new Float64Array(this.own.length);
    this.logProgress = Float64Array.from(steps, (step) => logProgress(law, schedule, step) - centre);
    const changes = law.weight && new ScheduleChanges(schedule);
    const lists = changes ? steps.map((step) => changes.nodes(step)) : [];
    this.first = new Uint32Array(steps.length + 1);
    for (const [row, { change }] of lists.entries()) this.first[row + 1] = this.first[row] + change.length;
    const column = (name: 'change' | 'logRate' | 'sum' | 'steps'): Float64Array =>
      Float64Array.from(lists.flatMap((list) => list[name]));
    this.nodes = { change: column('change'), logRate: column('logRate'), sum: column('sum'), steps: column('steps') };
  }

  /** The power of the progress, and the weighted sum of changes: what A and the gain are multiplied by. */
  linearTerms(raw: readonly number[], row: number): readonly [number, number] {
    const slopes = new Float64Array(raw.length);
    const power = exp(-raw[2] * this.logProgress[row]);
    return [power, this.law.weight ? this.gain(raw, row, slopes) : 0];
  }

  /** The loss at a row, with its derivatives by the parameters in `slopes`. */
  loss(raw: readonly number[], row: number, slopes: Float64Array): number {
    const [level, size, alpha, gain] = raw;
    const power = exp(-alpha * this.logProgress[row]);
    const sum = this.law.weight ? this.gain(raw, row, slopes) : 0;
    slopes[0] = 1;
    slopes[1] = power;
    slopes[2] = -size * power * this.logProgress[row];
    if (!this.law.weight) return level + size * power;
    slopes[3] = sum;
    for (let i = 4; i < raw.length; i++) slopes[i] *= gain;
    return level + size * power + gain * sum;
  }

  /** Sum of changes by their weights; slopes[4...] become its derivatives by the weight's own parameters. */
  private gain(raw: readonly number[], row: number, slopes: Float64Array): number {
    const weight = this.law.weight!;
    const { own, each } = this;
    for (let i = 0; i < own.length; i++) own[i] = raw[4 + i];
    const { change, logRate, sum, steps } = this.nodes;
    let total = 0;
    slopes.fill(0, 4);
    for (let node = this.first[row]; node < this.first[row + 1]; node++) {
      total += change[node] * weight(own, logRate[node], sum[node], steps[node], each);
      for (let i = 0; i < own.length; i++) slopes[4 + i] += change[node] * each[i];
    }
    return total;
  }
}

/** Logarithm of what a law's power runs over. */
export const logProgress = ({ progress }: ScheduleLaw, { sums }: Schedule, step: number): number =>
  log(progress === 'steps' ? step : sums[step]);
