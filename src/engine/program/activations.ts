import type { Attributes } from '../../core/graph/types.ts';
import { IsoflopError } from '../../core/terms/errors.ts';
import type { Emitter } from './emitter.ts';

/** 1 / sqrt(2), and 1 / sqrt(2 pi): the constants of the normal distribution in GELU. */
const INVERSE_ROOT_2 = Math.SQRT1_2;
const NORMAL_DENSITY_0 = 1 / Math.sqrt(2 * Math.PI);
/** GELU's tanh form (Hendrycks and Gimpel 2016): 0.5 x (1 + tanh(k (x + c x^3))). */
const TANH_K = Math.sqrt(2 / Math.PI);
const TANH_C = 0.044715;
/** Slope that turns HardSigmoid into a step: onnxruntime's Sign runs on one thread, this does not. */
const STEP_SLOPE = 3e38;

/** relu6(x + 3) / 6 (Howard et al. 2019, section 5.2). */
const HARD_SIGMOID = { floats: { alpha: 1 / 6, beta: 0.5 } };
/** Slope below zero: PyTorch's default. */
const LEAK = 0.01;
/** Klambauer et al. 2017, equation 14. */
const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

/** The engine runs what its own families need; models that are only analysed and scaled may hold more. */
export const notRunYet = (what: string): IsoflopError =>
  new IsoflopError('unavailable', `the built-in engine does not run ${what}`, {
    hint: 'Train it with a program of your own.',
  });

/** (1 + x) / 2 of x in [-1, 1], which a HardSigmoid gives in one pass. */
const halfPlus = (e: Emitter, x: string): string => e.node('HardSigmoid', [x], { floats: { alpha: 0.5, beta: 0.5 } });

/** Standard normal distribution function; identical nodes of forward and backward pass are merged by onnxruntime. */
const normalCdf = (e: Emitter, x: string): string =>
  halfPlus(e, e.node('Erf', [e.node('Mul', [x, e.scalar(INVERSE_ROOT_2)])]));

function tanhInner(e: Emitter, x: string, square: string): string {
  const factor = e.node('Add', [e.node('Mul', [square, e.scalar(TANH_K * TANH_C)]), e.scalar(TANH_K)]);
  return e.node('Tanh', [e.node('Mul', [x, factor])]);
}

/** y = f(x), written to `output`. */
export function emitActivation(e: Emitter, attributes: Attributes, x: string, output: string): void {
  switch (attributes.activation!) {
    case 'relu':
      e.node('Relu', [x], {}, output);
      return;
    case 'relu2': {
      const r = e.node('Relu', [x]);
      e.node('Mul', [r, r], {}, output);
      return;
    }
    case 'gelu':
      e.node('Mul', [x, normalCdf(e, x)], {}, output);
      return;
    case 'gelu-tanh':
      e.node('Mul', [x, halfPlus(e, tanhInner(e, x, e.node('Mul', [x, x])))], {}, output);
      return;
    case 'silu':
      e.raw({ type: 'QuickGelu', domain: 'com.microsoft', inputs: [x], outputs: [output], floats: { alpha: 1 } });
      return;
    case 'tanh':
      e.node('Tanh', [x], {}, output);
      return;
    case 'sigmoid':
      e.node('Sigmoid', [x], {}, output);
      return;
    case 'linear':
      e.node('Identity', [x], {}, output);
      return;
    case 'relu6':
      e.node('Clip', [x, e.scalar(0), e.scalar(6)], {}, output);
      return;
    case 'hard-sigmoid':
      e.node('HardSigmoid', [x], HARD_SIGMOID, output);
      return;
    case 'hard-swish':
      e.node('HardSwish', [x], {}, output);
      return;
    case 'leaky-relu':
      e.node('LeakyRelu', [x], { floats: { alpha: attributes.slope ?? LEAK } }, output);
      return;
    case 'elu':
      e.node('Elu', [x], {}, output);
      return;
    case 'selu':
      e.node('Selu', [x], { floats: { alpha: SELU_ALPHA, gamma: SELU_SCALE } }, output);
      return;
    case 'softplus':
      e.node('Softplus', [x], {}, output);
      return;
    case 'mish':
      e.node('Mul', [x, e.node('Tanh', [e.node('Softplus', [x])])], {}, output);
      return;
  }
}

