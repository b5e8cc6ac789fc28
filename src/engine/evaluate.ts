import { sizeOf } from '../core/graph/shapes.ts';
import type { ModelSpec } from '../core/model/index.ts';
import type { EvaluationSource } from './data/contract.ts';
import { buildEvaluationProgram } from './program/index.ts';
import { RuntimeSession } from './session/runtime-session.ts';

export interface Evaluation {
  /** Mean loss over the held-out samples. */
  readonly loss: number;
  /** Standard error of that mean: the samples' standard deviation over the root of their number. */
  readonly lossError: number;
}

/** Samples evaluated at once. */
const BATCH = 32;

/** The held-out loss of a model with the given parameters (by name), each sample weighing the same. */
export async function evaluate(
  model: ModelSpec,
  parameters: ReadonlyMap<string, Float32Array>,
  source: EvaluationSource,
  threads: number,
): Promise<Evaluation> {
  const program = buildEvaluationProgram(model, BATCH);
  const inputs = program.inputs.map(({ name, shape, dtype }) => {
    return { name, shape, values: dtype === 'int32' ? new Int32Array(sizeOf(shape)) : new Float32Array(sizeOf(shape)) };
  });
  const weights = program.parameters.map(({ name, shape }) => ({ name, shape, values: parameters.get(name)! }));
  const losses = { ...program.losses, values: new Float32Array(BATCH) };
  const session = await RuntimeSession.create(program.bytes, threads, [...inputs, ...weights], [losses]);
  try {
    const views = Object.fromEntries(inputs.map(({ name, values }) => [name, values]));
    return summarize(await measure(session, views, losses.values, source));
  } finally {
    session.release();
  }
}

async function measure(
  session: RuntimeSession,
  inputs: Readonly<Record<string, Int32Array | Float32Array>>,
  outputs: Float32Array,
  source: EvaluationSource,
): Promise<Float64Array> {
  const losses = new Float64Array(source.count);
  for (let first = 0; first < source.count; first += BATCH) {
    const rows = Math.min(BATCH, source.count - first);
    for (let row = 0; row < rows; row++) source.fill(first + row, row, inputs);
    await session.run();
    losses.set(outputs.subarray(0, rows), first);
  }
  return losses;
}

function summarize(losses: Float64Array): Evaluation {
  const count = losses.length;
  const loss = losses.reduce((sum, value) => sum + value, 0) / count;
  const variance = losses.reduce((sum, value) => sum + (value - loss) ** 2, 0) / Math.max(1, count - 1);
  return { loss, lossError: Math.sqrt(variance / count) };
}
