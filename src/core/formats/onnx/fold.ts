import { sizeOf } from '../../graph/shapes.ts';
import { MOST_KNOWN_VALUES, elementwise, join, permuted, pick, range, reduceAll, vector } from '../nodes/known.ts';
import type { Known } from '../nodes/known.ts';
import type { OnnxArguments } from './arguments.ts';
import { isFloat } from './data-types.ts';

type Fold = (a: OnnxArguments, inputs: readonly Known[]) => Known | undefined;

const compute =
  (f: (...values: number[]) => number): Fold =>
  (_, inputs) =>
    elementwise(inputs, f);

/** Whole numbers are divided towards zero. */
const divide: Fold = (_, inputs) => {
  const whole = inputs.every((input) => input.whole);
  return elementwise(inputs, (x, y) => (whole ? Math.trunc(x / y) : x / y));
};

const truth = (f: (x: number, y: number) => boolean): Fold => compute((x, y) => Number(f(x, y)));

const withShape = (x: Known, shape: readonly number[]): Known | undefined =>
  sizeOf(shape) === x.values.length ? { ...x, shape } : undefined;

const axesOf = (a: OnnxArguments, inputs: readonly Known[]): readonly number[] | undefined =>
  a.list('axes') ?? inputs[1]?.values;

const squeeze: Fold = (a, inputs) => {
  const [x] = inputs;
  const axes = axesOf(a, inputs)?.map((axis) => (axis < 0 ? axis + x.shape.length : axis));
  return withShape(
    x,
    x.shape.filter((extent, axis) => (axes ? !axes.includes(axis) : extent !== 1)),
  );
};

const unsqueeze: Fold = (a, inputs) => {
  const [x] = inputs;
  const axes = axesOf(a, inputs) ?? [];
  const shape = [...x.shape];
  const rank = shape.length + axes.length;
  for (const axis of axes.map((given) => (given < 0 ? given + rank : given)).toSorted((p, q) => p - q))
    shape.splice(axis, 0, 1);
  return withShape(x, shape);
};

const reshape: Fold = (_, [x, target]) => {
  const filled = target.values.map((extent, axis) => (extent === 0 ? x.shape[axis] : extent));
  const rest = filled.reduce((product, extent) => (extent < 0 ? product : product * extent), 1);
  return withShape(
    x,
    filled.map((extent) => (extent < 0 ? x.values.length / rest : extent)),
  );
};

/** Along one axis, forwards or backwards. */
const slice: Fold = (a, inputs) => {
  const [x] = inputs;
  const start = (a.list('starts') ?? inputs[1]?.values)?.[0];
  const end = (a.list('ends') ?? inputs[2]?.values)?.[0];
  const axes = a.list('axes') ?? inputs[3]?.values ?? [0];
  const step = inputs[4]?.values[0] ?? 1;
  if (axes.length !== 1 || start === undefined || end === undefined) return undefined;
  const axis = axes[0] < 0 ? axes[0] + x.shape.length : axes[0];
  const n = x.shape[axis];
  const place = (value: number, low: number, high: number): number =>
    Math.min(high, Math.max(low, value < 0 ? value + n : value));
  const places: number[] = [];
  if (step > 0) for (let i = place(start, 0, n); i < place(end, 0, n); i += step) places.push(i);
  else for (let i = place(start, 0, n - 1); i > (end < -n ? -1 : place(end, -1, n - 1)); i += step) places.push(i);
  return pick(x, axis, vector(places));
};

/** As exporters turn the pairs of a padding around. */
const transpose: Fold = (a, [x]) => {
  const permutation = a.list('perm') ?? x.shape.map((_, axis) => x.shape.length - 1 - axis);
  return permuted(x, permutation);
};

const filled = (shape: readonly number[], value: number, whole: boolean): Known | undefined => {
  const size = sizeOf(shape);
  return size <= MOST_KNOWN_VALUES ? { shape, values: Array.from({ length: size }, () => value), whole } : undefined;
};

