import { broadcast, sizeOf } from '../../graph/shapes.ts';

/** A tensor whose numbers are known when the model is read: shapes, axes, constants. Row-major. */
export interface Known {
  readonly shape: readonly number[];
  readonly values: readonly number[];
  /** Whether its numbers are whole by their type: an integer division truncates. */
  readonly whole: boolean;
}

/** No computation on shapes needs more numbers; larger constants are tensors whose values nothing depends on. */
export const MOST_KNOWN_VALUES = 4096;

export const scalar = (value: number): Known => ({ shape: [], values: [value], whole: true });
export const vector = (values: readonly number[]): Known => ({ shape: [values.length], values, whole: true });

/** Position of an element of a broadcast tensor in the operand. */
function operandIndex(index: number, shape: readonly number[], operand: readonly number[]): number {
  let [rest, place, stride] = [index, 0, 1];
  for (let axis = 1; axis <= shape.length; axis++) {
    const extent = shape.at(-axis)!;
    const own = operand.at(-axis) ?? 1;
    if (axis <= operand.length && own !== 1) place += (rest % extent) * stride;
    if (axis <= operand.length) stride *= own;
    rest = Math.floor(rest / extent);
  }
  return place;
}

export function elementwise(operands: readonly Known[], compute: (...values: number[]) => number): Known {
  const shape = operands.map((operand) => operand.shape).reduce((a, b) => broadcast(a, b));
  const values = Array.from({ length: sizeOf(shape) }, (_, index) =>
    compute(...operands.map((operand) => operand.values[operandIndex(index, shape, operand.shape)])),
  );
  return { shape, values, whole: operands.every((operand) => operand.whole) };
}

/** Elements picked along one axis. */
export function pick(table: Known, axis: number, indices: Known): Known {
  const at = axis < 0 ? axis + table.shape.length : axis;
  const [outer, extent] = [sizeOf(table.shape.slice(0, at)), table.shape[at]];
  const inner = sizeOf(table.shape.slice(at + 1));
  const values: number[] = [];
  for (let o = 0; o < outer; o++) {
    for (const index of indices.values) {
      const from = (o * extent + (index < 0 ? index + extent : index)) * inner;
      values.push(...table.values.slice(from, from + inner));
    }
  }
  const shape = [...table.shape.slice(0, at), ...indices.shape, ...table.shape.slice(at + 1)];
  return { shape, values, whole: table.whole };
}

/** The axes in another order. */
export function permuted({ shape, values, whole }: Known, permutation: readonly number[]): Known {
  const target = permutation.map((axis) => shape[axis]);
  const strides = permutation.map((axis) => sizeOf(shape.slice(axis + 1)));
  const moved = values.map((_, index) => {
    let [rest, place] = [index, 0];
    for (let axis = target.length - 1; axis >= 0; axis--) {
      place += (rest % target[axis]) * strides[axis];
      rest = Math.floor(rest / target[axis]);
    }
    return values[place];
  });
  return { shape: target, values: moved, whole };
}

/** Joins along the first axis: shapes are vectors. */
export function join(parts: readonly Known[], axis: number): Known | undefined {
  if (axis !== 0 && parts.some((part) => part.shape.length !== 1)) return undefined;
  const values = parts.flatMap((part) => part.values);
  const shape = [parts.reduce((sum, part) => sum + part.shape[0], 0), ...parts[0].shape.slice(1)];
  return { shape, values, whole: parts.every((part) => part.whole) };
}

/** Reduces all axes of a vector. */
export function reduceAll(x: Known, keepAxes: boolean, combine: (a: number, b: number) => number): Known {
  return { shape: keepAxes ? x.shape.map(() => 1) : [], values: [x.values.reduce(combine)], whole: x.whole };
}

/** Numbers from start by step, start included, limit not. */
export function range(start: number, limit: number, step: number): Known | undefined {
  const length = Math.max(0, Math.ceil((limit - start) / step));
  if (!(length <= MOST_KNOWN_VALUES)) return undefined;
  return vector(Array.from({ length }, (_, index) => start + index * step));
}
