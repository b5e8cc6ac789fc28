import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { sizeOf } from '../core/graph/shapes.ts';
import type { ModelSpec } from '../core/model/index.ts';
import type { EvaluationSource } from './data/contract.ts';
import { buildEvaluationProgram } from './program/index.ts';
import { createSession, loadRuntime } from './session/runtime.ts';

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
  const ort = await loadRuntime();
  const program = buildEvaluationProgram(model, BATCH);
  const session = await createSession(program.bytes, threads);
  const feeds: Record<string, Tensor> = {};
  const inputs: Record<string, Int32Array | Float32Array> = {};
  for (const { name, shape, dtype } of program.inputs) {
    const values = dtype === 'int32' ? new Int32Array(sizeOf(shape)) : new Float32Array(sizeOf(shape));
    inputs[name] = values;
    feeds[name] = new ort.Tensor(dtype, values as Int32Array<ArrayBuffer> & Float32Array<ArrayBuffer>, shape);
  }
  for (const { name, shape } of program.parameters)
    feeds[name] = new ort.Tensor('float32', parameters.get(name)!, shape);
  try {
    return await run(session, feeds as InferenceSession.FeedsType, program.losses.name, inputs, source);
  } finally {
    await session.release();
  }
}

async function run(
  session: InferenceSession,
  feeds: InferenceSession.FeedsType,
  output: string,
  inputs: Record<string, Int32Array | Float32Array>,
  source: EvaluationSource,
): Promise<Evaluation> {
  const losses = new Float64Array(source.count);
  for (let first = 0; first < source.count; first += BATCH) {
    const rows = Math.min(BATCH, source.count - first);
    for (let row = 0; row < rows; row++) source.fill(first + row, row, inputs);
    const results = await session.run(feeds);
    losses.set((results[output].data as Float32Array).subarray(0, rows), first);
  }
  const loss = losses.reduce((sum, value) => sum + value, 0) / source.count;
  const variance = losses.reduce((sum, value) => sum + (value - loss) ** 2, 0) / Math.max(1, source.count - 1);
  return { loss, lossError: Math.sqrt(variance / source.count) };
}
