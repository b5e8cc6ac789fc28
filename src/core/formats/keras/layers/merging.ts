import type { TensorId } from '../../../graph/types.ts';
import type { Call } from '../call.ts';
import type { Lower } from '../call.ts';

/** Joins tensors element by element, two at a time; those with fewer axes get axes of one after the batch. */
const merge =
  (kind: 'add' | 'multiply' | 'binary', name?: string): Lower =>
  (call) => {
    const inputs = aligned(call, call.inputs);
    if (inputs.length < 2) throw call.refusal(`${call.className} wants two tensors or more, got ${inputs.length}`);
    const attributes = name === undefined ? {} : { function: name };
    return inputs.slice(1).reduce((sum, x) => call.add(kind, [sum, x], attributes), inputs[0]);
  };

function aligned(call: Call, inputs: readonly TensorId[]): TensorId[] {
  const rank = Math.max(...inputs.map((x) => call.shapeOf(x).length));
  return inputs.map((x) => {
    const [batch, ...rest] = call.shapeOf(x);
    const missing = rank - 1 - rest.length;
    return missing > 0 ? call.reshape(x, [batch, ...Array<number>(missing).fill(1), ...rest]) : x;
  });
}

const concatenate: Lower = (call) => {
  const rank = call.shape.length;
  return call.add('concat', call.inputs, { axis: call.axis(call.config.find('axis')?.integer() ?? -1, rank) });
};

/** Products of samples along one axis of each: [b, ...rest of x, ...rest of y]. */
const dot: Lower = (call) => {
  const [x, y] = call.inputs;
  const said = call.config.get('axes');
  const [ax, ay] = said.isArray ? said.integers() : [said.integer(), said.integer()];
  return contract(call, x, y, call.axis(ax, call.shapeOf(x).length), call.axis(ay, call.shapeOf(y).length));
};

function contract(call: Call, x: TensorId, y: TensorId, ax: number, ay: number): TensorId {
  const letters = 'cdefghijklmnopqrstuvwxy';
  const ranks = [call.shapeOf(x).length, call.shapeOf(y).length];
  const left = ['b', ...letters.slice(0, ranks[0] - 1)];
  const right = ['b', ...letters.slice(ranks[0] - 1, ranks[0] + ranks[1] - 2)];
  left[ax] = 'z';
  right[ay] = 'z';
  const rest = [...left, ...right].filter((letter) => letter !== 'b' && letter !== 'z');
  const z = call.add('einsum', [x, y], { equation: `${left.join('')},${right.join('')}->b${rest.join('')}` });
  return rest.length === 0 ? call.reshape(z, [call.shapeOf(z)[0], 1]) : z;
}

/** Of the Keras applications: x + scale x residual. */
const scaledSum: Lower = (call) => {
  const [x, residual] = call.inputs;
  return call.add('add', [x, call.add('scale', [residual], { alpha: call.config.find('scale')?.number() ?? 1 })]);
};

export const MERGING_LAYERS: Readonly<Record<string, Lower>> = {
  Add: merge('add'),
  Subtract: merge('binary', 'subtract'),
  Multiply: merge('multiply'),
  Average: (call) => call.add('scale', [merge('add')(call) as TensorId], { alpha: 1 / call.inputs.length }),
  Maximum: merge('binary', 'maximum'),
  Minimum: merge('binary', 'minimum'),
  Concatenate: concatenate,
  Dot: dot,
  CustomScaleLayer: scaledSum,
};
