import { dot, multiply, pseudoInverse } from '../../math/linear.ts';
import type { Matrix } from '../../math/linear.ts';
import { log, square } from '../../math/elementary.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { Fit } from '../../terms/fit.ts';
import type { Observations } from '../../terms/observation.ts';
import { minimize } from '../fit/minimize.ts';
import { Problem } from '../fit/problem.ts';
import { weightsOf } from '../fit/weights.ts';
import { blocksOf, LARGEST_RATIO, runVariance, varianceRatio } from './noise.ts';
import type { Blocks, Linearized, Noise } from './noise.ts';
import { pseudoValues } from './pseudo-values.ts';
import { jackknifeCovariance } from './sandwich.ts';
import { Squares } from './squares.ts';

/** The neighbourhood of a fit as generalised least squares: what every interval is made from. */
export interface Likelihood {
  readonly fit: Fit;
  readonly squares: Squares;
  /** Coordinates of the smallest squares. */
  readonly theta: readonly number[];
  readonly minimum: number;
  /** Variance of a whitened residual; 1 where the errors of all evaluations are known. */
  readonly scale: number;
  /** Runs beyond the parameters that are not at a bound. */
  readonly degreesOfFreedom: number;
  /** Whether each coordinate is off its bounds. */
  readonly free: readonly boolean[];
  /** (J^T V^-1 J)^-1: times `scale` the covariance of the coordinates where the noise model is right. */
  readonly inverse: Matrix;
  /** Covariance of the coordinates: for many runs one that holds where they scatter unequally, else scale x inverse. */
  readonly covariance: Matrix;
  /** Whether the table gives the errors of its evaluations, so that only the run variance is estimated. */
  readonly hasKnownErrors: boolean;
  /** Variances of one new run's residual: of the run itself, and of its evaluation as the table's rows have it. */
  readonly newRun: { readonly run: number; readonly evaluation: number };
}

/** From so many runs a parameter on, the runs' own scatter tells the covariance better than a model that takes them to scatter alike. */
const ROBUST_FROM = 10;
export const isMany = (blocks: Blocks, parameters: number): boolean => blocks.length >= ROBUST_FROM * parameters;
/** Rounds of fitting the law and its noise in turns. */
const ROUNDS = 4;
const SETTLED = 1e-3;

/** Surroundings of a fit, with the noise model that its table allows. Refuses as many parameters as rows. */
export function likelihoodOf(fit: Fit, data: Observations): Likelihood {
  const weights = weightsOf(data, fit.weights);
  const problem = new Problem(fit.law, data, fit.objectiveKind, weights);
  const raw = fit.law.parameters.map(({ name }) => fit.parameters[name]);
  const theta = problem.coordinates.clamp(problem.coordinates.toTheta(raw));
  const free = fit.law.parameters.map(({ name }) => !fit.diagnostics.boundsHit.includes(name));
  const size = free.filter(Boolean).length;
  if (data.rows <= size) {
    throw new IsoflopError('not-identifiable', `${data.rows} rows leave no degree of freedom for ${size} parameters`, {
      hint: 'Add runs.',
    });
  }
  const blocks = blocksOf(data.runs);
  const degrees = Math.max(1, blocks.length - size);
  const around = { fit, problem, theta, free, size, blocks, degrees, weights };
  if (fit.objectiveKind.kind !== 'least-squares') return byPseudoValues(around, data);
  const errors = evaluationVariances(fit, data);
  if (errors && !weights) return withKnownErrors(around, responseOf(fit, data), errors);
  return byScatter(around, responseOf(fit, data));
}

interface Around {
  readonly fit: Fit;
  readonly problem: Problem;
  readonly theta: readonly number[];
  readonly free: readonly boolean[];
  readonly size: number;
  readonly blocks: Blocks;
  readonly degrees: number;
  /** Of the rows, where they have some: a row of weight w has 1 / w of the variance. */
  readonly weights: Float64Array | undefined;
}

