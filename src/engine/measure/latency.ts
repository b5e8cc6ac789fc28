import { sizeOf } from '../../core/graph/shapes.ts';
import type { Graph } from '../../core/graph/types.ts';
import { percentile } from '../../core/math/percentiles.ts';
import { Random } from '../../core/math/random.ts';
import { Predictor } from '../predict.ts';
import { inferenceGraph, usedWeights } from '../program/inference.ts';

/** How long a model is timed. */
export interface Timing {
  /** onnxruntime's threads. */
  readonly threads: number;
  /** Seconds of warm runs, after the warm-ups. */
  readonly seconds: number;
  /** Runs at least, however long they take. */
  readonly runs: number;
}

/** One run: wall seconds, and the share of the cores asked for that the process had in it. */
export interface TimedRun {
  readonly seconds: number;
  readonly share: number;
}

/** What one batch of a model took. Times in seconds. */
export interface Latency {
  /** From the program to the end of the first run: onnxruntime reads, optimises and packs the weights. */
  readonly cold: { readonly session: number; readonly firstRun: number };
  /** Of the warm runs as `undisturbed` takes them, in the order of time. */
  readonly seconds: readonly number[];
  /** Warm runs in which other work took part of the cores. */
  readonly disturbed: number;
}

/** Runs before those that count: they load code and pages. */
const WARM_UPS = 2;
/** A run is undisturbed if the process had this part of its one core, or of several cores what it had in its best run. */
const UNDISTURBED = 0.95;
/** So many undisturbed runs stand for themselves. */
const ENOUGH = 5;
/** Normal numbers that weights and inputs repeat. */
const PATTERN = 4093;

/** Times the prediction of a forward graph with random weights: times do not depend on their values. */
export async function measureLatency(forward: Graph, { threads, seconds, runs }: Timing): Promise<Latency> {
  const graph = inferenceGraph(forward);
  const { parameters, buffers } = usedWeights(graph);
  const weights = new Map(
    parameters.map(({ name, shape, fanIn, role }) => [
      name,
      role === 'gain' ? new Float32Array(sizeOf(shape)).fill(1) : filled(sizeOf(shape), 1 / Math.sqrt(fanIn)),
    ]),
  );
  // Ones serve as running means and as variances.
  const kept = new Map(buffers.map(({ name, shape }) => [name, new Float32Array(sizeOf(shape)).fill(1)]));
  const start = performance.now();
  const predictor = await Predictor.create(graph, weights, kept, threads);
  try {
    for (const values of Object.values(predictor.inputs)) if (values instanceof Float32Array) fill(values, 1);
    const ready = performance.now();
    await predictor.run();
    const first = performance.now();
    const cold = { session: (ready - start) / 1000, firstRun: (first - ready) / 1000 };
    return { cold, ...undisturbed(await timed(predictor, { threads, seconds, runs }), threads) };
  } finally {
    predictor.release();
  }
}

async function timed(predictor: Predictor, { threads, seconds, runs }: Timing): Promise<TimedRun[]> {
  const times: TimedRun[] = [];
  for (let run = 0; run < WARM_UPS; run++) await predictor.run();
  const end = performance.now() + 1000 * seconds;
  while (times.length < runs || performance.now() < end) {
    times.push(await timedRun(() => predictor.run(), threads));
  }
  return times;
}

/** Runs once, on so many threads. */
export async function timedRun(run: () => Promise<void>, threads: number): Promise<TimedRun> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  await run();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(before);
  return { seconds, share: (user + system) / 1e6 / (seconds * threads) };
}

/**
 * Wall time while other work holds the cores says nothing about the model: disturbed runs are left out. Where too few others remain, those
 * on one thread count with the time that they computed; on several threads that is not known.
 */
export function undisturbed(runs: readonly TimedRun[], threads: number): Pick<Latency, 'seconds' | 'disturbed'> {
  const best = threads === 1 ? 1 : Math.max(...runs.map(({ share }) => share));
  const limit = UNDISTURBED * Math.min(1, best);
  const isClean = ({ share }: TimedRun): boolean => share >= limit;
  const clean = runs.filter(isClean);
  const counted = threads > 1 || clean.length >= ENOUGH ? clean : runs;
  return {
    seconds: counted.map((run) => (isClean(run) ? run.seconds : run.seconds * run.share)),
    disturbed: runs.length - clean.length,
  };
}

export const median = (times: readonly number[]): number => percentile(times, 0.5);

const random = new Random(1);
const pattern = Float32Array.from({ length: PATTERN }, () => random.normal());

function fill(values: Float32Array, scale: number): void {
  for (let index = 0; index < values.length; index++) values[index] = scale * pattern[index % PATTERN];
}

function filled(size: number, scale: number): Float32Array {
  const values = new Float32Array(size);
  fill(values, scale);
  return values;
}
