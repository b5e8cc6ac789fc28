import { exp, log } from '../../math/elementary.ts';
import type { Matrix } from '../../math/linear.ts';
import { nonNegativeLeastSquares } from '../../math/linear.ts';
import { mean } from '../../math/means.ts';
import type { Evaluation, Minimizable } from '../fit/minimize.ts';
import { logProgress, SchedulePoints } from './loss-curve.ts';
import type { LossCurve } from './loss-curve.ts';
import type { ScheduleLaw } from './schedule-laws.ts';

/** `points`: every point counts alike. `log-steps`: every e-fold of steps does, since neighbouring points of a curve share their noise. */
export type CurveWeights = 'points' | 'log-steps';

/** Log residual (observed minus fitted) at one point, the point's weight, and derivatives of the log fitted loss by the coordinates. */
export type ResidualVisitor = (curve: number, residual: number, weight: number, slopes: Float64Array) => void;

interface PreparedCurve {
  readonly points: SchedulePoints;
  readonly logLosses: Float64Array;
  readonly weights: Float64Array;
}

/** Parameters of a schedule law that enter linearly: the level, the size and, where there are changes, the gain. */
export const LINEAR: readonly number[] = [0, 1, 3];

/**
 * Fitting a schedule law to whole curves: the weighted sum over points of Huber's loss of the log residual. Coordinates are the
 * logarithms of the parameters, that of the size centred on the data's mean progress.
 */
export class CurveProblem implements Minimizable {
  readonly law: ScheduleLaw;
  readonly isReweighted = true;
  readonly negligible: number;
  readonly coordinates: Minimizable['coordinates'];
  /** Mean logarithm of the progress. */
  readonly centre: number;
  readonly delta: number;
  private readonly curves: readonly PreparedCurve[];

  constructor(
    law: ScheduleLaw,
    curves: readonly LossCurve[],
    delta: number,
    weights: CurveWeights,
    centre = meanLogProgress(law, curves),
  ) {
    const lower = law.parameters.map((one, i) => (i === 1 ? -Infinity : log(one.lower)));
    const upper = law.parameters.map((one, i) => (i === 1 ? Infinity : log(one.upper)));
    const all = weightsOf(curves, weights);
    this.law = law;
    this.delta = delta;
    this.centre = centre;
    this.negligible = 1e-24 * curves.reduce((sum, { steps }) => sum + steps.length, 0);
    this.coordinates = {
      lower,
      upper,
      clamp: (theta) => theta.map((value, i) => Math.min(upper[i], Math.max(lower[i], value))),
    };
    this.curves = curves.map(({ schedule, steps, losses }, index) => ({
      points: new SchedulePoints(law, schedule, steps, centre),
      logLosses: Float64Array.from(losses, log),
      weights: all[index],
    }));
  }

  toTheta(raw: readonly number[]): number[] {
    return raw.map((value, i) => log(value) - (i === 1 ? raw[2] * this.centre : 0));
  }

  toRaw(theta: readonly number[]): number[] {
    const raw = theta.map(exp);
    raw[1] = exp(theta[1] + raw[2] * this.centre);
    return raw;
  }

  value(theta: readonly number[]): number {
    let sum = 0;
    this.visit(theta, (_curve, residual, weight) => {
      sum += weight * huber(residual, this.delta);
    });
    return Number.isFinite(sum) ? sum : Infinity;
  }

  /** The sum over points, every one counting alike. */
  plainValue(theta: readonly number[]): number {
    let sum = 0;
    this.visit(theta, (_curve, residual) => {
      sum += huber(residual, this.delta);
    });
    return sum;
  }

  evaluate(theta: readonly number[]): Evaluation {
    const n = theta.length;
    const gradient = new Array<number>(n).fill(0);
    const normal: Matrix = gradient.map(() => new Array<number>(n).fill(0));
    let value = 0;
    this.visit(theta, (_curve, residual, weight, slopes) => {
      const pull = (weight * this.delta) / Math.max(this.delta, Math.abs(residual));
      value += weight * huber(residual, this.delta);
      for (let i = 0; i < n; i++) {
        gradient[i] -= pull * residual * slopes[i];
        for (let j = 0; j <= i; j++) normal[i][j] += pull * slopes[i] * slopes[j];
      }
    });
    for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) normal[i][j] = normal[j][i];
    return { value, gradient, normal };
  }

  /** Goes through all points, curve by curve; the slopes stand until the next point. */
  visit(theta: readonly number[], visitor: ResidualVisitor): void {
    const inner = theta.map(exp);
    const slopes = new Float64Array(theta.length);
    for (const [index, { points, logLosses, weights }] of this.curves.entries()) {
      for (let row = 0; row < points.rows; row++) {
        const fitted = points.loss(inner, row, slopes);
        for (let i = 0; i < slopes.length; i++) slopes[i] *= inner[i] / fitted;
        visitor(index, logLosses[row] - log(fitted), weights[row], slopes);
      }
    }
  }

  /** Sets the parameters that enter linearly to their non-negative least squares values (variable projection). */
  project(theta: readonly number[]): number[] {
    const inner = theta.map(exp);
    const size = this.law.weight ? 3 : 2;
    const gram: Matrix = Array.from({ length: size }, () => new Array<number>(size).fill(0));
    const rhs = new Array<number>(size).fill(0);
    for (const { points, logLosses, weights } of this.curves) {
      for (let row = 0; row < points.rows; row++) {
        const relative = [1, ...points.linearTerms(inner, row)].map((term) => term * exp(-logLosses[row]));
        for (let i = 0; i < size; i++) {
          rhs[i] += weights[row] * relative[i];
          for (let j = 0; j < size; j++) gram[i][j] += weights[row] * relative[i] * relative[j];
        }
      }
    }
    const solved = nonNegativeLeastSquares(gram, rhs);
    const result = [...theta];
    // One that is projected to 0 keeps what a search may start from, so that it can come back.
    for (const [place, value] of solved.entries())
      result[LINEAR[place]] = log(value > 0 ? value : this.law.parameters[LINEAR[place]].start[0]);
    return this.coordinates.clamp(result);
  }
}

const huber = (residual: number, delta: number): number => {
  const size = Math.abs(residual);
  const clipped = Math.min(size, delta);
  return clipped * (size - clipped / 2);
};

function meanLogProgress(law: ScheduleLaw, curves: readonly LossCurve[]): number {
  const logs = curves.flatMap(({ schedule, steps }) => steps.map((step) => logProgress(law, schedule, step)));
  return mean(logs);
}

/** Weights of all points; they add up to the number of points. */
function weightsOf(curves: readonly LossCurve[], kind: CurveWeights): Float64Array[] {
  if (kind === 'points') return curves.map(({ steps }) => new Float64Array(steps.length).fill(1));
  const spans = curves.map(({ steps }) =>
    Float64Array.from(steps, (step, index) => {
      const [before, after] = [steps[index - 1] ?? step, steps[index + 1] ?? step];
      // Half of the way to the points on both sides; an end counts as if it went on as far.
      const share = index === 0 || index === steps.length - 1 ? 1 : 2;
      return after > before ? log(after / before) / share : 1;
    }),
  );
  const points = curves.reduce((sum, { steps }) => sum + steps.length, 0);
  const total = spans.reduce((sum, each) => sum + each.reduce((part, span) => part + span, 0), 0);
  return spans.map((each) => each.map((span) => (span * points) / total));
}
