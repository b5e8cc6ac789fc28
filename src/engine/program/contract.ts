import type { Parameter } from '../../core/graph/parameter.ts';

export interface ProgramInput {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
}

/**
 * One training step's forward and backward pass as a serialised ONNX model. Parameters are inputs under their own
 * names; the outputs are the scalar mean loss and, for parameter p, its gradient under `gradients.get(p.name)`.
 * A gpt takes `tokens` and `targets`, both int32 `[batch, context]`; an mlp takes `features` float32 `[batch, inputs]`
 * and `targets` (int32 `[batch]` classes for cross-entropy, float32 `[batch, outputs]` otherwise).
 */
export interface TrainingProgram {
  readonly bytes: Uint8Array;
  readonly inputs: readonly ProgramInput[];
  readonly parameters: readonly Parameter[];
  readonly gradients: ReadonlyMap<string, string>;
  /** Name of the scalar output: mean loss over the batch (over all its tokens), in nats for cross-entropy. */
  readonly loss: string;
}

/** The forward pass alone; its output `losses` is float32 `[batch]`: the mean loss of each window (or row). */
export interface EvaluationProgram {
  readonly bytes: Uint8Array;
  readonly inputs: readonly ProgramInput[];
  readonly parameters: readonly Parameter[];
  readonly losses: string;
}
