import type { TensorId } from '../../../graph/types.ts';
import type { Value } from '../../nodes/context.ts';
import type { OnnxArguments } from '../arguments.ts';
import { tensorValue } from './values.ts';
import type { OnnxTable } from './values.ts';

function gainAndBias(a: OnnxArguments): TensorId[] {
  const gain = a.has(1) ? [a.tensor(1, { role: 'gain' })] : [];
  return a.has(2) ? [...gain, a.tensor(2)] : gain;
}

/** The operator's default. */
const epsilonOf = (a: OnnxArguments): number => a.float('epsilon', 1e-5);

/** ONNX's momentum is the weight of what was kept. */
function batch(a: OnnxArguments): Value[] {
  const inputs = [a.tensor(0), ...gainAndBias(a), a.context.buffer(3), a.context.buffer(4)];
  return tensorValue(
    a.context.add('batchNormalize', inputs, {
      axis: 1,
      epsilon: epsilonOf(a),
      momentum: 1 - a.float('momentum', 0.9),
      populationVariance: true,
    }),
  );
}

function layer(norm: 'layernorm' | 'rmsnorm') {
  return (a: OnnxArguments): Value[] => {
    const rank = a.shape(0).length;
    const from = a.axis(-1, rank);
    const axes = Array.from({ length: rank - from }, (_, index) => index - (rank - from));
    return tensorValue(
      a.context.add('normalize', [a.tensor(0), ...gainAndBias(a)], { norm, axes, epsilon: epsilonOf(a) }),
    );
  };
}

function group(a: OnnxArguments): Value[] {
  const inputs = [a.tensor(0), ...gainAndBias(a)];
  const groups = a.int('num_groups', a.shape(0)[1]);
  return tensorValue(a.context.add('groupNormalize', inputs, { groups, epsilon: epsilonOf(a) }));
}

const softmax = (a: OnnxArguments): Value[] =>
  tensorValue(a.context.add('softmax', [a.tensor(0)], { axis: a.axis(-1, a.shape(0).length) }));

export const NORMALIZATIONS: OnnxTable = {
  BatchNormalization: batch,
  LayerNormalization: layer('layernorm'),
  SimplifiedLayerNormalization: layer('rmsnorm'),
  RMSNormalization: layer('rmsnorm'),
  GroupNormalization: group,
  InstanceNormalization: group,
  Softmax: softmax,
  LogSoftmax: softmax,
  Hardmax: softmax,
};
