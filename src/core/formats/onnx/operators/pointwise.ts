import type { Activation, TensorId } from '../../../graph/types.ts';
import type { Value } from '../../nodes/context.ts';
import { scalar, vector } from '../../nodes/known.ts';
import { sizeOf } from '../../../graph/shapes.ts';
import type { OnnxArguments } from '../arguments.ts';
import { tensorValue } from './values.ts';
import type { OnnxTable } from './values.ts';

const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  Relu: 'relu',
  Selu: 'selu',
  Sigmoid: 'sigmoid',
  Tanh: 'tanh',
  HardSwish: 'hard-swish',
  Softplus: 'softplus',
  Mish: 'mish',
};

const activation =
  (kind: Activation) =>
  (a: OnnxArguments): Value[] => {
    const inputs = a.has(1) ? [a.tensor(0), a.tensor(1, { role: 'gain' })] : [a.tensor(0)];
    return tensorValue(a.context.add('activation', inputs, { activation: kind }));
  };

const gelu = (a: OnnxArguments): Value[] =>
  activation(a.text('approximate', 'none') === 'tanh' ? 'gelu-tanh' : 'gelu')(a);

/** x where positive, else times a slope for each channel, which may come along the last axes. */
const prelu = (a: OnnxArguments): Value[] =>
  tensorValue(a.context.add('activation', [a.tensor(0), a.tensor(1, { role: 'gain' })], { activation: 'leaky-relu' }));

const leakyRelu = (a: OnnxArguments): Value[] =>
  tensorValue(a.context.add('activation', [a.tensor(0)], { activation: 'leaky-relu', slope: a.int('alpha', 0.01) }));

/** The activation, or where its number is another one a function that people see. */
const elu = (a: OnnxArguments): Value[] => (a.int('alpha', 1) === 1 ? activation('elu') : unary)(a);

/** x sigmoid(alpha x) */
const swish =
  (fallback: number) =>
  (a: OnnxArguments): Value[] => {
    const alpha = a.int('alpha', fallback);
    if (alpha === 1) return activation('silu')(a);
    const x = a.tensor(0);
    const gate = a.context.add('activation', [a.context.add('scale', [x], { alpha })], { activation: 'sigmoid' });
    return tensorValue(a.context.add('multiply', [x, gate]));
  };

/** max(0, min(1, alpha x + beta)); PyTorch's and Keras' have a sixth and a half. */
function hardSigmoid(a: OnnxArguments): Value[] {
  const [alpha, beta] = [a.int('alpha', 0.2), a.int('beta', 0.5)];
  if (Math.abs(alpha - 1 / 6) < 1e-6 && beta === 0.5) return activation('hard-sigmoid')(a);
  const moved = a.context.add('unary', [a.context.add('scale', [a.tensor(0)], { alpha })], {
    function: 'add',
    value: beta,
  });
  return tensorValue(a.context.add('unary', [moved], { function: 'clip', minimum: 0, maximum: 1 }));
}

/** Clip to [0, 6] is relu6. */
function clip(a: OnnxArguments): Value[] {
  const bounds = [1, 2].map((index) => (a.has(index) ? a.context.known(index)?.values[0] : undefined));
  const [low, high] = [a.int('min', bounds[0] ?? -Infinity), a.int('max', bounds[1] ?? Infinity)];
  const kind = low === 0 && high === 6 ? 'activation' : 'unary';
  const attributes =
    kind === 'activation' ? { activation: 'relu6' as const } : { function: 'clip', minimum: low, maximum: high };
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

function meanOf(a: OnnxArguments): Value[] {
  const [sum] = binary('add')(a) as [{ tensor: TensorId }];
  const count = a.context.node.inputs.length;
  return count === 1 ? [sum] : tensorValue(a.context.add('scale', [sum.tensor], { alpha: 1 / count }));
}

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

function range(a: OnnxArguments): Value[] {
  const [start, limit, step] = [0, 1, 2].map((index) => a.context.numbers(index, 'the range')[0]);
  const shape = [Math.max(0, Math.ceil((limit - start) / step))];
  return tensorValue(a.context.add('generate', [], { shape, function: 'range', starts: [start], steps: [step] }));
}

function constantOfShape(a: OnnxArguments): Value[] {
  const [value] = a.known('value')?.values ?? [0];
  const shape = a.context.numbers(0, 'the shape');
  return tensorValue(a.context.add('generate', [], { shape, function: 'ConstantOfShape', values: [value] }));
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
    'Softsign ThresholdedRelu Exp Log Sqrt Reciprocal Abs Neg Sign Erf Floor Ceil Round Not Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh IsNaN IsInf CumSum Trilu LRN LpNormalization MeanVarianceNormalization QuantizeLinear BitwiseNot Shrink ScatterElements ScatterND ReverseSequence',
    unary,
  ),
  ...names(
    'Sub Div Pow Equal Less LessOrEqual Greater GreaterOrEqual And Or Xor Mod BitShift BitwiseAnd BitwiseOr BitwiseXor Max Min',
    binary('binary'),
  ),
  Add: binary('add'),
  Sum: binary('add'),
  Mean: meanOf,
  Mul: binary('multiply'),
  Gelu: gelu,
  PRelu: prelu,
  LeakyRelu: leakyRelu,
  Elu: elu,
  Celu: elu,
  Swish: swish(1),
  'com.microsoft.QuickGelu': swish(1.702),
  HardSigmoid: hardSigmoid,
  'com.microsoft.Gelu': gelu,
  'com.microsoft.FastGelu': gelu,
  Clip: clip,
  Where: where,
  Shape: shapeValue,
  Size: (a) => [{ known: scalar(sizeOf(a.shape(0))) }],
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Range: range,
  RandomNormalLike: generated((a) => a.shape(0)),
  RandomUniformLike: generated((a) => a.shape(0)),
  RandomNormal: generated((a) => a.list('shape') ?? []),
  RandomUniform: generated((a) => a.list('shape') ?? []),
  EyeLike: generated((a) => a.shape(0)),
  OneHot: generated(oneHot),
  GatherElements: (a) => tensorValue(a.context.picked(0, a.shape(1))),
  GatherND: generated(gatherND),
};
