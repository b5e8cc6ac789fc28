import type { TensorId } from '../../../graph/types.ts';
import type { Value } from '../../nodes/context.ts';
import type { OnnxArguments } from '../arguments.ts';
import { tensorValue } from './values.ts';
import type { OnnxTable } from './values.ts';

function gainAndBias(a: OnnxArguments): TensorId[] {
  const gain = a.has(1) ? [a.tensor(1, { role: 'gain' })] : [];
  return a.has(2) ? [...gain, a.tensor(2)] : gain;
}

function batch(a: OnnxArguments): Value[] {
  const inputs = [a.tensor(0), ...gainAndBias(a), a.context.buffer(3), a.context.buffer(4)];
  return tensorValue(a.context.add('batchNormalize', inputs, { axis: 1 }));
}

function layer(norm: 'layernorm' | 'rmsnorm') {
  return (a: OnnxArguments): Value[] => {
    const rank = a.shape(0).length;
    const from = a.axis(-1, rank);
    const axes = Array.from({ length: rank - from }, (_, index) => index - (rank - from));
    return tensorValue(a.context.add('normalize', [a.tensor(0), ...gainAndBias(a)], { norm, axes }));
  };
}

function group(a: OnnxArguments): Value[] {
  const inputs = [a.tensor(0), ...gainAndBias(a)];
  return tensorValue(a.context.add('groupNormalize', inputs, { groups: a.int('num_groups', a.shape(0)[1]) }));
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
