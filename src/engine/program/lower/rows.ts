import type { Emitter } from '../emitter.ts';
import type { Lowering } from './lowering.ts';

const INT32 = 6;

const asWhole = (e: Emitter, indices: string, isWhole: boolean): string =>
  isWhole ? indices : e.node('Cast', [indices], { integers: { to: INT32 } });

/** Rows of a table [v, k] by indices. */
export function gather({ e, inputs: [table, indices], outputs, whole }: Lowering): void {
  e.node('Gather', [table, asWhole(e, indices, whole?.[1] === true)], {}, outputs[0]);
}

/**
 * Sums rows of equal index as a product with ones where the index is: the order of the sums is fixed. The session adds the rows of tables
 * that are looked up once; this is for the others.
 */
export function scatterRows({ e, inputs: [rows, indices], outputs, shapes, outputShape, whole }: Lowering): void {
  const flat = e.node('Reshape', [asWhole(e, indices, whole?.[1] === true), e.integers([shapes[0][0]])]);
  const bounds = e.node('Concat', [e.filled([1], 0), e.filled([1], 1)], { integers: { axis: 0 } });
  const chosen = e.node('OneHot', [flat, e.integers([outputShape[0]]), bounds], { integers: { axis: -1 } });
  e.node('Gemm', [chosen, rows], { integers: { transA: 1 } }, outputs[0]);
}
