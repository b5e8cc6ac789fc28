import type { Attributes, OperatorKind } from './types.ts';

type Shape = readonly number[];

export const sizeOf = (shape: Shape): number => shape.reduce((product, extent) => product * extent, 1);

/** The shape of two tensors combined element by element under NumPy's broadcasting. */
export function broadcast(a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [x, y] = [a[a.length - rank + axis] ?? 1, b[b.length - rank + axis] ?? 1];
    if (x !== y && x !== 1 && y !== 1) throw new Error(`internal: shapes [${a}] and [${b}] do not broadcast`);
    return Math.max(x, y);
  });
}

function matmulShape(a: Shape, b: Shape, { transposeA, transposeB }: Attributes): number[] {
  const [m, k] = transposeA ? [a.at(-1)!, a.at(-2)!] : [a.at(-2)!, a.at(-1)!];
  const [k2, n] = transposeB ? [b.at(-1)!, b.at(-2)!] : [b.at(-2)!, b.at(-1)!];
  if (k !== k2 || String(a.slice(0, -2)) !== String(b.slice(0, -2))) {
    throw new Error(`internal: cannot multiply [${a}] by [${b}]`);
  }
  return [...a.slice(0, -2), m, n];
}

function splitShapes(x: Shape, { axis = 0, sizes = [] }: Attributes): number[][] {
  if (sizes.reduce((sum, size) => sum + size, 0) !== x[axis])
    throw new Error(`internal: cannot split [${x}] into ${sizes}`);
  return sizes.map((size) => x.map((extent, index) => (index === axis ? size : extent)));
}

function concatShape(shapes: readonly Shape[], { axis = 0 }: Attributes): number[] {
  const total = shapes.reduce((sum, shape) => sum + shape[axis], 0);
  return shapes[0].map((extent, index) => (index === axis ? total : extent));
}

function reshapeTo(x: Shape, shape: Shape): number[] {
  if (sizeOf(x) !== sizeOf(shape)) throw new Error(`internal: cannot reshape [${x}] to [${shape}]`);
  return [...shape];
}

/** Shapes of an operator's outputs. Throws an internal error where the inputs do not fit: families check their options first. */
export function outputShapes(kind: OperatorKind, inputs: readonly Shape[], attributes: Attributes): number[][] {
  const [x, y] = inputs;
  switch (kind) {
    case 'matmul':
      return [matmulShape(x, y, attributes)];
    case 'linear':
      return [matmulShape(x, y, {})];
    case 'add':
    case 'multiply':
      return [broadcast(x, y)];
    case 'gather':
      return [[...y, ...x.slice(1)]];
    case 'scatterRows':
      return [[attributes.rows!, x.at(-1)!]];
    case 'split':
      return splitShapes(x, attributes);
    case 'concat':
      return [concatShape(inputs, attributes)];
    case 'reshape':
      return [reshapeTo(x, attributes.shape!)];
    case 'transpose':
      return [attributes.permutation!.map((axis) => x[axis])];
    case 'normalize':
      return [[...x], [...x], [...x.slice(0, -1), 1]];
    case 'loss':
      return attributes.loss === 'cross-entropy' ? [[x[0]], [...x]] : [[x[0]]];
    case 'mean':
      return [x.slice(0, -1)];
    case 'columnSum':
      return [[x.at(-1)!]];
    case 'scale':
    case 'shift':
    case 'swapHalves':
    case 'activation':
    case 'activationGradient':
    case 'normalizeGradient':
    case 'softmax':
    case 'softmaxGradient':
    case 'lossGradient':
      return [[...x]];
  }
}
