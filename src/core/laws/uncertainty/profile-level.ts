import { exp, log } from '../../math/elementary.ts';
import { pseudoInverse } from '../../math/linear.ts';
import { minimize } from '../fit/minimize.ts';
import type { Minimizable, Minimum } from '../fit/minimize.ts';
import type { Likelihood } from './likelihood.ts';
import { distanceNearBound } from './near-bound.ts';

const MOST_STEPS = 20;
const CLOSE = 0.01;

/** The squares with one coordinate held at a value. */
function held({ squares }: Likelihood, index: number, value: number): Minimizable {
  const { lower, upper } = squares.coordinates;
  const [low, high] = [lower, upper].map((bounds) => bounds.map((bound, i) => (i === index ? value : bound)));
  return {
    coordinates: {
      lower: low,
      upper: high,
      clamp: (theta) => theta.map((one, i) => Math.min(high[i], Math.max(low[i], one))),
    },
    negligible: squares.negligible,
    isReweighted: false,
    value: (theta) => squares.value(theta),
    evaluate: (theta) => squares.evaluate(theta),
  };
}

/** Standard deviation of a level itself, also where it vanishes and its logarithm says nothing. */
export function levelDeviation({ squares, theta, free, scale }: Likelihood, index: number): number {
  const unit = theta.map((value, i) => (i === index ? exp(value) : 1));
  const isIn = theta.map((_, i) => free[i] || i === index);
  const { normal } = squares.evaluate(theta);
  const scaled = normal.map((row, i) =>
    row.map((value, j) => (isIn[i] && isIn[j] ? value / 2 / unit[i] / unit[j] : 0)),
  );
  const sizes = scaled.map((row, i) => Math.sqrt(row[i]) || 1);
  const { inverse } = pseudoInverse(scaled.map((row, i) => row.map((value, j) => value / sizes[i] / sizes[j])));
  return Math.sqrt(Math.max(0, scale * inverse[index][index])) / sizes[index];
}

/**
 * Profile likelihood interval of a level that cannot be negative, such as the irreducible loss; it may begin at 0. `widening`
 * multiplies the variance of the noise model.
 */
export function levelInterval(
  around: Likelihood,
  index: number,
  level: number,
  widening: number,
): { low: number; high: number } {
  const { theta, minimum, scale, degreesOfFreedom, squares } = around;
  const variance = scale * widening;
  const deviation = levelDeviation(around, index) * Math.sqrt(widening);
  const distance = (value: number): number => distanceNearBound(value / deviation, level, degreesOfFreedom);
  const floor = squares.coordinates.lower[index];
  const centre = theta[index] <= floor + 1e-9 ? 0 : exp(theta[index]);
  const at = (value: number, start: readonly number[]): { found: Minimum; z: number; slope: number } => {
    const coordinate = value > 0 ? log(value) : floor;
    const problem = held(around, index, Math.max(floor, coordinate));
    const found = minimize(problem, start.map((one, i) => (i === index ? coordinate : one)));
    const z = Math.sqrt(Math.max(0, found.value - minimum) / variance);
    const slope = squares.evaluate(found.theta).gradient[index] / exp(found.theta[index]) / (2 * z * variance);
    return { found, z, slope };
  };
  const end = (sign: -1 | 1): number => {
    let [near, far] = [centre, sign < 0 ? 0 : Infinity];
    let start = theta;
    let value = Math.max(0, centre + sign * distance(centre + sign * deviation) * deviation);
    for (let step = 0; step < MOST_STEPS; step++) {
      const { found, z, slope } = at(value, start);
      const gap = distance(value) - z;
      if (value === 0 && gap >= 0) return 0;
      const next = value + gap / Math.abs(slope) * sign;
      if (Math.abs(gap) <= CLOSE * z) return Math.max(0, next);
      if (gap > 0) near = value;
      else far = value;
      start = found.theta;
      const isInside = sign * (next - near) > 0 && sign * (far - next) > 0;
      if (isInside) value = next;
      else if (Number.isFinite(far)) value = near === 0 && far === 0 ? 0 : (near + far) / 2;
      else value = near + 2 * Math.abs(value - centre || deviation);
      if (sign < 0 && value < 1e-3 * deviation) value = 0;
    }
    return value;
  };
  return { low: centre === 0 ? 0 : end(-1), high: end(1) };
}
