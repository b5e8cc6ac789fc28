import { cholesky, choleskyInverse, choleskySolve, dot, multiply, pseudoInverse } from '../../math/linear.ts';
import type { Matrix } from '../../math/linear.ts';

/** The objective at a point of the coordinates, with what the minimisers need. */
export interface Evaluation {
  readonly value: number;
  readonly gradient: number[];
  /** Gauss-Newton approximation of the Hessian, with the penalty's weights. */
  readonly normal: Matrix;
}

/** What can be minimised: a sum of penalties of residuals. */
export interface Minimizable {
  readonly coordinates: {
    readonly lower: readonly number[];
    readonly upper: readonly number[];
    clamp(theta: number[]): number[];
  };
  /** An objective below this is rounding. */
  readonly negligible: number;
  /** Whether the penalty is another than the square, so that the Gauss-Newton matrix has its weights. */
  readonly isReweighted: boolean;
  value(theta: readonly number[]): number;
  evaluate(theta: readonly number[]): Evaluation;
}

export interface Minimum {
  readonly theta: number[];
  readonly value: number;
  /** Whether a step in the best direction no longer lowers the objective beyond rounding. */
  readonly converged: boolean;
}

const MOST_STEPS = 500;
/** Relative decrease below which a phase of the search has nothing left to gain. */
const NO_GAIN = 1e-13;
const ARMIJO = 1e-4;
/**
 * Relative decrease below which Levenberg-Marquardt hands over: at once where reweighting makes it end slowly, late where it is
 * Gauss and Newton's own method.
 */
const NEAR = { reweighted: 1e-2, squares: 1e-9 } as const;
/** A step that gains this share of what the slope promises may well be too short: a quadratic's best step gains half. */
const TOO_SHORT = 0.7;

/**
 * Polishes a start: Levenberg-Marquardt with the penalty's weights while it gains (More 1978), then BFGS (Nocedal and Wright
 * 2006, algorithm 6.1) started from its matrix, which ends where penalties with a kink, such as Huber's, need it. Coordinates
 * that a bound holds back stand still until the gradient turns (projected steps: Bertsekas 1982).
 */
export function minimize(problem: Minimizable, start: readonly number[]): Minimum {
  const near = levenbergMarquardt(problem, problem.coordinates.clamp([...start]));
  return bfgs(problem, near);
}

/** Whether each coordinate lies at a bound that the descent would cross. */
export function heldByBound(
  { lower, upper }: Minimizable['coordinates'],
  theta: readonly number[],
  gradient: number[],
): boolean[] {
  const held: boolean[] = [];
  for (let i = 0; i < theta.length; i++) {
    held.push((theta[i] <= lower[i] && gradient[i] >= 0) || (theta[i] >= upper[i] && gradient[i] <= 0));
  }
  return held;
}

/** The evaluation with held coordinates taken out: no gradient, and nothing that couples them to others. */
function project(at: Evaluation, held: readonly boolean[]): Evaluation {
  if (!held.includes(true)) return at;
  const { value, gradient, normal } = at;
  return {
    value,
    gradient: gradient.map((slope, i) => (held[i] ? 0 : slope)),
    normal: normal.map((row, i) => row.map((entry, j) => ((held[i] || held[j]) && i !== j ? 0 : entry))),
  };
}

export function levenbergMarquardt(problem: Minimizable, start: number[]): number[] {
  const { coordinates } = problem;
  const heldAt = (theta: number[], at: Evaluation): Evaluation =>
    project(at, heldByBound(coordinates, theta, at.gradient));
  let theta = start;
  let at = heldAt(theta, problem.evaluate(theta));
  const near = problem.isReweighted ? NEAR.reweighted : NEAR.squares;
  let damping = 1e-3;
  let small = 0;
  for (let step = 0; step < MOST_STEPS && damping < 1e12 && small < 2; step++) {
    const move = dampedStep(at, damping);
    const next = move && coordinates.clamp(sum(theta, move, 1));
    const there = next && problem.evaluate(next);
    if (there && there.value < at.value) {
      small = at.value - there.value < near * at.value ? small + 1 : 0;
      theta = next;
      at = heldAt(theta, there);
      damping = Math.max(1e-12, damping / 5);
    } else {
      damping *= 4;
    }
  }
  return theta;
}

// Plain loops from here on: these run at every step of every search, and their cost would show beside a table's of a few hundred rows.

function dampedStep({ normal, gradient }: Evaluation, damping: number): number[] | undefined {
  const lower = cholesky(raised(normal, damping, (damping * 1e-6 * traceOf(normal)) / normal.length));
  if (!lower) return undefined;
  const step = choleskySolve(lower, gradient);
  for (let i = 0; i < step.length; i++) step[i] = -step[i];
  return step;
}