/** 1 where x > 0, else 0. */
const step = (e: Emitter, x: string): string => e.node('HardSigmoid', [x], { floats: { alpha: STEP_SLOPE, beta: 0 } });

const below = (e: Emitter, bound: number, x: string): string => step(e, e.node('Sub', [e.scalar(bound), x]));

/** `high` where x > 0, else `low`. */
function choose(e: Emitter, x: string, high: string, low: string): string {
  const positive = step(e, x);
  return e.node('Add', [low, e.node('Mul', [positive, e.node('Sub', [high, low])])]);
}

/** f'(x), from x and y = f(x). */
function slope(e: Emitter, attributes: Attributes, x: string, y: string): string {
  const one = e.scalar(1);
  switch (attributes.activation!) {
    case 'relu':
      return step(e, y);
    case 'relu2':
      return e.node('Mul', [e.node('Relu', [x]), e.scalar(2)]);
    case 'gelu': {
      const square = e.node('Mul', [x, x]);
      const density = e.node('Exp', [e.node('Mul', [square, e.scalar(-0.5)])]);
      const tail = e.node('Mul', [e.node('Mul', [density, e.scalar(NORMAL_DENSITY_0)]), x]);
      return e.node('Add', [normalCdf(e, x), tail]);
    }
    case 'gelu-tanh': {
      const square = e.node('Mul', [x, x]);
      const t = tanhInner(e, x, square);
      const inner = e.node('Add', [e.node('Mul', [square, e.scalar(1.5 * TANH_K * TANH_C)]), e.scalar(0.5 * TANH_K)]);
      const rest = e.node('Mul', [e.node('Sub', [one, e.node('Mul', [t, t])]), e.node('Mul', [x, inner])]);
      return e.node('Add', [halfPlus(e, t), rest]);
    }
    case 'silu': {
      // s + y (1 - s)
      const s = e.node('Sigmoid', [x]);
      return e.node('Add', [e.node('Mul', [s, e.node('Sub', [one, y])]), y]);
    }
    case 'tanh':
      return e.node('Sub', [one, e.node('Mul', [y, y])]);
    case 'sigmoid':
      return e.node('Mul', [y, e.node('Sub', [one, y])]);
    case 'linear':
      return one;
    case 'relu6':
      return e.node('Mul', [step(e, y), below(e, 6, y)]);
    case 'hard-sigmoid':
      return e.node('Mul', [e.node('Mul', [step(e, y), below(e, 1, y)]), e.scalar(1 / 6)]);
    case 'hard-swish': {
      const gate = e.node('HardSigmoid', [x], HARD_SIGMOID);
      const inside = e.node('Mul', [e.node('Mul', [step(e, gate), below(e, 1, gate)]), e.scalar(1 / 6)]);
      return e.node('Add', [gate, e.node('Mul', [x, inside])]);
    }
    case 'leaky-relu':
      return choose(e, x, one, e.scalar(attributes.slope ?? LEAK));
    case 'elu':
      return choose(e, x, one, e.node('Add', [y, one]));
    case 'selu':
      return choose(e, x, e.scalar(SELU_SCALE), e.node('Add', [y, e.scalar(SELU_SCALE * SELU_ALPHA)]));
    case 'softplus':
      return e.node('Sigmoid', [x]);
    case 'mish': {
      const t = e.node('Tanh', [e.node('Softplus', [x])]);
      const along = e.node('Mul', [
        e.node('Mul', [x, e.node('Sigmoid', [x])]),
        e.node('Sub', [one, e.node('Mul', [t, t])]),
      ]);
      return e.node('Add', [t, along]);
    }
  }
}

/** dx = dy f'(x), written to `output`. */
export function emitActivationGradient(
  e: Emitter,
  attributes: Attributes,
  [dy, x, y]: readonly string[],
  output: string,
): void {
  e.node('Mul', [dy, slope(e, attributes, x, y)], {}, output);
}
