import { sizeOf } from '../core/graph/shapes.ts';
import type { Graph } from '../core/graph/types.ts';
import { compileInference } from './program/inference.ts';
import type { NamedValues } from './program/inference.ts';
import { RuntimeSession } from './session/runtime-session.ts';
import type { Binding } from './session/runtime-session.ts';

/** A model's prediction with given weights at a fixed batch: fill `inputs`, run, read `outputs`. */
export class Predictor {
  /** By name; they keep their places in memory. */
  readonly inputs: Readonly<Record<string, Float32Array | Int32Array>>;
  readonly outputs: Readonly<Record<string, Float32Array>>;
  private readonly session: RuntimeSession;

  /** `graph` as `inferenceGraph` gives it. */
  static async create(
    graph: Graph,
    parameters: NamedValues,
    buffers: NamedValues,
    threads: number,
  ): Promise<Predictor> {
    const program = compileInference(graph, parameters, buffers);
    const inputs = program.inputs.map(({ name, shape, dtype }) => ({
      ...{ name, shape },
      values: dtype === 'int32' ? new Int32Array(sizeOf(shape)) : new Float32Array(sizeOf(shape)),
    }));
    const outputs = program.outputs.map(({ name, shape }) => ({
      ...{ name, shape },
      values: new Float32Array(sizeOf(shape)),
    }));
    return new Predictor(await RuntimeSession.create(program.bytes, threads, inputs, outputs), inputs, outputs);
  }

  private constructor(session: RuntimeSession, inputs: readonly Binding[], outputs: readonly Binding[]) {
    this.session = session;
    this.inputs = Object.fromEntries(inputs.map(({ name, values }) => [name, values]));
    this.outputs = Object.fromEntries(outputs.map(({ name, values }) => [name, values as Float32Array]));
  }

  run(): Promise<void> {
    return this.session.run();
  }

  /** Gives the memory back; nothing may be called afterwards. */
  release(): void {
    this.session.release();
  }
}