function traceOf(matrix: Matrix): number {
  let trace = 0;
  for (let i = 0; i < matrix.length; i++) trace += matrix[i][i];
  return trace;
}

/** A copy whose diagonal is raised by a share of itself and by a constant. */
function raised(matrix: Matrix, share: number, constant: number): Matrix {
  const copy: Matrix = [];
  for (let i = 0; i < matrix.length; i++) {
    const row = matrix[i].slice();
    row[i] += share * row[i] + constant;
    copy.push(row);
  }
  return copy;
}

/** Inverse of the Gauss-Newton matrix, where directions that the data do not see are kept at a small step. */
function inverseOf(normal: Matrix): Matrix {
  const kept = raised(normal, 0, 1e-10 * (traceOf(normal) || 1));
  const lower = cholesky(kept);
  return lower ? choleskyInverse(lower) : pseudoInverse(kept).inverse;
}

function bfgs(problem: Minimizable, start: number[]): Minimum {
  let theta = start;
  let raw = problem.evaluate(theta);
  let held = heldByBound(problem.coordinates, theta, raw.gradient);
  let at = project(raw, held);
  let inverse = inverseOf(at.normal);
  let isFresh = true;
  for (let step = 0; step < MOST_STEPS; step++) {
    if (at.value <= problem.negligible) return { theta, value: at.value, converged: true };
    const direction = multiply(inverse, at.gradient);
    for (let i = 0; i < direction.length; i++) direction[i] = held[i] ? 0 : -direction[i];
    const next = lineSearch(problem, theta, at, direction);
    if (!next || at.value - next.value <= NO_GAIN * at.value) {
      // No gain from a matrix made afresh here means that the minimum is reached.
      if (isFresh) return { theta: next?.theta ?? theta, value: next?.value ?? at.value, converged: true };
      inverse = inverseOf(at.normal);
      isFresh = true;
      continue;
    }
    const after = next.evaluation ?? problem.evaluate(next.theta);
    const heldNow = heldByBound(problem.coordinates, next.theta, after.gradient);
    const isSame = heldNow.every((value, i) => value === held[i]);
    inverse = isSame
      ? update(inverse, difference(next.theta, theta), difference(after.gradient, raw.gradient))
      : inverseOf(project(after, heldNow).normal);
    isFresh = !isSame;
    theta = next.theta;
    raw = after;
    held = heldNow;
    at = project(raw, held);
  }
  return { theta, value: at.value, converged: false };
}

/** a + share b */
function sum(a: readonly number[], b: readonly number[], share: number): number[] {
  const result: number[] = [];
  for (let i = 0; i < a.length; i++) result.push(a[i] + share * b[i]);
  return result;
}

const difference = (a: readonly number[], b: readonly number[]): number[] => sum(a, b, -1);

interface Step {
  readonly theta: number[];
  readonly value: number;
  /** Where it is known already. */
  readonly evaluation?: Evaluation;
}

/**
 * Halves the step until the objective falls enough; then tries doubling, since a kink's first step is often short. Most often the whole
 * step is taken: it is evaluated with its derivatives at once.
 */
function lineSearch(problem: Minimizable, theta: number[], at: Evaluation, direction: number[]): Step | undefined {
  const slope = dot(at.gradient, direction);
  if (!(-slope > NO_GAIN * at.value)) return undefined;
  const move = (length: number): Step => {
    const to = problem.coordinates.clamp(sum(theta, direction, length));
    if (length !== 1) return { theta: to, value: problem.value(to) };
    const evaluation = problem.evaluate(to);
    return { theta: to, value: evaluation.value, evaluation };
  };
  for (let length = 1; length > 1e-12; length /= 2) {
    let best = move(length);
    if (best.value > at.value + ARMIJO * length * slope) continue;
    for (let longer = 2 * length; longer <= 64; longer *= 2) {
      if (at.value - best.value < TOO_SHORT * (longer / 2) * -slope) break;
      const further = move(longer);
      if (further.value >= best.value) break;
      best = further;
    }
    return best;
  }
  return undefined;
}

/** The BFGS update of the inverse Hessian from a step s and the change y of the gradient; skipped without curvature. */
function update(inverse: Matrix, s: number[], y: number[]): Matrix {
  const curvature = dot(s, y);
  if (curvature <= 1e-14 * Math.sqrt(dot(s, s) * dot(y, y))) return inverse;
  const hy = multiply(inverse, y);
  const scale = (1 + dot(y, hy) / curvature) / curvature;
  const updated: Matrix = [];
  for (let i = 0; i < s.length; i++) {
    const row: number[] = [];
    for (let j = 0; j < s.length; j++) {
      row.push(inverse[i][j] + scale * s[i] * s[j] - (hy[i] * s[j] + s[i] * hy[j]) / curvature);
    }
    updated.push(row);
  }
  return updated;
}
