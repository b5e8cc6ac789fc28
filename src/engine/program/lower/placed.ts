import type { Operator } from '../../../core/graph/types.ts';
import type { Emitter } from '../emitter.ts';
import type { Placement } from '../placement.ts';

/** One operator on its way into ONNX whose tensors may stand with channels before the batch; shapes are the graph's. */
export interface PlacedLowering {
  readonly e: Emitter;
  readonly operator: Operator;
  readonly shapes: readonly (readonly number[])[];
  readonly outputShape: readonly number[];
  readonly placement: Placement;
}

/** A form that takes an operator, or leaves it (false). */
export type PlacedForm = (lowering: PlacedLowering) => boolean;