function responseOf({ law, objectiveKind }: Fit, { columns }: Observations): Float64Array {
  const response = columns[law.response];
  return objectiveKind.residual === 'log' ? response.map(log) : response;
}

/** Known variances of the evaluations, in the space of the residuals; undefined where the table has none. */
function evaluationVariances({ law, objectiveKind }: Fit, { columns }: Observations): Float64Array | undefined {
  const errors = columns[`${law.response}Error`];
  if (!errors?.some((error) => error > 0)) return undefined;
  const isLog = objectiveKind.residual === 'log';
  return errors.map((error, row) => square(isLog ? error / columns[law.response][row] : error));
}

/** Evaluations of known error: the run variance is what the scatter shows beyond them. */
function withKnownErrors(around: Around, response: Float64Array, evaluation: Float64Array): Likelihood {
  const { problem, blocks, degrees, size } = around;
  let theta = around.theta;
  let run = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const near = linearize(new Squares(problem, response, { run: 1, evaluation }, blocks), theta, around.free);
    const next = runVariance(near, evaluation, spreadOf(near, size));
    const settled = Math.abs(next - run) <= SETTLED * run && round > 0;
    run = next;
    theta = minimize(new Squares(problem, response, { run, evaluation }, blocks), theta).theta;
    if (settled) break;
  }
  const typical = median([...evaluation]);
  const squares = new Squares(problem, response, { run, evaluation }, blocks);
  return { ...finish(around, squares, theta, 1, degrees, { run, evaluation: typical }), hasKnownErrors: true };
}

/** No known errors: one variance for all, or, where runs have several rows, one of runs and one of rows. */
function byScatter(around: Around, response: Float64Array): Likelihood {
  const { problem, blocks, size, weights } = around;
  const rows = response.length;
  const ofRuns: Noise = weights
    ? { run: 0, evaluation: weights.map((weight) => 1 / weight) }
    : { run: 1, evaluation: new Float64Array(rows) };
  if (blocks.length === rows) return byRuns(around, new Squares(problem, response, ofRuns, blocks));
  const evaluation = weights ? ofRuns.evaluation : new Float64Array(rows).fill(1);
  let theta = around.theta;
  let run = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const next = varianceRatio(
      linearize(new Squares(problem, response, { run, evaluation }, blocks), theta, around.free),
      evaluation,
    );
    if (next >= LARGEST_RATIO / 2 && !weights) return byRuns(around, new Squares(problem, response, ofRuns, blocks));
    const settled = Math.abs(next - run) <= SETTLED * run && round > 0;
    run = next;
    theta = minimize(new Squares(problem, response, { run, evaluation }, blocks), theta).theta;
    if (settled) break;
  }
  const squares = new Squares(problem, response, { run, evaluation }, blocks);
  const scale = squares.value(theta) / (rows - size);
  return finish(around, squares, theta, scale, around.degrees, { run: scale * run, evaluation: scale });
}

/** All scatter is that of runs: rows of one run do not differ from each other, or there is only one. */
function byRuns(around: Around, squares: Squares): Likelihood {
  const { theta } = minimize(squares, around.theta);
  const scale = squares.value(theta) / around.degrees;
  return finish(around, squares, theta, scale, around.degrees, { run: scale, evaluation: 0 });
}

/**
 * Robust objectives: the law through pseudo-values has its least squares where the robust fit is, with the robust fit's
 * covariance. Rows of a run that scatter together count as fewer.
 */
function byPseudoValues(around: Around, data: Observations): Likelihood {
  const { fit, problem, theta, blocks, degrees, size, weights } = around;
  const rows = data.rows;
  const residuals = problem.residuals(theta);
  const response = responseOf(fit, data);
  const { moved, slopes } = pseudoValues(fit.objectiveKind, residuals, size, isMany(blocks, size));
  const pseudo = response.map((value, row) => value - residuals[row] + moved[row]);
  const weightOf = (row: number): number => weights?.[row] ?? 1;
  const noise: Noise = { run: 0, evaluation: slopes.map((slope, row) => 1 / (slope * weightOf(row))) };
  const squares = new Squares(problem, pseudo, noise, blocks);
  const scatter = residuals.reduce((sum, value, row) => sum + weightOf(row) * value * value, 0) / (rows - size);
  const scale = (squares.value(theta) / (rows - size)) * designEffect(squares, theta, around);
  return finish(around, squares, theta, scale, degrees, { run: scatter, evaluation: 0 });
}

