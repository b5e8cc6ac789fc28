import { sizeOf } from '../core/graph/shapes.ts';
import type { EvaluationSource } from './data/contract.ts';
import { meterOf } from './metrics.ts';
import type { Metrics } from './metrics.ts';
import type { Network } from './network.ts';
import type { EvaluationProgram } from './program/contract.ts';
import { compileEvaluation } from './program/index.ts';
import { channelBlock } from './session/channel-block.ts';
import { RuntimeSession } from './session/runtime-session.ts';
import type { Binding } from './session/runtime-session.ts';

export interface Evaluation extends Metrics {
  /** Mean loss over the held-out samples. */
  readonly loss: number;
  /** Standard error of that mean: the samples' standard deviation over the root of their number. */
  readonly lossError: number;
}

/** What a model has learnt, by name. */
export interface Weights {
  readonly parameters: ReadonlyMap<string, Float32Array>;
  /** Kept values, such as running means. */
  readonly buffers: ReadonlyMap<string, Float32Array>;
}

/** Samples evaluated at once. */
const BATCH = 32;

/** The held-out loss of a model with the given weights, each sample weighing the same, and what its predictions are worth. */
export async function evaluate(
  network: Network,
  weights: Weights,
  source: EvaluationSource,
  threads: number,
): Promise<Evaluation> {
  const evaluator = await Evaluator.create(network, weights, threads);
  try {
    return await evaluator.measure(source);
  } finally {
    evaluator.release();
  }
}

/** A model's evaluation, ready to be repeated on weights that change in their places. */
export class Evaluator {
  private readonly program: EvaluationProgram;
  private readonly session: RuntimeSession;
  private readonly inputs: Readonly<Record<string, Int32Array | Float32Array>>;
  private readonly losses: Float32Array;
  private readonly predictions: Float32Array;

  static async create(network: Network, weights: Weights, threads: number): Promise<Evaluator> {
    const program = compileEvaluation(network.graph(BATCH, false), { channelBlock: await channelBlock() });
    const inputs = program.inputs.map(({ name, shape, dtype }) => {
      const values = dtype === 'int32' ? new Int32Array(sizeOf(shape)) : new Float32Array(sizeOf(shape));
      return { name, shape, values };
    });
    const outputs = outputBindings(program);
    const all = [...inputs, ...weightBindings(program, weights)];
    return new Evaluator(program, await RuntimeSession.create(program.bytes, threads, all, outputs), inputs, outputs);
  }

  private constructor(
    program: EvaluationProgram,
    session: RuntimeSession,
    inputs: readonly Binding[],
    [losses, predictions]: readonly Binding[],
  ) {
    this.program = program;
    this.session = session;
    this.inputs = Object.fromEntries(inputs.map(({ name, values }) => [name, values]));
    this.losses = losses.values as Float32Array;
    this.predictions = predictions.values as Float32Array;
  }

  async measure(source: EvaluationSource): Promise<Evaluation> {
    const losses = new Float64Array(source.count);
    const meter = this.program.predictions.shape[0] === BATCH ? meterOf(this.program.loss) : undefined;
    for (let first = 0; first < source.count; first += BATCH) {
      const rows = Math.min(BATCH, source.count - first);
      for (let row = 0; row < rows; row++) await source.fill(first + row, row, this.inputs);
      await this.session.run();
      losses.set(this.losses.subarray(0, rows), first);
      for (let row = 0; row < rows; row++) meter?.add(rowOf(this.predictions, row), rowOf(this.inputs.targets, row));
    }
    return { ...summarize(losses), ...meter?.metrics };
  }

  release(): void {
    this.session.release();
  }
}

/** Losses and, where a sample has one row of them, predictions. */
function outputBindings({ losses, predictions }: EvaluationProgram): Binding[] {
  return [losses, predictions].map((output) => ({ ...output, values: new Float32Array(sizeOf(output.shape)) }));
}

function weightBindings({ parameters, buffers }: EvaluationProgram, weights: Weights): Binding[] {
  return [
    ...parameters.map(({ name, shape }) => ({ name, shape, values: weights.parameters.get(name)! })),
    ...buffers.map(({ name, shape }) => ({ name, shape, values: weights.buffers.get(name)! })),
  ];
}

function rowOf<View extends Int32Array | Float32Array>(values: View, row: number): View {
  const length = values.length / BATCH;
  return values.subarray(row * length, (row + 1) * length) as View;
}

function summarize(losses: Float64Array): Pick<Evaluation, 'loss' | 'lossError'> {
  const count = losses.length;
  const loss = losses.reduce((sum, value) => sum + value, 0) / count;
  const variance = losses.reduce((sum, value) => sum + (value - loss) ** 2, 0) / Math.max(1, count - 1);
  return { loss, lossError: Math.sqrt(variance / count) };
}
