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
  const [minimum, maximum] = [a.number('min_val', -1), a.number('max_val', 1)];
  return minimum === 0 && maximum === 6 ? activation('relu6')(a) : clipped(a, minimum, maximum);
}

const clipped = (a: AtenArguments, minimum: number, maximum: number): Value[] =>
  tensorValue(
    a.context.add('unary', [a.tensor(firstOf(a))], {
      function: 'clamp',
      ...(minimum === -Infinity ? {} : { minimum }),
      ...(maximum === Infinity ? {} : { maximum }),
    }),
  );

/** Between two numbers; tensors as bounds are for people alone. */
function clamp(a: AtenArguments): Value[] {
  const isNumber = (name: string): boolean => !a.has(name) || !a.isTensor(name);
  if (!isNumber('min') || !isNumber('max')) return unary('clamp of tensors')(a);
  return clipped(a, a.number('min', -Infinity), a.number('max', Infinity));
}

function leakyRelu(a: AtenArguments): Value[] {
  const slope = a.number('negative_slope', 0.01);
  return tensorValue(a.context.add('activation', [a.tensor(firstOf(a))], { activation: 'leaky-relu', slope }));
}

/** The activation, or where its numbers are others a function that people see. */
const elu =
  (name: string) =>
  (a: AtenArguments): Value[] =>
    a.number('alpha', 1) === 1 && a.number('scale', 1) === 1 && a.number('input_scale', 1) === 1
      ? activation('elu')(a)
      : unary(name)(a);

const softplus = (a: AtenArguments): Value[] =>
  a.number('beta', 1) === 1 ? activation('softplus')(a) : unary('softplus')(a);

/** One slope for all, or one for each channel of [batch, channels, ...]. */
function prelu(a: AtenArguments): Value[] {
  const slope = a.tensor('weight', { role: 'gain' });
  return tensorValue(a.context.add('activation', [a.tensor('self'), slope], { activation: 'leaky-relu', axis: 1 }));
}

const unary =
  (name: string) =>
  (a: AtenArguments): Value[] => {
    const x = firstOf(a);
    return tensorValue(a.context.add('unary', [a.tensor(x)], { function: name }));
  };

/** Whether an argument is a tensor, or several numbers. */
function isTensor(a: AtenArguments, name: string): boolean {
  if (!a.has(name)) return false;
  return a.isTensor(name) || (a.isInput(name) && a.context.known(a.index(name))?.values.length !== 1);
}

/** A number beside a tensor costs what the tensor's elements cost. The second operand of sums comes times `alpha`. */
const binary =
  (name: string, kind: 'add' | 'multiply' | 'binary' = 'binary') =>
  (a: AtenArguments): Value[] => {
    const other = a.has('exponent') ? 'exponent' : 'other';
    const alpha = a.number('alpha', 1);
    const [left, right] = [isTensor(a, 'self'), isTensor(a, other)];
    if (left && right) {
      const attributes = kind === 'binary' ? { function: name } : {};
      const second = operand(a, other, kind);
      const scaled = alpha === 1 ? second : a.context.add('scale', [second], { alpha });
      return tensorValue(a.context.add(kind, [operand(a, 'self', kind), scaled], attributes));
    }
    const value = left ? a.number(other, 1) * alpha : a.number('self', 1);
    const attributes = { function: name, value, ...(left ? {} : { reverse: true }) };
    return tensorValue(a.context.add('unary', [a.tensor(left ? 'self' : other)], attributes));
  };

/** other - alpha self */
function rsub(a: AtenArguments): Value[] {
  if (isTensor(a, 'other') || a.number('alpha', 1) !== 1) return unary('rsub')(a);
  const attributes = { function: 'sub', value: a.number('other', 1), reverse: true };
  return tensorValue(a.context.add('unary', [a.tensor('self')], attributes));
}

/** self + value * tensor1 * tensor2, or divided by it. */
const addcmul =
  (divides: boolean) =>
  (a: AtenArguments): Value[] => {
    const pair = [operand(a, 'tensor1', 'multiply'), operand(a, 'tensor2', 'multiply')];
    const product = divides ? a.context.add('binary', pair, { function: 'div' }) : a.context.add('multiply', pair);
    const alpha = a.number('value', 1);
    const scaled = alpha === 1 ? product : a.context.add('scale', [product], { alpha });
    return tensorValue(a.context.add('add', [operand(a, 'self', 'add'), scaled]));
  };

/** A weight that is multiplied is a gain; one that is added a bias, or a table of positions. */
function operand(a: AtenArguments, name: string, kind: string): TensorId {
  const isTable = a.shape(name).filter((extent) => extent > 1).length > 1;
  return a.tensor(name, { role: kind === 'multiply' ? 'gain' : isTable ? 'position' : 'bias' });
}

function where(a: AtenArguments): Value[] {
  const inputs = ['condition', 'self', 'other'].map((name) =>
    a.has(name) && a.isInput(name) ? a.tensor(name) : a.context.constant({ shape: [], values: [a.number(name, 0)] }),
  );
  return tensorValue(a.context.add('select', inputs));
}

function maskedFill(a: AtenArguments): Value[] {
  const filler =
    a.has('value') && a.isInput('value')
      ? a.tensor('value')
      : a.context.constant({ shape: [], values: [a.number('value', 0)] });
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

/** Over the last axis as a function of its own, over another one as the logarithm of a softmax. */
function logSoftmax(a: AtenArguments): Value[] {
  const rank = a.shape('self').length;
  if (a.axis('dim', rank, -1) === rank - 1) return unary('log_softmax')(a);
  const [{ tensor }] = softmax(a) as [{ tensor: TensorId }];
  return tensorValue(a.context.add('unary', [tensor], { function: 'log' }));
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
  selu: 'selu',
  mish: 'mish',
};

const UNARY =
  'exp exp2 expm1 log log2 log1p sqrt rsqrt reciprocal abs neg sign square sin cos tan erf floor ceil round bitwise_not logical_not isnan isinf cumsum cumprod cummax cummin logcumsumexp triu tril softsign tanhshrink hardshrink softshrink nan_to_num log_sigmoid zero fill roll flip frac trunc sinh cosh asin acos atan threshold sinc erfc log10 logit digamma lgamma sgn asinh acosh atanh rad2deg deg2rad renorm';

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
  addcmul: addcmul(false),
  addcdiv: addcmul(true),
  leaky_relu: leakyRelu,
  elu: elu('elu'),
  celu: elu('celu'),
  softplus,
  clamp,
  clamp_min: clamp,
  clamp_max: clamp,
  pow_scalar: binary('pow'),
  rsub,
  where,
  masked_fill: maskedFill,
  softmax,
  _softmax: softmax,
  log_softmax: logSoftmax,
  _log_softmax: logSoftmax,
  add_symbol: symbolic((x, y) => x + y),
  mul_symbol: symbolic((x, y) => x * y),
  sub_symbol: symbolic((x, y) => x - y),
  floordiv_symbol: symbolic((x, y) => Math.floor(x / y)),
  mod_symbol: symbolic((x, y) => x % y),
};
