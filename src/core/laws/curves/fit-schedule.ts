import { exp, log } from '../../math/elementary.ts';
import { sobol } from '../../math/sobol.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { ProgressListener } from '../../terms/progress.ts';
import { minimize } from '../fit/minimize.ts';
import type { Evaluation, Minimizable } from '../fit/minimize.ts';
import type { Schedule } from './schedule.ts';
import { scheduleLoss } from './schedule-law.ts';
import type { ScheduleLaw } from './schedule-law.ts';

/** The losses of one run along its schedule. */
export interface LossCurve {
  readonly run: string;
  readonly schedule: Schedule;
  readonly steps: readonly number[];
  readonly losses: readonly number[];
}

export interface ScheduleFit {
  readonly law: ScheduleLaw;
  readonly parameters: Readonly<Record<string, number>>;
  /** Sum over points of Huber's loss of the log residual. */
  readonly objective: number;
  readonly points: number;
  readonly converged: boolean;
  readonly starts: number;
  readonly startsAgreeing: number;
}

export interface ScheduleFitOptions {
  /** Huber's delta for log residuals. Default 1e-3. */
  readonly delta?: number;
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
}

const POINTS = 256;
const POLISHED = 8;
const AGREEMENT = 1e-3;

/** Fits a schedule law to whole loss curves, all points together, by a global search in the logarithms of its parameters. */
export function fitSchedule(
  law: ScheduleLaw,
  curves: readonly LossCurve[],
  { delta = 1e-3, seed = 1, signal, onProgress }: ScheduleFitOptions = {},
): ScheduleFit {
  const points = curves.reduce((sum, { losses }) => sum + losses.length, 0);
  if (points <= law.parameters.length) {
    throw new IsoflopError(
      'not-identifiable',
      `law '${law.id}' has ${law.parameters.length} parameters, got ${points} points`,
      {
        hint: 'Give whole curves, under at least two schedules.',
      },
    );
  }
  for (const { run, losses } of curves) {
    const bad = losses.findIndex((loss) => !(loss > 0 && Number.isFinite(loss)));
    if (bad >= 0)
      throw new IsoflopError('invalid-input', `run '${run}': the loss at point ${bad + 1} is ${losses[bad]}`);
  }
  const problem = new ScheduleProblem(law, curves, delta);
  const minima = screened(problem, seed).map((theta, index) => {
    signal?.throwIfAborted();
    onProgress?.({ stage: 'fit', done: index, total: POLISHED, note: law.title });
    return minimize(problem, theta);
  });
  const best = minima.reduce((least, one) => (one.value < least.value ? one : least));
  return {
    law,
    parameters: Object.fromEntries(law.parameters.map(({ name }, i) => [name, exp(best.theta[i])])),
    objective: best.value,
    points,
    converged: best.converged,
    starts: minima.length,
    startsAgreeing: minima.filter(({ value }) => value <= best.value * (1 + AGREEMENT)).length,
  };
}

/** The best of a quasi-random cover. */
function screened(problem: ScheduleProblem, seed: number): number[][] {
  const { parameters } = problem.law;
  return sobol(POINTS, parameters.length, seed)
    .map((point) =>
      point.map(
        (share, i) => log(parameters[i].start[0]) + share * log(parameters[i].start[1] / parameters[i].start[0]),
      ),
    )
    .map((theta) => ({ theta, value: problem.value(theta) }))
    .filter(({ value }) => Number.isFinite(value))
    .sort((a, b) => a.value - b.value)
    .slice(0, POLISHED)
    .map(({ theta }) => theta);
}

class ScheduleProblem implements Minimizable {
  readonly law: ScheduleLaw;
  readonly isReweighted = true;
  readonly negligible: number;
  readonly coordinates: Minimizable['coordinates'];
  private readonly curves: readonly LossCurve[];
  private readonly delta: number;

  constructor(law: ScheduleLaw, curves: readonly LossCurve[], delta: number) {
    const lower = law.parameters.map((one) => log(one.lower));
    const upper = law.parameters.map((one) => log(one.upper));
    this.law = law;
    this.curves = curves;
    this.delta = delta;
    this.negligible = 1e-24 * curves.length;
    this.coordinates = {
      lower,
      upper,
      clamp: (theta) => theta.map((value, i) => Math.min(upper[i], Math.max(lower[i], value))),
    };
  }

  value(theta: readonly number[]): number {
    const raw = theta.map(exp);
    let sum = 0;
    for (const { schedule, steps, losses } of this.curves) {
      for (const [index, step] of steps.entries()) {
        const fitted = scheduleLoss(this.law, raw, schedule, step);
        if (!(fitted > 0)) return Infinity;
        const r = Math.abs(log(losses[index] / fitted));
        const clipped = Math.min(r, this.delta);
        sum += clipped * (r - clipped / 2);
      }
    }
    return sum;
  }

  evaluate(theta: readonly number[]): Evaluation {
    const raw = theta.map(exp);
    const n = theta.length;
    const slopes = new Float64Array(n);
    const gradient = new Array<number>(n).fill(0);
    const normal = Array.from({ length: n }, () => new Array<number>(n).fill(0));
    let value = 0;
    for (const { schedule, steps, losses } of this.curves) {
      for (const [index, step] of steps.entries()) {
        const fitted = scheduleLoss(this.law, raw, schedule, step, slopes);
        const r = log(losses[index] / fitted);
        const clipped = Math.min(Math.abs(r), this.delta);
        const weight = this.delta / Math.max(this.delta, Math.abs(r));
        value += clipped * (Math.abs(r) - clipped / 2);
        for (let i = 0; i < n; i++) slopes[i] *= raw[i] / fitted;
        for (let i = 0; i < n; i++) {
          gradient[i] -= weight * r * slopes[i];
          for (let j = 0; j < n; j++) normal[i][j] += weight * slopes[i] * slopes[j];
        }
      }
    }
    return { value, gradient, normal };
  }
}
