import type { Parameter } from '../../src/core/graph/parameter.ts';
import type { GoldenNet } from './golden-nets.ts';
import { hashed, streamOf, uniform } from './hashed.ts';

/** Norm and projections of an exact tensor; how far PyTorch's single precision lies off in each of its runs, by L2 norm. */
export type GoldenRow = readonly [
  name: string,
  norm: number,
  errors: readonly number[],
  projections: readonly number[],
];

/** The start of a parameter: `weight` of tools/golden/nets/drawn.py. */
export function drawWeight({ name, role, fanIn }: Parameter, values: Float32Array): void {
  const drawn = uniform(streamOf(name), values.length);
  const scale = role === 'matrix' || role === 'head' ? Math.fround(Math.sqrt(24 / fanIn)) : 1;
  const offset = role === 'gain' ? 1 : 0;
  for (const [index, value] of drawn.entries()) values[index] = value * scale + offset;
}

/** What a step is fed: `fed` of tools/golden/nets/drawn.py. */
export function drawInput(
  name: string,
  values: Float32Array | Int32Array,
  step: number,
  { loss, classes, vocabulary }: Pick<GoldenNet, 'loss' | 'classes' | 'vocabulary'>,
): void {
  const stream = streamOf(`${name} of step ${step}`);
  if (values instanceof Int32Array) {
    const limit = name === 'targets' ? classes : vocabulary;
    values.set(hashed(stream, values.length).map((value) => value % limit));
    return;
  }
  const isBinary = name === 'targets' && loss === 'binary-cross-entropy';
  values.set(uniform(stream, values.length).map((value) => (isBinary ? Number(value > 0) : value * 3)));
}

/** L2 distance of a tensor from an exact one, estimated from as many signed sums of both as the row holds. */
export function distance([name, , , projections]: GoldenRow, values: Float32Array): number {
  const bits = hashed(streamOf(name), values.length);
  const sums = projections.map((_, sign) => {
    let sum = 0;
    for (const [index, value] of values.entries()) sum += (bits[index] >>> (8 + sign)) & 1 ? value : -value;
    return sum;
  });
  const squares = sums.map((sum, index) => (sum - projections[index]) ** 2);
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
}
