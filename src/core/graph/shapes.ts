import { einsumShape } from './einsum.ts';
import { ShapeError, broadcast, sizeOf } from './sizes.ts';
import type { Shape } from './sizes.ts';
import { convolutionShape, poolShape, resizeShape, transposedShape } from './spatial.ts';
import type { Attributes, OperatorKind } from './types.ts';

export { ShapeError, broadcast, sizeOf } from './sizes.ts';

function matmulShape(a: Shape, b: Shape, { transposeA, transposeB }: Attributes): number[] {
  if (a.length < 2 || b.length < 2) throw new ShapeError(`cannot multiply [${a}] by [${b}]`);
  const [m, k] = transposeA ? [a.at(-1)!, a.at(-2)!] : [a.at(-2)!, a.at(-1)!];
  const [k2, n] = transposeB ? [b.at(-1)!, b.at(-2)!] : [b.at(-2)!, b.at(-1)!];
  if (k !== k2) throw new ShapeError(`cannot multiply [${a}] by [${b}]`);
  return [...broadcast(a.slice(0, -2), b.slice(0, -2)), m, n];
}

function linearShape(x: Shape, w: Shape, { transposeB }: Attributes): number[] {
  const [inputs, outputs] = transposeB ? [w[1], w[0]] : w;
  if (w.length !== 2 || x.at(-1) !== inputs)
    throw new ShapeError(`the weights [${w}] want ${inputs} inputs, got [${x}]`);
  return [...x.slice(0, -1), outputs];
}

/** The `function` of a split whose source says how many parts it makes, not their sizes: they stay equal. */
export const EQUAL_PARTS = 'equal parts';

function splitShapes(x: Shape, { axis = 0, sizes = [] }: Attributes): number[][] {
  if (sizes.reduce((sum, size) => sum + size, 0) !== x.at(axis))
    throw new ShapeError(`cannot split [${x}] into ${sizes.join(' + ')} along axis ${axis}`);
  const at = axis < 0 ? axis + x.length : axis;
  return sizes.map((size) => x.map((extent, index) => (index === at ? size : extent)));
}

function concatShape(shapes: readonly Shape[], { axis = 0 }: Attributes): number[] {
  const at = axis < 0 ? axis + shapes[0].length : axis;
  const fits = shapes.every(
    (shape) => shape.length === shapes[0].length && shape.every((n, i) => i === at || n === shapes[0][i]),
  );
  if (!fits)
    throw new ShapeError(`cannot join ${shapes.map((shape) => `[${shape}]`).join(' and ')} along axis ${axis}`);
  const total = shapes.reduce((sum, shape) => sum + shape[at], 0);
  return shapes[0].map((extent, index) => (index === at ? total : extent));
}

function reshapeTo(x: Shape, shape: Shape): number[] {
  if (sizeOf(x) !== sizeOf(shape)) throw new ShapeError(`cannot reshape [${x}] to [${shape}]`);
  return [...shape];
}

function gatherShape(table: Shape, indices: Shape, { axis = 0 }: Attributes): number[] {
  const at = axis < 0 ? axis + table.length : axis;
  return [...table.slice(0, at), ...indices, ...table.slice(at + 1)];
}

function reduceShape(x: Shape, { axes = [], keepAxes }: Attributes): number[] {
  const reduced = new Set(axes.map((axis) => (axis < 0 ? axis + x.length : axis)));
  return x.flatMap((extent, axis) => (reduced.has(axis) ? (keepAxes ? [1] : []) : [extent]));
}

function padShape(x: Shape, { padding = [] }: Attributes): number[] {
  if (padding === 'same') throw new Error('internal: pad wants its numbers of zeros');
  const extents = x.map((extent, axis) => extent + (padding[axis]?.[0] ?? 0) + (padding[axis]?.[1] ?? 0));
  if (extents.some((extent) => extent < 0)) throw new ShapeError(`cannot pad [${x}] to [${extents}]`);
  return extents;
}

