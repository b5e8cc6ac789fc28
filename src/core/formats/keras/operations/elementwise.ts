import type { Activation, Attributes, TensorId } from '../../../graph/types.ts';
import { tensorsOf } from '../argument.ts';
import type { Call } from '../call.ts';
import type { Lower } from '../call.ts';
import { gatedLinear } from '../layers/activation.ts';

const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  Elu: 'elu',
  Gelu: 'gelu',
  HardSigmoid: 'hard-sigmoid',
  HardSilu: 'hard-swish',
  HardSwish: 'hard-swish',
  LeakyRelu: 'leaky-relu',
  Relu: 'relu',
  Relu6: 'relu6',
  Selu: 'selu',
  Sigmoid: 'sigmoid',
  Silu: 'silu',
  Softplus: 'softplus',
  Swish: 'silu',
  Tanh: 'tanh',
};

/** Of one tensor, shape kept. */
const UNARY =
  `Abs Absolute AffineTransform Angle Arccos Arccosh Arcsin Arcsinh Arctan Arctanh BitwiseInvert BitwiseNot Cast Cbrt Ceil Celu
  Clip Conj Conjugate Copy Cos Cosh Cumprod Cumsum Deg2rad Digamma Erf Erfc Erfinv Exp Exp2 Expm1 Fabs Flip Floor Gammaln
  HardShrink HardTanh Identity Imag Isfinite Isinf Isnan Isneginf Isposinf Lgamma Log Log10 Log1p Log2 LogSigmoid LogSoftmax
  LogicalNot Logit NanToNum Negative OnesLike Positive Rad2deg Real Reciprocal Roll Round Rsqrt SaturateCast Sign Signbit Sin
  Sinc Sinh SoftShrink Softsign SparsePlus SparseSigmoid Sparsemax Sort Sqrt Square Squareplus StopGradient Tan TanhShrink
  Threshold Tril Triu Trunc ZerosLike Argsort FullLike Normalize Cholesky CholeskyInverse ConvertToTensor Digitize ElasticTransform
  EmptyLike Fliplr Flipud GaussianBlur HSVToRGB I0 Inv Isreal Nancumprod Nancumsum PerspectiveTransform RGBToHSV ScatterUpdate SliceUpdate`.split(
    /\s+/,
  );

/** Of two tensors, or of one and a number, under NumPy's broadcasting. */
const BINARY =
  `Arctan2 BinaryCrossentropy BitwiseAnd BitwiseLeftShift BitwiseOr BitwiseRightShift BitwiseXor Divide DivideNoNan Equal Fmax Fmin Fmod FloorDivide Greater GreaterEqual Heaviside
  Gcd Hypot Isclose Lcm Ldexp LeftShift Less LessEqual Logaddexp Logaddexp2 LogicalAnd LogicalOr LogicalXor Maximum Minimum Mod Nextafter NotEqual Polar Power
  RightShift Subtract TrueDivide`.split(/\s+/);

/** The tensors among the first arguments; numbers drop out. */
const operands = (call: Call, names: readonly string[]): TensorId[] =>
  names.flatMap((name, index) => tensorsOf(call.argument(index, name)));

const unary: Lower = (call) => call.add('unary', [operands(call, ['x'])[0] ?? call.x], { function: call.className });

function numberAt(call: Call, index: number, name: string): number | undefined {
  const argument = call.argument(index, name);
  return typeof argument === 'number' ? argument : undefined;
}

/** The number among the first two arguments, and whether it is the first. */
function numberOf(call: Call): Pick<Attributes, 'value' | 'reverse'> {
  const [first, second] = [numberAt(call, 0, 'x1'), numberAt(call, 1, 'x2')];
  if (second !== undefined) return { value: second };
  return first === undefined ? {} : { value: first, reverse: true };
}

/** With a number in place of a tensor it works on the other alone. */
const binary =
  (kind: 'add' | 'multiply' | 'binary'): Lower =>
  (call) => {
    const [a, b] = operands(call, ['x1', 'x2']);
    if (a === undefined) throw call.refusal(`${call.className} wants a tensor`);
    if (b === undefined) return call.add('unary', [a], { function: call.className, ...numberOf(call) });
    return call.add(kind, [a, b], kind === 'binary' ? { function: call.className } : {});
  };

const where: Lower = (call) => {
  const [condition, ...values] = operands(call, ['condition', 'x1', 'x2']);
  if (condition === undefined) throw call.refusal('Where wants a tensor');
  if (values.length === 2) return call.add('select', [condition, ...values], { function: 'where' });
  return values.length === 1
    ? call.add('binary', [condition, values[0]], { function: 'where' })
    : call.add('unary', [condition], { function: 'where' });
};

const softmax: Lower = (call) => {
  const axis = call.config.find('axis');
  const isLast = axis === undefined || axis.isArray || call.axis(axis.integer()) === call.shape.length - 1;
  return call.add('softmax', [operands(call, ['x'])[0] ?? call.x], isLast ? {} : { axis: axis.integer() });
};

export const ELEMENTWISE_OPERATIONS: Readonly<Record<string, Lower>> = {
  ...Object.fromEntries(UNARY.map((name): [string, Lower] => [name, unary])),
  ...Object.fromEntries(BINARY.map((name): [string, Lower] => [name, binary('binary')])),
  ...Object.fromEntries(
    Object.entries(ACTIVATIONS).map(([name, kind]): [string, Lower] => [
      name,
      (call) => call.add('activation', [call.x], { activation: kind }),
    ]),
  ),
  Add: binary('add'),
  Multiply: binary('multiply'),
  Where: where,
  Softmax: softmax,
  Glu: (call) => gatedLinear(call, call.x, call.config.find('axis')?.integer() ?? -1),
};
