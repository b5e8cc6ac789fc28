/** A sequence of tokens that is read by position; the engine opens no file itself. */
export interface TokenReader {
  /** Number of tokens. */
  readonly length: number;
  /** Fills `into` with the tokens from `start` on; throws a RangeError outside the sequence. */
  read(start: number, into: Uint16Array): void;
}

/** The program's inputs by name, to be filled. */
export type BatchInputs = Readonly<Record<string, Int32Array | Float32Array>>;

/**
 * Where a training run's batches come from; a pure function of the step, so that a resumed run needs no other state. A
 * source that another thread fills answers with a promise.
 */
export interface BatchSource {
  fill(step: number, inputs: BatchInputs): void | Promise<void>;
}

/** A fixed held-out set: `count` samples, each written to a row of the batch. */
export interface EvaluationSource {
  readonly count: number;
  fill(sample: number, row: number, inputs: BatchInputs): void;
}

/** A program's input for samples, by its own name. */
export interface SampleInput {
  readonly name: string;
  /** Images: order of the axes. Default NCHW. A model that takes `[batch, pixels]` reads them in this order. */
  readonly layout?: 'NCHW' | 'NHWC';
  /** Images: pixels that the model takes; images of another size are resized. Default: those of the data set. */
  readonly height?: number;
  readonly width?: number;
}
