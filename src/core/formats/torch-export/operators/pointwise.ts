import type { Activation, TensorId } from '../../../graph/types.ts';
import type { Value } from '../../nodes/context.ts';
import { elementwise } from '../../nodes/known.ts';
import type { AtenArguments } from '../arguments.ts';
import { tensorValue } from './values.ts';
import type { AtenTable } from './values.ts';

const firstOf = (a: AtenArguments): string => (a.has('self') ? 'self' : 'input');

const activation =
  (kind: Activation) =>
  (a: AtenArguments): Value[] =>
    tensorValue(a.context.add('activation', [a.tensor(firstOf(a))], { activation: kind }));

function gelu(a: AtenArguments): Value[] {
  return activation(a.text('approximate', 'none') === 'tanh' ? 'gelu-tanh' : 'gelu')(a);
}

function hardtanh(a: AtenArguments): Value[] {
  const isRelu6 = a.number('min_val', -1) === 0 && a.number('max_val', 1) === 6;
  return isRelu6 ? activation('relu6')(a) : unary('clip')(a);
}

function prelu(a: AtenArguments): Value[] {
  const slope = a.tensor('weight', { role: 'gain' });
  return tensorValue(a.context.add('activation', [a.tensor('self'), slope], { activation: 'leaky-relu' }));
}

const unary =
  (name: string) =>
  (a: AtenArguments): Value[] => {
    const x = firstOf(a);
    return tensorValue(a.context.add('unary', [a.tensor(x)], { function: name }));
  };

/** A number beside a tensor costs what the tensor's elements cost. */
const binary =
  (name: string, kind: 'add' | 'multiply' | 'binary' = 'binary') =>
  (a: AtenArguments): Value[] => {
    const other = a.has('exponent') ? 'exponent' : 'other';
    const isTensor = (argument: string): boolean => a.has(argument) && a.isTensor(argument);
    const [left, right] = [isTensor('self'), isTensor(other)];
    if (left && right) {
      const attributes = kind === 'binary' ? { function: name } : {};
      return tensorValue(a.context.add(kind, [operand(a, 'self', kind), operand(a, other, kind)], attributes));
    }
    return tensorValue(a.context.add('unary', [a.tensor(left ? 'self' : other)], { function: name }));
  };

/** self + value * tensor1 * tensor2, or divided by it. */
function addcmul(a: AtenArguments): Value[] {
  const product = a.context.add('multiply', [operand(a, 'tensor1', 'multiply'), operand(a, 'tensor2', 'multiply')]);
  return tensorValue(a.context.add('add', [operand(a, 'self', 'add'), product]));
}

/** A weight that is multiplied is a gain; one that is added a bias, or a table of positions. */
function operand(a: AtenArguments, name: string, kind: string): TensorId {
  const isTable = a.shape(name).filter((extent) => extent > 1).length > 1;
  return a.tensor(name, { role: kind === 'multiply' ? 'gain' : isTable ? 'position' : 'bias' });
}

function where(a: AtenArguments): Value[] {
  const given = ['condition', 'self', 'other'].filter((name) => a.has(name) && a.isTensor(name));
  const inputs = given.map((name) => a.tensor(name));
  while (inputs.length < 3) inputs.push(a.context.add('generate', [], { shape: [], function: 'constant' }));
  return tensorValue(a.context.add('select', inputs));
}

function maskedFill(a: AtenArguments): Value[] {
  const filler = a.context.add('generate', [], { shape: [], function: 'constant' });
  return tensorValue(a.context.add('select', [a.tensor('mask'), filler, a.tensor('self')]));
}

function glu(a: AtenArguments): Value[] {
  const shape = a.shape('self');
  const axis = a.axis('dim', shape.length, -1);
  const half = shape[axis] / 2;
  const [x, gate] = a.context.addAll('split', [a.tensor('self')], { axis, sizes: [half, half] });
  const open = a.context.add('activation', [gate], { activation: 'sigmoid' });
  return tensorValue(a.context.add('multiply', [x, open]));
}

function softmax(a: AtenArguments): Value[] {
  return tensorValue(a.context.add('softmax', [a.tensor('self')], { axis: a.axis('dim', a.shape('self').length, -1) }));
}

/** Arithmetic of symbols: sizes of free axes. */
const symbolic =
  (compute: (x: number, y: number) => number) =>
  (a: AtenArguments): Value[] => {
    const names = Object.keys(a.context.node.attributes);
    const [x, y] = names.map((name) => ({ shape: [], values: [a.number(name, 0)], whole: true }));
    return [{ known: elementwise([x, y ?? x], compute) }];
  };

const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  relu: 'relu',
  relu6: 'relu6',
  silu: 'silu',
  sigmoid: 'sigmoid',
  tanh: 'tanh',
  hardswish: 'hard-swish',
  hardsigmoid: 'hard-sigmoid',
  leaky_relu: 'leaky-relu',
  elu: 'elu',
  celu: 'elu',
  selu: 'selu',
  softplus: 'softplus',
  mish: 'mish',
  log_sigmoid: 'sigmoid',
};

const UNARY =
  'exp exp2 expm1 log log2 log1p sqrt rsqrt reciprocal abs neg sign square sin cos tan erf floor ceil round clamp clamp_min clamp_max pow_scalar bitwise_not logical_not isnan isinf cumsum cumprod cummax cummin logcumsumexp triu tril softsign tanhshrink hardshrink softshrink nan_to_num rsub zero fill roll flip frac trunc sinh cosh asin acos atan threshold sinc erfc log10 logit digamma lgamma sgn asinh acosh atanh rad2deg deg2rad renorm';

const BINARY =
  'sub div pow maximum minimum eq ne lt le gt ge logical_and logical_or logical_xor bitwise_and bitwise_or floor_divide remainder fmod atan2 float_power hypot xlogy bitwise_xor __and__ __or__ __xor__ copysign';

const entries = (names: string, make: (name: string) => (a: AtenArguments) => Value[]): AtenTable =>
  Object.fromEntries(names.split(' ').map((name) => [name, make(name)]));

export const POINTWISE: AtenTable = {
  ...Object.fromEntries(Object.entries(ACTIVATIONS).map(([name, kind]) => [name, activation(kind)])),
  ...entries(UNARY, unary),
  ...entries(BINARY, (name) => binary(name)),
  gelu,
  hardtanh,
  prelu,
  glu,
  add: binary('add', 'add'),
  mul: binary('multiply', 'multiply'),
  addcmul,
  addcdiv: addcmul,
  where,
  masked_fill: maskedFill,
  softmax,
  _softmax: softmax,
  log_softmax: softmax,
  _log_softmax: softmax,
  add_symbol: symbolic((x, y) => x + y),
  mul_symbol: symbolic((x, y) => x * y),
  sub_symbol: symbolic((x, y) => x - y),
  floordiv_symbol: symbolic((x, y) => Math.floor(x / y)),
  mod_symbol: symbolic((x, y) => x % y),
};
