import { cell, loadRuntime } from './onnxruntime.ts';
import type { OnnxRuntime, Pointer } from './onnxruntime.ts';

/** A named input or output of a program and the memory that holds it, which must never move. */
export interface Binding {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

const ALL_OPTIMIZATIONS = 99;
const ELEMENT_FLOAT = 1;
const ELEMENT_INT32 = 6;
/** Milliseconds that runs may follow each other before timers, signals and files of the process get their turn. */
const TURN = 20;

/** A program ready to run on fixed memory: runs read the inputs there and leave the outputs there, without copies. */
export class RuntimeSession {
  private readonly ort: OnnxRuntime;
  private readonly session: Pointer;
  private readonly inputs: Values;
  private readonly outputs: Values;
  private lastTurn = 0;

  /** `threads` are onnxruntime's own: one runs without a pool. */
  static async create(
    program: Uint8Array,
    threads: number,
    inputs: readonly Binding[],
    outputs: readonly Binding[],
  ): Promise<RuntimeSession> {
    return new RuntimeSession(await loadRuntime(), program, threads, inputs, outputs);
  }

  private constructor(
    ort: OnnxRuntime,
    program: Uint8Array,
    threads: number,
    inputs: readonly Binding[],
    outputs: readonly Binding[],
  ) {
    this.ort = ort;
    this.session = createSession(ort, program, threads);
    this.inputs = new Values(ort, inputs);
    this.outputs = new Values(ort, outputs);
  }

  async run(): Promise<void> {
    if (performance.now() - this.lastTurn > TURN) {
      await new Promise((resolve) => setImmediate(resolve));
      this.lastTurn = performance.now();
    }
    this.runNow();
  }

  /** Runs without a turn for the process: for short programs between others. */
  runNow(): void {
    const { session, inputs, outputs } = this;
    const { length } = inputs.pointers;
    this.ort.Run(
      session,
      null,
      inputs.names,
      inputs.pointers,
      length,
      outputs.names,
      outputs.pointers.length,
      outputs.pointers,
    );
  }

  /** Gives the session's memory back; nothing may be called afterwards. */
  release(): void {
    this.inputs.release();
    this.outputs.release();
    this.ort.ReleaseSession(this.session);
  }
}

/** Tensors over memory of ours, with the arrays of names and addresses that a run wants. */
class Values {
  readonly names: BigUint64Array;
  readonly pointers: BigUint64Array;
  /** What the library holds addresses of, kept from collection. */
  readonly held: readonly unknown[];
  private readonly ort: OnnxRuntime;

  constructor(ort: OnnxRuntime, bindings: readonly Binding[]) {
    const texts = bindings.map(({ name }) => Buffer.from(`${name}\0`));
    this.ort = ort;
    this.names = new BigUint64Array(texts.map((text) => ort.address(text)));
    this.pointers = new BigUint64Array(bindings.map((binding) => createTensor(ort, binding)));
    this.held = [texts, bindings];
  }

  release(): void {
    for (const pointer of this.pointers) this.ort.ReleaseValue(pointer);
  }
}

function createTensor(ort: OnnxRuntime, { shape, values }: Binding): Pointer {
  const [dimensions, tensor] = [new BigInt64Array(shape.map(BigInt)), cell()];
  const type = values instanceof Int32Array ? ELEMENT_INT32 : ELEMENT_FLOAT;
  ort.CreateTensorWithDataAsOrtValue(
    ort.memory,
    ort.address(values),
    values.byteLength,
    dimensions,
    shape.length,
    type,
    tensor,
  );
  return tensor[0];
}

function createSession(ort: OnnxRuntime, program: Uint8Array, threads: number): Pointer {
  const [options, session] = [cell(), cell()];
  ort.CreateSessionOptions(options);
  try {
    ort.SetSessionGraphOptimizationLevel(options[0], ALL_OPTIMIZATIONS);
    ort.SetIntraOpNumThreads(options[0], threads);
    ort.DisableMemPattern(options[0]);
    ort.AddSessionConfigEntry(options[0], 'session.intra_op.allow_spinning', threads > 1 ? '1' : '0');
    ort.AddSessionConfigEntry(options[0], 'session.set_denormal_as_zero', '1');
    ort.CreateSessionFromArray(ort.environment, program, program.length, options[0], session);
  } finally {
    ort.ReleaseSessionOptions(options[0]);
  }
  return session[0];
}
