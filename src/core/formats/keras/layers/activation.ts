import type { Activation, TensorId } from '../../../graph/types.ts';
import type { JsonCursor } from '../../json/cursor.ts';
import type { Call } from '../call.ts';
import type { Lower } from '../call.ts';

/** Keras's names of the activations that the graph knows; `relu` of a bounded ReLU layer is `relu6` at 6. */
const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  relu: 'relu',
  relu6: 'relu6',
  gelu: 'gelu',
  silu: 'silu',
  swish: 'silu',
  tanh: 'tanh',
  sigmoid: 'sigmoid',
  hard_sigmoid: 'hard-sigmoid',
  hard_silu: 'hard-swish',
  hard_swish: 'hard-swish',
  leaky_relu: 'leaky-relu',
  elu: 'elu',
  selu: 'selu',
  softplus: 'softplus',
  mish: 'mish',
};

/** Those that keep the shape and are named for people alone. */
const OTHERS = new Set([
  'celu',
  'exponential',
  'hard_shrink',
  'hard_tanh',
  'log_sigmoid',
  'soft_shrink',
  'softsign',
  'sparse_plus',
  'sparse_sigmoid',
  'sparsemax',
  'squareplus',
  'tanh_shrink',
  'threshold',
]);

/** The activation that the configuration names, on a tensor. */
export function activate(call: Call, x: TensorId, key = 'activation'): TensorId {
  const named = call.config.find(key);
  if (named === undefined) return x;
  return named.isObject && !isFunction(named) ? activationLayer(call, named, x) : activation(call, nameOf(named), x);
}

const isFunction = (cursor: JsonCursor): boolean => typeof cursor.find('config')?.value === 'string';

const nameOf = (cursor: JsonCursor): string => (cursor.isObject ? cursor.get('config') : cursor).string();

/** An activation that is written as a layer, such as LeakyReLU with its slope. */
function activationLayer(call: Call, layer: JsonCursor, x: TensorId): TensorId {
  const name = layer.get('class_name').string();
  if (Object.hasOwn(WITHOUT_WEIGHTS, name)) return call.add('activation', [x], { activation: WITHOUT_WEIGHTS[name] });
  throw call.refusal(`the activation ${name} of ${call.className} is not known`, 'Make it a layer of its own.');
}

const WITHOUT_WEIGHTS: Readonly<Record<string, Activation>> = { ReLU: 'relu', LeakyReLU: 'leaky-relu', ELU: 'elu' };

/** An activation by Keras's name. */
export function activation(call: Call, name: string, x: TensorId): TensorId {
  if (name === 'linear') return x;
  if (name === 'softmax') return call.add('softmax', [x]);
  if (name === 'log_softmax') return call.add('unary', [x], { function: name });
  if (name === 'exponential') return call.add('unary', [x], { function: 'exp' });
  if (name === 'leaky_relu') return call.add('activation', [x], { activation: 'leaky-relu', slope: KERAS_SLOPE });
  if (name === 'glu') return gatedLinear(call, x, -1);
  if (Object.hasOwn(ACTIVATIONS, name)) return call.add('activation', [x], { activation: ACTIVATIONS[name] });
  if (OTHERS.has(name)) return call.add('unary', [x], { function: name });
  throw call.refusal(`the activation '${name}' is not one of Keras's`, 'Use an activation of keras.activations.');
}

/** One half of an axis times the sigmoid of the other. */
export function gatedLinear(call: Call, x: TensorId, axis: number): TensorId {
  const shape = call.shapeOf(x);
  const at = call.axis(axis, shape.length);
  const [left, right] = call.addAll('split', [x], { axis: at, sizes: [shape[at] / 2, shape[at] / 2] });
  return call.add('multiply', [left, call.add('activation', [right], { activation: 'sigmoid' })]);
}

/** Slope below zero of keras.activations.leaky_relu. */
const KERAS_SLOPE = 0.2;

/** ReLU with a slope below zero, a largest value, or another threshold than zero: that one is a function for people alone. */
const relu: Lower = (call) => {
  const number = (key: string): number | undefined => {
    const found = call.config.find(key);
    return found === undefined || found.value === null ? undefined : found.number();
  };
  const [bound, slope, threshold] = [number('max_value'), number('negative_slope') ?? 0, number('threshold') ?? 0];
  if (threshold !== 0) return call.add('unary', [call.x], { function: 'relu from a threshold' });
  if (slope !== 0) {
    const y = call.add('activation', [call.x], { activation: 'leaky-relu', slope });
    return bound === undefined ? y : call.add('unary', [y], { function: 'clip', maximum: bound });
  }
  if (bound === undefined || bound === 6)
    return call.add('activation', [call.x], { activation: bound === 6 ? 'relu6' : 'relu' });
  return call.add('unary', [call.x], { function: 'clip', minimum: 0, maximum: bound });
};

/** The slope is called alpha in Keras 2. */
const leakyRelu: Lower = (call) => {
  const slope = (call.config.find('negative_slope') ?? call.config.find('alpha'))?.number() ?? 0.3;
  return call.add('activation', [call.x], { activation: 'leaky-relu', slope });
};

const elu: Lower = (call) => {
  const alpha = call.config.find('alpha')?.number() ?? 1;
  return alpha === 1
    ? call.add('activation', [call.x], { activation: 'elu' })
    : call.add('unary', [call.x], { function: 'elu with an alpha' });
};

/** A slope of its own for each value, shared along some axes (counted without the batch from 1). */
const prelu: Lower = (call) => {
  const shared = new Set(call.config.find('shared_axes')?.integers({ min: 1 }) ?? []);
  const shape = call.shape.slice(1).map((extent, index) => (shared.has(index + 1) ? 1 : extent));
  return call.add('binary', [call.x, call.weight('alpha', shape, { role: 'gain' })], { function: 'prelu' });
};

const softmax: Lower = (call) => {
  const axis = call.config.find('axis');
  const last = axis === undefined || axis.isArray || call.axis(axis.integer()) === call.shape.length - 1;
  return call.add('softmax', [call.x], last ? {} : { axis: axis.integer() });
};

/** A layer that computes nothing still stands in the graph. */
const shown = (call: Call, y: TensorId): TensorId =>
  y === call.x ? call.add('unary', [y], { function: 'identity' }) : y;

export const ACTIVATION_LAYERS: Readonly<Record<string, Lower>> = {
  Activation: (call) => shown(call, activate(call, call.x)),
  ReLU: relu,
  LeakyReLU: leakyRelu,
  ELU: elu,
  ThresholdedReLU: (call) => call.add('unary', [call.x], { function: 'threshold' }),
  PReLU: prelu,
  Softmax: softmax,
};