/** 1 + (m - 1) rho: how many times more rows of the same run are needed, rho being their correlation (Kish 1965, section 5.4). */
function designEffect(squares: Squares, theta: readonly number[], { blocks, free }: Around): number {
  const rows = squares.response.length;
  if (blocks.length === rows) return 1;
  const ratio = varianceRatio(linearize(squares, theta, free), new Float64Array(rows).fill(1));
  const perRun = blocks.reduce((sum, block) => sum + block.length * block.length, 0) / rows;
  return 1 + (perRun - 1) * (ratio / (1 + ratio));
}

function finish(
  { fit, free }: Around,
  squares: Squares,
  theta: readonly number[],
  scale: number,
  degreesOfFreedom: number,
  newRun: Likelihood['newRun'],
): Likelihood {
  const minimum = squares.value(theta);
  return {
    fit,
    squares,
    theta,
    minimum,
    scale,
    degreesOfFreedom,
    newRun,
    hasKnownErrors: false,
    ...covarianceOf(squares, theta, free, scale),
  };
}

/** (J^T V^-1 J)^-1 over the free coordinates. */
export function inverseOf(squares: Squares, theta: readonly number[], free: readonly boolean[]): Matrix {
  const { normal } = squares.evaluate(theta);
  return pseudoInverse(normal.map((row, i) => row.map((entry, j) => (free[i] && free[j] ? entry / 2 : 0)))).inverse;
}

function covarianceOf(
  squares: Squares,
  theta: readonly number[],
  free: readonly boolean[],
  scale: number,
): Pick<Likelihood, 'free' | 'inverse' | 'covariance'> {
  const inverse = inverseOf(squares, theta, free);
  const covariance = isMany(squares.blocks, free.filter(Boolean).length)
    ? jackknifeCovariance(squares.rows(theta), free, squares.blocks)
    : inverse.map((row) => row.map((entry) => scale * entry));
  return { free, inverse, covariance };
}

/** The same surroundings with a coordinate taken for free that lies at a bound, to look from there to its other side. */
export function includeCoordinate(around: Likelihood, index: number): Likelihood {
  const free = around.free.map((isFree, i) => isFree || i === index);
  return { ...around, ...covarianceOf(around.squares, around.theta, free, around.scale) };
}

/** Residuals and their derivatives by the free coordinates, not whitened. */
function linearize(squares: Squares, theta: readonly number[], free: readonly boolean[]): Linearized {
  const all = squares.rows(theta, false);
  const kept = [0, ...free.flatMap((isFree, i) => (isFree ? [i + 1] : []))];
  const width = theta.length + 1;
  const rows = all.length / width;
  const table = Float64Array.from(
    { length: rows * kept.length },
    (_, cell) => all[Math.floor(cell / kept.length) * width + kept[cell % kept.length]],
  );
  return { table, width: kept.length, blocks: squares.blocks };
}

function spreadOf({ table, width }: Linearized, size: number): number {
  let sum = 0;
  for (let cell = 0; cell < table.length; cell += width) sum += table[cell] * table[cell];
  return sum / (table.length / width - size);
}

/** Variance of a target over the one of the noise model: more than 1 where runs scatter unequally where it matters. */
export function wideningOf({ scale, inverse, covariance }: Likelihood, gradient: readonly number[]): number {
  const modelled = scale * dot(gradient, multiply(inverse, gradient));
  return modelled > 0 ? dot(gradient, multiply(covariance, gradient)) / modelled : 1;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1];
