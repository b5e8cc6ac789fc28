/**
 * Is the optimum global? Fits of resamples, and refits as the bootstrap makes them, against an exhaustive reference: 400 starts over
 * a grid of both exponents, all polished, then 100 hops from the best. Every fourth resample is 14 runs drawn without
 * repetition, where Huber's delta of 1e-3 leaves many local minima; the others are 240 runs drawn with repetition.
 */
import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { minimize } from '../../src/core/laws/fit/minimize.ts';
import { Problem } from '../../src/core/laws/fit/problem.ts';
import { fitLaw } from '../../src/core/laws/index.ts';
import type { Fit, Observations } from '../../src/core/laws/index.ts';
import { refit } from '../../src/core/laws/fit/graduate.ts';
import { exp, log } from '../../src/core/math/elementary.ts';
import { nonNegativeLeastSquares } from '../../src/core/math/linear.ts';
import { Random } from '../../src/core/math/random.ts';
import { chinchilla, LAW, LOG_HUBER, takeRows } from './data.ts';

const FEW = 14;
const LEVELS = 20;
const EXPONENTS = [0.005, 4.5] as const;
const HOPS = 100;

/** Objectives of one resample. */
export interface Resample {
  readonly index: number;
  readonly rows: number;
  readonly fit: number;
  readonly refit: number;
  readonly reference: number;
}

/** The rows of resample `index`. */
export function rowsOf(index: number, count: number): number[] {
  const random = new Random(2024, index);
  if (index % 4 === 0) return [...random.permutation(count).subarray(0, FEW)];
  return Array.from({ length: count }, () => random.integer(count));
}

function resample(index: number, whole: Observations, base: Fit): Resample {
  const data = takeRows(whole, rowsOf(index, whole.rows));
  const problem = new Problem(LAW, data, LOG_HUBER);
  const theta = problem.coordinates.toTheta(LAW.parameters.map(({ name }) => base.parameters[name]));
  return {
    index,
    rows: data.rows,
    fit: fitLaw(LAW, data, { objective: LOG_HUBER }).objective,
    refit: refit(problem, theta).value,
    reference: reference(problem, new Random(7, index)),
  };
}

function reference(problem: Problem, random: Random): number {
  const level = (k: number): number => log(EXPONENTS[0]) + ((k + 0.5) / LEVELS) * log(EXPONENTS[1] / EXPONENTS[0]);
  let best = { theta: [] as readonly number[], value: Infinity };
  const polish = (theta: readonly number[]): void => {
    const found = minimize(problem, theta);
    if (found.value < best.value) best = found;
  };
  for (let i = 0; i < LEVELS; i++)
    for (let j = 0; j < LEVELS; j++) polish(projected(problem, [0, 0, 0, level(i), level(j)]));
  for (let hop = 0; hop < HOPS; hop++) {
    const size = exp(-4 + 4 * random.next());
    polish(best.theta.map((value) => value + size * random.normal()));
  }
  return best.value;
}

function projected(problem: Problem, theta: readonly number[]): number[] {
  const { gram, rhs } = problem.projection(problem.coordinates.toRaw(theta), 3);
  const factors = nonNegativeLeastSquares(gram, rhs);
  return theta.map((value, i) => (i < 3 ? value + log(Math.max(factors[i], 1e-6)) : value));
}

/** All resamples from 0 to `count` - 1, over threads. */
export async function resamples(count: number, threads: number, onDone: (done: number) => void): Promise<Resample[]> {
  const all: Resample[] = [];
  const share = async (first: number): Promise<void> => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { first, step: threads, count } });
    worker.on('message', (one: Resample) => {
      all.push(one);
      onDone(all.length);
    });
    await once(worker, 'exit');
  };
  await Promise.all(Array.from({ length: threads }, (_, first) => share(first)));
  return all.toSorted((a, b) => a.index - b.index);
}

if (!isMainThread) {
  const { first, step, count } = workerData as { first: number; step: number; count: number };
  const whole = chinchilla();
  const base = fitLaw(LAW, whole, { objective: LOG_HUBER });
  for (let index = first; index < count; index += step) parentPort!.postMessage(resample(index, whole, base));
}
