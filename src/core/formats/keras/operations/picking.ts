import { broadcast } from '../../../graph/sizes.ts';
import type { TensorId } from '../../../graph/types.ts';
import { tensorsOf } from '../argument.ts';
import type { Call, Lower } from '../call.ts';
import { imageOf } from '../layers/spatial.ts';
import { getItem } from './get-item.ts';

/** Rows by index along an axis; the indices are a tensor, or numbers of the document. */
const take: Lower = (call) => {
  const said = call.argument(1, 'indices');
  const axis = call.config.find('axis')?.integer();
  if (axis === undefined) throw call.refusal('Take wants an axis');
  const [indices = call.add('generate', [], { shape: literalShape(said), function: 'constant' })] = tensorsOf(said);
  return call.add('gather', [call.x, indices], { axis: call.axis(axis) });
};

function literalShape(value: unknown): number[] {
  return Array.isArray(value) ? [value.length, ...literalShape(value[0])] : [];
}

/** A tensor whose values are picked from the input. */
const picked = (call: Call, shape: readonly number[]): TensorId =>
  call.add('generate', [call.x], { shape, function: call.className });

/** One value a place of the indices, which broadcast against the other axes. */
const takeAlongAxis: Lower = (call) => {
  const indices = call.shapeOf(call.tensor(1, 'indices'));
  const axis = call.config.find('axis')?.integer();
  if (axis === undefined) return picked(call, indices);
  const at = call.axis(axis);
  return picked(call, broadcast(call.shape.with(at, 1), indices.with(at, 1)).with(at, indices[at]));
};

/** Values and their places. */
const topK: Lower = (call) => {
  const shape = [...call.shape.slice(0, -1), call.count('k')];
  return [picked(call, shape), picked(call, shape)];
};

/** Differences of neighbours, taken n times. */
const diff: Lower = (call) => {
  const axis = call.axis(call.config.find('axis')?.integer() ?? -1);
  const left = call.shape[axis] - (call.config.find('n')?.integer({ min: 0 }) ?? 1);
  if (left < 1) throw call.refusal(`nothing is left of [${call.shape}] along axis ${axis}`);
  return picked(call, call.shape.with(axis, left));
};

/** The cells on a diagonal of two axes, which become the last axis. */
const diagonal: Lower = (call) => {
  const [a, b] = ['axis1', 'axis2'].map((key, index) => call.axis(call.config.find(key)?.integer() ?? index));
  const offset = call.config.find('offset')?.integer() ?? 0;
  const length = Math.min(call.shape[a] + Math.min(0, offset), call.shape[b] - Math.max(0, offset));
  return picked(call, [...call.shape.filter((_, axis) => axis !== a && axis !== b), Math.max(0, length)]);
};

const oneHot: Lower = (call) => {
  const axis = call.config.find('axis')?.integer() ?? -1;
  const at = call.axis(axis, call.shape.length + 1);
  const shape = [...call.shape.slice(0, at), call.count('num_classes'), ...call.shape.slice(at)];
  return call.add('generate', [call.x], { shape, function: 'one hot' });
};

/** One vector of classes for all indices along the last axis. */
const multiHot: Lower = (call) => picked(call, [...call.shape.slice(0, -1), call.count('num_classes')]);

/** A quarter turn exchanges two axes. */
const turned: Lower = (call) => {
  const [a, b] = (call.config.find('axes')?.integers() ?? [0, 1]).map((axis) => call.axis(axis));
  const isOdd = (call.config.find('k')?.integer() ?? 1) % 2 !== 0;
  const permutation = call.shape.map((_, axis) => (isOdd && axis === a ? b : isOdd && axis === b ? a : axis));
  return call.add('transpose', [call.x], { permutation });
};

/** A part of a shape that the call says; -1 goes to the end. */
const slice: Lower = (call) => {
  const from = call.argument(1, 'start_indices');
  if (!Array.isArray(from) || from.length !== call.shape.length || !from.every(Number.isInteger))
    throw call.refusal('Slice is known for starts that are numbers, one an axis');
  const starts = from as readonly number[];
  const sizes = call.config.get('shape').integers({ min: -1 });
  const ends = starts.map((start, axis) => (sizes[axis] === -1 ? call.shape[axis] : start + sizes[axis]));
  return call.add('slice', [call.x], { starts, ends });
};

/** Cells that are added to, or cut from, the four sides of an image; of the far sides the target's size may be told instead. */
const framed =
  (word: 'padding' | 'cropping'): Lower =>
  (call) => {
    const { spatial } = imageOf(call, 2);
    const sign = word === 'padding' ? 1 : -1;
    const said = (key: string): number | undefined => call.config.find(key)?.integer({ min: 0 });
    const sides = (near: string, far: string, target: string, extent: number): [number, number] => {
      const [before, after, size] = [said(`${near}_${word}`), said(`${far}_${word}`), said(`target_${target}`)];
      const rest = size === undefined ? 0 : sign * (size - extent);
      return [before ?? rest - (after ?? 0), after ?? rest - (before ?? 0)];
    };
    const height = sides('top', 'bottom', 'height', call.shape[spatial[0]]);
    const width = sides('left', 'right', 'width', call.shape[spatial[1]]);
    const padding = call.shape.map((_, axis): [number, number] => {
      const [before, after] = axis === spatial[0] ? height : axis === spatial[1] ? width : [0, 0];
      return [sign * before, sign * after];
    });
    return call.add('pad', [call.x], { padding });
  };

/** Three channels to one. */
const grey: Lower = (call) => picked(call, call.shape.with(imageOf(call, 2).channels, 1));

export const PICKING_OPERATIONS: Readonly<Record<string, Lower>> = {
  GetItem: getItem,
  Take: take,
  TakeAlongAxis: takeAlongAxis,
  TopK: topK,
  InTopK: (call) => picked(call, call.shape),
  Diff: diff,
  Diagonal: diagonal,
  OneHot: oneHot,
  MultiHot: multiHot,
  Rot90: turned,
  Slice: slice,
  PadImages: framed('padding'),
  CropImages: framed('cropping'),
  RGBToGrayscale: grey,
};
