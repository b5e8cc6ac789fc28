import type { Parameter } from '../graph/parameter.ts';
import { sizeOf } from '../graph/shapes.ts';

/** A parameter as equal matrices one behind the other, row-major. */
export interface Matrices {
  /** Experts of a stack; else 1. */
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
  /** The same two numbers by what they are. */
  readonly outputs: number;
  readonly inputs: number;
}

/**
 * How a parameter multiplies: filters [out, in, height, width] count as [out, in x height x width] (Jordan et al. 2024), Keras's
 * [height, width, in, out] as [height x width x in, out]. Undefined where it is no matrix of at least 2 x 2.
 */
export function matricesOf({ shape, fanIn, activeExperts }: Parameter): Matrices | undefined {
  const count = activeExperts === undefined ? 1 : shape[0];
  const own = activeExperts === undefined ? shape : shape.slice(1);
  const outputs = sizeOf(own) / fanIn;
  if (own.length < 2 || !Number.isInteger(outputs) || Math.min(outputs, fanIn) < 2) return undefined;
  const [rows, columns] = own[0] === outputs ? [outputs, fanIn] : [fanIn, outputs];
  return { count, rows, columns, outputs, inputs: fanIn };
}
