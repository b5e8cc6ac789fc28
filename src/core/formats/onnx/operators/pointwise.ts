import type { Activation, TensorId } from '../../../graph/types.ts';
import type { Value } from '../../nodes/context.ts';
import { scalar, vector } from '../../nodes/known.ts';
import { sizeOf } from '../../../graph/shapes.ts';
import type { OnnxArguments } from '../arguments.ts';
import { tensorValue } from './values.ts';
import type { OnnxTable } from './values.ts';

const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  Relu: 'relu',
  LeakyRelu: 'leaky-relu',
  PRelu: 'leaky-relu',
  ThresholdedRelu: 'relu',
  Elu: 'elu',
  Celu: 'elu',
  Selu: 'selu',
  Sigmoid: 'sigmoid',
  Tanh: 'tanh',
  HardSigmoid: 'hard-sigmoid',
  HardSwish: 'hard-swish',
  Softplus: 'softplus',
  Softsign: 'tanh',
  Mish: 'mish',
  Swish: 'silu',
  'com.microsoft.QuickGelu': 'silu',
};

const activation =
  (kind: Activation) =>
  (a: OnnxArguments): Value[] => {
    const inputs = a.has(1) ? [a.tensor(0), a.tensor(1, { role: 'gain' })] : [a.tensor(0)];
    return tensorValue(a.context.add('activation', inputs, { activation: kind }));
  };

const gelu = (a: OnnxArguments): Value[] =>
  activation(a.text('approximate', 'none') === 'tanh' ? 'gelu-tanh' : 'gelu')(a);

/** Clip to [0, 6] is relu6. */
function clip(a: OnnxArguments): Value[] {
  const bounds = [1, 2].map((index) => (a.has(index) ? a.context.known(index)?.values[0] : undefined));
  const [low, high] = [a.int('min', bounds[0] ?? -Infinity), a.int('max', bounds[1] ?? Infinity)];
  const kind = low === 0 && high === 6 ? 'activation' : 'unary';
  const attributes = kind === 'activation' ? { activation: 'relu6' as const } : { function: 'clip' };
  return tensorValue(a.context.add(kind, [a.tensor(0)], attributes));
}

const unary = (a: OnnxArguments): Value[] =>
  tensorValue(a.context.add('unary', [a.tensor(0)], { function: a.context.node.type.toLowerCase() }));

/** A weight that is multiplied is a gain; one that is added a bias, or a table of positions. */
function operand(a: OnnxArguments, index: number, kind: string): TensorId {
  const isTable = a.shape(index).filter((extent) => extent > 1).length > 1;
  return a.tensor(index, { role: kind === 'multiply' ? 'gain' : isTable ? 'position' : 'bias' });
}

const binary =
  (kind: 'add' | 'multiply' | 'binary') =>
  (a: OnnxArguments): Value[] => {
    const attributes = kind === 'binary' ? { function: a.context.node.type.toLowerCase() } : {};
    const inputs = a.context.node.inputs.map((_, index) => operand(a, index, kind));
    const [first, ...rest] = inputs;
    return tensorValue(rest.reduce((x, y) => a.context.add(kind, [x, y], attributes), first));
  };

const where = (a: OnnxArguments): Value[] =>
  tensorValue(a.context.add('select', [a.tensor(0), a.tensor(1), a.tensor(2)]));

const shapeValue = (a: OnnxArguments): Value[] => {
  const shape = a.shape(0);
  return [{ known: vector(shape.slice(a.int('start', 0), a.int('end', shape.length))) }];
};

function constant(a: OnnxArguments): Value[] {
  const known = a.known('value');
  if (known && known.values.length === sizeOf(known.shape)) return [{ known }];
  if (known) return tensorValue(a.context.add('generate', [], { shape: known.shape, function: 'constant' }));
  const single = a.context.node.attributes.value_int ?? a.context.node.attributes.value_float;
  if (typeof single === 'number') return [{ known: scalar(single) }];
  const several = a.list('value_ints') ?? a.list('value_floats');
  if (several) return [{ known: vector(several) }];
  throw a.context.refusal('it holds a sparse tensor or texts');
}

const generated =
  (shapeOf: (a: OnnxArguments) => readonly number[]) =>
  (a: OnnxArguments): Value[] =>
    tensorValue(a.context.add('generate', [], { shape: shapeOf(a), function: a.context.node.type }));

function range(a: OnnxArguments): number[] {
  const [start, limit, step] = [0, 1, 2].map((index) => a.context.numbers(index, 'the range')[0]);
  return [Math.max(0, Math.ceil((limit - start) / step))];
}

function oneHot(a: OnnxArguments): number[] {
  const shape = [...a.shape(0)];
  const [depth] = a.context.numbers(1, 'the number of classes');
  const axis = a.int('axis', -1);
  shape.splice(axis < 0 ? axis + shape.length + 1 : axis, 0, depth);
  return shape;
}

/** Rows named by whole index tuples: the last axis of the indices counts off leading axes. */
function gatherND(a: OnnxArguments): number[] {
  const [data, indices] = [a.shape(0), a.shape(1)];
  const batch = a.int('batch_dims', 0);
  return [...indices.slice(0, -1), ...data.slice(batch + indices.at(-1)!)];
}

const names = (text: string, make: (a: OnnxArguments) => Value[]): OnnxTable =>
  Object.fromEntries(text.split(' ').map((name) => [name, make]));

export const POINTWISE: OnnxTable = {
  ...Object.fromEntries(Object.entries(ACTIVATIONS).map(([name, kind]) => [name, activation(kind)])),
  ...names(
    'Exp Log Sqrt Reciprocal Abs Neg Sign Erf Floor Ceil Round Not Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh IsNaN IsInf CumSum Trilu LRN LpNormalization MeanVarianceNormalization QuantizeLinear BitwiseNot Shrink ScatterElements ScatterND ReverseSequence',
    unary,
  ),
  ...names(
    'Sub Div Pow Equal Less LessOrEqual Greater GreaterOrEqual And Or Xor Mod BitShift BitwiseAnd BitwiseOr BitwiseXor Max Min',
    binary('binary'),
  ),
  Add: binary('add'),
  Sum: binary('add'),
  Mean: binary('add'),
  Mul: binary('multiply'),
  Gelu: gelu,
  'com.microsoft.Gelu': gelu,
  'com.microsoft.FastGelu': gelu,
  Clip: clip,
  Where: where,
  Shape: shapeValue,
  Size: (a) => [{ known: scalar(sizeOf(a.shape(0))) }],
  Constant: constant,
  ConstantOfShape: generated((a) => a.context.numbers(0, 'the shape')),
  Range: generated(range),
  RandomNormalLike: generated((a) => a.shape(0)),
  RandomUniformLike: generated((a) => a.shape(0)),
  RandomNormal: generated((a) => a.list('shape') ?? []),
  RandomUniform: generated((a) => a.list('shape') ?? []),
  EyeLike: generated((a) => a.shape(0)),
  OneHot: generated(oneHot),
  GatherElements: (a) => tensorValue(a.context.picked(0, a.shape(1))),
  GatherND: generated(gatherND),
};
