import type { Mask } from '../../core/graph/mask.ts';
import type { Parameter } from '../../core/graph/parameter.ts';
import type { Loss } from '../../core/graph/types.ts';

export interface ProgramInput {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
}

/** An output of the program with its shape, float32. */
export interface ProgramOutput {
  readonly name: string;
  readonly shape: readonly number[];
}

/**
 * How a parameter's gradient comes out: as a whole (`dense`), or for a table as one gradient row for each row that was
 * looked up (`rows`, to be added up by the int32 input `indices`), or as the sum of both (a tied head).
 * Rows are added outside the program: onnxruntime's ScatterND adds in an order left to chance.
 */
export interface GradientOutput {
  readonly dense?: ProgramOutput;
  readonly rows?: ProgramOutput & { readonly indices: string };
}

/**
 * One training step's forward and backward pass as a serialised ONNX model. Parameters are inputs under their own
 * names; the outputs are the scalar mean loss and the gradients. A gpt takes `tokens` and `targets`, both int32
 * `[batch, context]`; an mlp takes `features` float32 `[batch, inputs]` and `targets` (int32 `[batch]` classes for
 * cross-entropy, float32 `[batch, outputs]` otherwise).
 */
export interface TrainingProgram {
  readonly bytes: Uint8Array;
  readonly inputs: readonly ProgramInput[];
  readonly parameters: readonly Parameter[];
  /** By name of the trained parameters. */
  readonly gradients: ReadonlyMap<string, GradientOutput>;
  /** Inputs of random factors, drawn anew for each step (`TrainingSession.drawMasks`); none where nothing is dropped. */
  readonly masks: readonly Mask[];
  /** What batch norms measure of each batch. */
  readonly statistics: readonly Statistic[];
  /** Kept values that it reads: those of frozen batch norms, and what they start at. */
  readonly buffers: readonly (ProgramOutput & { readonly start: number })[];
  /** Name of the scalar output: mean loss over the batch (over all its tokens), in nats for cross-entropy. */
  readonly loss: string;
}

/** A batch's mean or population variance by channel, which moves a kept value: kept += momentum (factor measured - kept). */
export interface Statistic {
  /** Name of the kept value. */
  readonly buffer: string;
  readonly output: ProgramOutput;
  readonly kind: 'mean' | 'variance';
  /** In [0, 1]. */
  readonly momentum: number;
  /** n / (n - 1) for the variance of n numbers as that of a sample, else 1. */
  readonly factor: number;
}

/** The forward pass alone; its output `losses` is float32 `[batch]`: the mean loss of each window (or row). */
export interface EvaluationProgram {
  readonly bytes: Uint8Array;
  readonly inputs: readonly ProgramInput[];
  readonly parameters: readonly Parameter[];
  /** Kept values that it reads, such as running means, by name and shape. */
  readonly buffers: readonly ProgramOutput[];
  readonly losses: ProgramOutput;
  /** What the loss is of: logits or predictions, `[rows, m]`; a row is a sample, or a place of one, such as a token. */
  readonly predictions: ProgramOutput;
  readonly loss: Loss;
}
