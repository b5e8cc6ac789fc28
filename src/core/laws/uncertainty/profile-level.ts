import { studentQuantile } from '../../math/distributions.ts';
import { exp, log } from '../../math/elementary.ts';
import { pseudoInverse } from '../../math/linear.ts';
import type { Minimizable } from '../fit/minimize.ts';
import type { Likelihood } from './likelihood.ts';
import { distanceNearBound } from './near-bound.ts';
import { settle, Squares } from './squares.ts';

const MOST_STEPS = 20;
/** An end is found within so many standard deviations. */
const CLOSE = 0.02;

/** The squares with one coordinate held at a value. */
function held({ squares }: Pick<Likelihood, 'squares'>, index: number, value: number): Minimizable {
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

/**
 * Standard deviations between a candidate and 0: the root of the squares that a law without the level leaves where the data are the
 * candidate's own curve (the Asimov data set of Cowan et al. 2011, section 3).
 */
function distanceFromZero({ squares }: Likelihood, index: number, theta: readonly number[], variance: number): number {
  const floor = squares.coordinates.lower[index];
  if (theta[index] <= floor) return 0;
  const width = theta.length + 1;
  const fitted = squares.problem.rowSlopes(theta);
  const exact = squares.response.map((_, row) => fitted[row * width]);
  const own = new Squares(squares.problem, exact, squares.noise, squares.blocks);
  const { value } = settle(
    held({ squares: own }, index, floor),
    theta.map((one, i) => (i === index ? floor : one)),
  );
  return Math.sqrt(value / variance);
}

/** Standard deviation of a level itself, also where it vanishes and its logarithm says nothing. */
function levelDeviation({ squares, theta, free, scale }: Likelihood, index: number): number {
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

/** A candidate: how many standard deviations it lies beyond the end of the interval (negative inside), and where its fit is. */
interface Candidate {
  readonly value: number;
  readonly beyond: number;
  readonly theta: readonly number[];
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
  const floor = squares.coordinates.lower[index];
  const centre = theta[index] <= floor + 1e-9 ? 0 : exp(theta[index]);
  const distance = distanceNearBound(level, degreesOfFreedom);
  const at = (value: number, near: readonly number[]): Candidate => {
    const coordinate = value > 0 ? Math.max(floor, log(value)) : floor;
    const start = near.map((one, i) => (i === index ? coordinate : one));
    const found = settle(held(around, index, coordinate), start);
    const z = Math.sqrt(Math.max(0, found.value - minimum) / variance);
    return { value, beyond: z - distance(distanceFromZero(around, index, found.theta, variance)), theta: found.theta };
  };
  const inside: Candidate = {
    value: centre,
    beyond: -studentQuantile(0.5 + level / 2, degreesOfFreedom),
    theta,
  };
  const step = levelDeviation(around, index) * Math.sqrt(widening);
  return {
    low: lowEnd(inside, at),
    high: highEnd(inside, Math.min(step, (squares.problem.responses[0] - centre) / 4), at),
  };
}

type At = (value: number, near: readonly number[]) => Candidate;

function lowEnd(inside: Candidate, at: At): number {
  if (inside.value === 0) return 0;
  const zero = at(0, inside.theta);
  return zero.beyond <= 0 ? 0 : between(inside, zero, at);
}

function highEnd(inside: Candidate, step: number, at: At): number {
  let near = inside;
  for (let length = step, count = 0; count < MOST_STEPS; count++, length *= 2) {
    const far = at(near.value + length, near.theta);
    if (!(far.beyond <= 0)) return between(near, far, at);
    near = far;
  }
  return Infinity;
}

/** The end between a candidate inside and one beyond: false position, the older side's weight halved (Dowell and Jarratt 1971). */
function between(inside: Candidate, beyond: Candidate, at: At): number {
  let [near, far] = [inside, beyond];
  let [a, b] = [near.beyond, far.beyond];
  for (let step = 0; step < MOST_STEPS; step++) {
    const share = Number.isFinite(b) ? Math.min(0.95, Math.max(0.05, a / (a - b))) : 0.5;
    const next = at(near.value + share * (far.value - near.value), near.theta);
    if (Math.abs(next.beyond) <= CLOSE) return next.value;
    if (next.beyond < 0) {
      [near, a] = [next, next.beyond];
      b /= 2;
    } else {
      [far, b] = [next, next.beyond];
      a /= 2;
    }
  }
  return (near.value + far.value) / 2;
}
