import type { Operator } from '../../../core/graph/types.ts';
import type { Emitter } from '../emitter.ts';

/** One operator on its way into ONNX: names of its tensors and their shapes. */
export interface Lowering {
  readonly e: Emitter;
  readonly operator: Operator;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly shapes: readonly (readonly number[])[];
  readonly outputShape: readonly number[];
  /** Whether an input holds whole numbers by its type; none does where left out. */
  readonly whole?: readonly boolean[];
}