/** Python's slices: negative places count from the end, places beyond an end mean the end; steps may be negative. */
function sliceShape(x: Shape, { starts = [], ends = [], steps = [] }: Attributes): number[] {
  return x.map((extent, axis) => {
    const step = steps[axis] ?? 1;
    const [low, high] = step > 0 ? [0, extent] : [-1, extent - 1];
    const place = (value: number): number => Math.min(high, Math.max(low, value < 0 ? value + extent : value));
    const from = starts[axis] === undefined ? (step > 0 ? 0 : high) : place(starts[axis]);
    const to = ends[axis] === undefined ? (step > 0 ? extent : -1) : place(ends[axis]);
    return Math.max(0, Math.ceil((to - from) / step));
  });
}

function attentionShape(q: Shape, k: Shape, v: Shape): number[] {
  const fits =
    q.length === 4 && k.length === 4 && v.length === 4 && q[1] % k[1] === 0 && k[1] === v[1] && k[2] === v[2];
  if (!fits || q[3] !== k[3]) throw new ShapeError(`queries [${q}], keys [${k}] and values [${v}] do not fit`);
  return [q[0], q[1], q[2], v[3]];
}

function recurrentShape(x: Shape, { hidden = 1, directions = 1, sequence }: Attributes): number[] {
  return sequence ? [x[0], x[1], directions * hidden] : [x[0], directions * hidden];
}

function expertShape(x: Shape, w: Shape, { active = 1 }: Attributes): number[] {
  const [experts, inputs, outputs] = w;
  if (x.at(-1) !== inputs || active > experts)
    throw new ShapeError(`the experts [${w}] want ${inputs} inputs, got [${x}]`);
  const routed = x.length > 2 && x.at(-2) === active ? x.slice(0, -2) : x.slice(0, -1);
  return [...routed, active, outputs];
}

/** One number for each channel, `count` times. */
const statistics = (x: Shape, { axis = 1 }: Attributes, count: number): number[][] =>
  Array.from({ length: count }, () => [x.at(axis)!]);

/** Shapes of an operator's outputs. Throws a `ShapeError` where the inputs do not fit: families check their options first. */
export function outputShapes(kind: OperatorKind, inputs: readonly Shape[], attributes: Attributes): number[][] {
  const [x, y, z] = inputs;
  switch (kind) {
    case 'matmul':
      return [matmulShape(x, y, attributes)];
    case 'linear':
      return [linearShape(x, y, attributes)];
    case 'add':
    case 'multiply':
    case 'binary':
      return [broadcast(x, y)];
    case 'select':
      return [broadcast(broadcast(x, y), z)];
    case 'gather':
      return [gatherShape(x, y, attributes)];
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
    case 'convolution':
      return [convolutionShape(x, y, attributes)];
    case 'transposedConvolution':
      return [transposedShape(x, y, attributes)];
    case 'pool':
      return [poolShape(x, attributes)];
    case 'reduce':
      return [reduceShape(x, attributes)];
    case 'resize':
      return [resizeShape(x, attributes)];
    case 'pad':
      return [padShape(x, attributes)];
    case 'slice':
      return [sliceShape(x, attributes)];
    case 'broadcast':
      return [broadcast(x, attributes.shape!)];
    case 'attention':
      return [attentionShape(x, y, z)];
    case 'recurrent':
      return [recurrentShape(x, attributes)];
    case 'expertLinear':
      return [expertShape(x, y, attributes)];
    case 'einsum':
      return [einsumShape(inputs, attributes.equation!)];
    case 'generate':
      return [[...attributes.shape!]];
    case 'scale':
    case 'shift':
    case 'swapHalves':
    case 'activation':
    case 'activationGradient':
    case 'normalizeGradient':
    case 'softmax':
    case 'softmaxGradient':
    case 'lossGradient':
    case 'batchNormalize':
      return attributes.training ? [[...x], ...statistics(x, attributes, 2)] : [[...x]];
    case 'batchNormalizeGradient':
      return [[...y], ...statistics(y, attributes, 2)];
    case 'convolutionInputGradient':
    case 'convolutionFilterGradient':
      return [[...attributes.shape!]];
    case 'poolGradient':
      return [[...y]];
    case 'groupNormalize':
    case 'unary':
      return [[...x]];
  }
}