const constantOfShape: Fold = (a, [shape]) => {
  const value = a.known('value');
  return filled(shape.values, value?.values[0] ?? 0, value?.whole ?? false);
};

const expand: Fold = (_, [x, shape]) => {
  const ones = filled(shape.values, 1, true);
  return ones && elementwise([x, ones], (value) => value);
};

/** Whole types cut fractions off. */
const cast: Fold = (a, [x]) => {
  const isFraction = isFloat(a.int('to', 7));
  return { ...x, whole: !isFraction, values: isFraction ? x.values : x.values.map(Math.trunc) };
};

const keeps = (a: OnnxArguments): boolean => a.int('keepdims', 1) !== 0;

/** What exporters compute shapes with. */
const FOLDS: Readonly<Record<string, Fold>> = {
  Add: compute((x, y) => x + y),
  Sub: compute((x, y) => x - y),
  Mul: compute((x, y) => x * y),
  Div: divide,
  Mod: compute((x, y) => x - y * Math.floor(x / y)),
  Neg: compute((x) => -x),
  Abs: compute(Math.abs),
  Floor: compute(Math.floor),
  Ceil: compute(Math.ceil),
  Sqrt: compute(Math.sqrt),
  Not: compute((x) => Number(x === 0)),
  Equal: truth((x, y) => x === y),
  Less: truth((x, y) => x < y),
  LessOrEqual: truth((x, y) => x <= y),
  Greater: truth((x, y) => x > y),
  GreaterOrEqual: truth((x, y) => x >= y),
  And: truth((x, y) => x !== 0 && y !== 0),
  Or: truth((x, y) => x !== 0 || y !== 0),
  Where: compute((condition, x, y) => (condition !== 0 ? x : y)),
  Max: compute(Math.max),
  Min: compute(Math.min),
  Reciprocal: compute((x) => 1 / x),
  Identity: (_, [x]) => x,
  Cast: cast,
  Gather: (a, [table, indices]) => pick(table, a.int('axis', 0), indices),
  Concat: (a, inputs) => join(inputs, a.int('axis', 0)),
  Slice: slice,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Reshape: reshape,
  Transpose: transpose,
  Flatten: (_, [x]) => withShape(x, [1, x.values.length]),
  ConstantOfShape: constantOfShape,
  Expand: expand,
  Range: (_, [start, limit, step]) => range(start.values[0], limit.values[0], step.values[0]),
  ReduceProd: (a, [x]) => reduceAll(x, keeps(a), (p, q) => p * q),
  ReduceSum: (a, [x]) => (x.shape.length <= 1 ? reduceAll(x, keeps(a), (p, q) => p + q) : undefined),
  ReduceMax: (a, [x]) => (x.shape.length <= 1 ? reduceAll(x, keeps(a), Math.max) : undefined),
  ReduceMin: (a, [x]) => (x.shape.length <= 1 ? reduceAll(x, keeps(a), Math.min) : undefined),
};

/** Inputs without which a node means nothing; one where it is not said. */
const FEWEST: Readonly<Record<string, number>> = {
  Gather: 2,
  Reshape: 2,
  Expand: 2,
  Range: 3,
  Add: 2,
  Sub: 2,
  Mul: 2,
  Div: 2,
};

/** The numbers that a node gives, where all of its inputs are known and it is of the kind that shapes are computed with. */
export function fold(a: OnnxArguments): Known | undefined {
  const { node } = a.context;
  const computes = Object.hasOwn(FOLDS, node.type) ? FOLDS[node.type] : undefined;
  if (!computes || node.overrides) return undefined;
  const inputs: Known[] = [];
  for (const [index, name] of node.inputs.entries()) {
    const known = name ? a.context.known(index) : undefined;
    if (!known || known.values.length > MOST_KNOWN_VALUES) return undefined;
    inputs.push(known);
  }
  return inputs.length >= (FEWEST[node.type] ?? 1) ? computes(a, inputs) : undefined;
}
