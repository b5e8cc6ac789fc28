import { median, timedRun, undisturbed } from './measure/latency.ts';
import type { TimedRun } from './measure/latency.ts';
import { Emitter } from './program/emitter.ts';
import { encodeModel } from './program/onnx.ts';
import { RuntimeSession } from './session/runtime-session.ts';
import type { Binding } from './session/runtime-session.ts';

/** What this machine reaches, in float32. */
export interface MachineSpeed {
  /** Of a product of two square matrices; a multiply-accumulate counts as two. */
  readonly flopsPerSecond: number;
  /** Read and written by a sum of two long vectors. */
  readonly bytesPerSecond: number;
}

/** Side of the matrices: work of 2 GFLOP, of which little waits for memory. */
const SIDE = 1024;
/** Numbers of a vector: 64 MiB, beyond the caches of common processors. */
const LENGTH = 2 ** 24;
/** The first runs load code and pages. */
const WARM_UPS = 2;
const RUNS = 9;
const FLOAT_BYTES = 4;

/** Measures the engine's own kernels on so many threads, in about a second. Throws `unavailable` without onnxruntime. */
export async function measureMachine(threads: number): Promise<MachineSpeed> {
  const product = await medianSeconds('MatMul', [SIDE, SIDE], threads);
  const sum = await medianSeconds('Add', [LENGTH], threads);
  return { flopsPerSecond: (2 * SIDE ** 3) / product, bytesPerSecond: (3 * FLOAT_BYTES * LENGTH) / sum };
}

/** Median time of one operator on two equal tensors. */
async function medianSeconds(type: string, shape: readonly number[], threads: number): Promise<number> {
  const emitter = new Emitter();
  emitter.node(type, ['a', 'b'], {}, 'y');
  const value = (name: string): { name: string; shape: readonly number[]; dtype: 'float32' } => ({
    ...{ name, shape, dtype: 'float32' },
  });
  const program = encodeModel({
    name: type,
    nodes: emitter.nodes,
    initializers: [],
    inputs: [value('a'), value('b')],
    outputs: [value('y')],
  });
  const session = await RuntimeSession.create(
    program,
    threads,
    [bound('a', shape), bound('b', shape)],
    [bound('y', shape)],
  );
  try {
    return await timed(session, threads);
  } finally {
    session.release();
  }
}

const bound = (name: string, shape: readonly number[]): Binding => ({
  name,
  shape,
  values: new Float32Array(shape.reduce((size, extent) => size * extent, 1)).fill(0.5),
});

async function timed(session: RuntimeSession, threads: number): Promise<number> {
  const runs: TimedRun[] = [];
  for (let run = -WARM_UPS; run < RUNS; run++) {
    const timed = await timedRun(() => session.run(), threads);
    if (run >= 0) runs.push(timed);
  }
  return median(undisturbed(runs, threads).seconds);
}
