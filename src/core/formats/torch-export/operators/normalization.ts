import type { TensorId } from '../../../graph/types.ts';
import type { Value } from '../../nodes/context.ts';
import type { AtenArguments } from '../arguments.ts';
import { tensorValue } from './values.ts';
import type { AtenTable } from './values.ts';

function gainAndBias(a: AtenArguments): TensorId[] {
  const gain = a.has('weight') ? [a.tensor('weight', { role: 'gain' })] : [];
  return a.has('bias') ? [...gain, a.tensor('bias')] : gain;
}

function batchNorm(a: AtenArguments): Value[] {
  const statistics = ['running_mean', 'running_var']
    .filter((name) => a.has(name))
    .map((name) => a.context.buffer(a.index(name)));
  const inputs = [a.tensor('input'), ...gainAndBias(a), ...statistics];
  const [epsilon, momentum] = [a.number('eps', 1e-5), a.number('momentum', 0.1)];
  return tensorValue(a.context.add('batchNormalize', inputs, { axis: 1, epsilon, momentum }));
}

/** Over one axis or several: the gain has the shape of what is normalised. */
function layerNorm(a: AtenArguments, norm: 'layernorm' | 'rmsnorm'): Value[] {
  const inputs = [a.tensor('input'), ...gainAndBias(a)];
  const axes = a.numbers('normalized_shape').map((_, index, all) => index - all.length);
  return tensorValue(a.context.add('normalize', inputs, { norm, axes, epsilon: a.number('eps', 1e-5) }));
}

function groupNorm(a: AtenArguments): Value[] {
  const groups = a.number(a.has('num_groups') ? 'num_groups' : 'group', 1);
  return grouped(a, groups);
}

function grouped(a: AtenArguments, groups: number): Value[] {
  const epsilon = a.number('eps', 1e-5);
  return tensorValue(a.context.add('groupNormalize', [a.tensor('input'), ...gainAndBias(a)], { groups, epsilon }));
}

const instanceNorm = (a: AtenArguments): Value[] => grouped(a, a.shape('input')[1]);

export const NORMALIZATIONS: AtenTable = {
  batch_norm: batchNorm,
  _native_batch_norm_legit_no_training: batchNorm,
  layer_norm: (a) => layerNorm(a, 'layernorm'),
  native_layer_norm: (a) => layerNorm(a, 'layernorm'),
  rms_norm: (a) => layerNorm(a, 'rmsnorm'),
  _fused_rms_norm: (a) => layerNorm(a, 'rmsnorm'),
  group_norm: groupNorm,
  native_group_norm: groupNorm,
  instance_norm: instanceNorm,
};
