import type { TensorId } from '../../../graph/types.ts';
import type { Value } from '../../nodes/context.ts';
import type { AtenArguments } from '../arguments.ts';

/** Operations by their ATen names. */
export type AtenTable = Readonly<Record<string, (a: AtenArguments) => readonly Value[]>>;

export const tensorValue = (...tensors: readonly TensorId[]): Value[] => tensors.map((tensor) => ({ tensor }));
