import type { TensorId } from '../../../graph/types.ts';
import type { Value } from '../../nodes/context.ts';
import type { OnnxArguments } from '../arguments.ts';

/** Operations by their ONNX names. */
export type OnnxTable = Readonly<Record<string, (a: OnnxArguments) => readonly Value[]>>;

export const tensorValue = (...tensors: readonly TensorId[]): Value[] => tensors.map((tensor) => ({ tensor }));
