import type { TensorId } from '../../../graph/types.ts';
import type { Call } from '../call.ts';
import type { Lower } from '../call.ts';
import { multiHeadAttention, groupedQueryAttention } from './multi-head.ts';

/** Query, value and key of a layer that takes them as one list; the key defaults to the value. */
function listed(call: Call): [query: TensorId, value: TensorId, key: TensorId] {
  const [query, value, key = value] = call.inputs;
  if (value === undefined) throw call.refusal(`${call.className} wants a list of query and value`);
  for (const id of [query, value, key]) {
    if (call.shapeOf(id).length !== 3) throw call.refusal(`${call.className} wants 3 axes, got [${call.shapeOf(id)}]`);
  }
  return [query, value, key];
}

/** Scores, softmax over the keys, and the weighted sum of the values; the scores too where the call asks for them. */
function weighted(call: Call, scores: TensorId, value: TensorId): TensorId[] {
  const weights = call.add('softmax', [scores]);
  const y = call.add('matmul', [weights, value]);
  return call.named.return_attention_scores === true ? [y, weights] : [y];
}

/** tanh(query + key) of every pair: [batch, queries, keys, width]. */
function pairs(call: Call, query: TensorId, key: TensorId): TensorId {
  const [batch, queries, width] = call.shapeOf(query);
  const [, keys, keyWidth] = call.shapeOf(key);
  const sum = call.add('add', [
    call.reshape(query, [batch, queries, 1, width]),
    call.reshape(key, [batch, 1, keys, keyWidth]),
  ]);
  return call.add('activation', [sum], { activation: 'tanh' });
}

const dotProduct: Lower = (call) => {
  const [query, value, key] = listed(call);
  const scale = call.flag('use_scale', false) ? [call.weight('scale', [], { role: 'gain' })] : [];
  if (call.config.find('score_mode')?.value === 'concat') {
    const gain = call.weight('concat_score_weight', [], { role: 'gain' });
    const sums = call.add('reduce', [pairs(call, query, key)], { reduction: 'sum', axes: [3] });
    return weighted(call, call.add('multiply', [sums, gain]), value);
  }
  const scores = call.add('matmul', [query, key], { transposeB: true });
  return weighted(call, scale.length === 0 ? scores : call.add('multiply', [scores, scale[0]]), value);
};

const additive: Lower = (call) => {
  const [query, value, key] = listed(call);
  const all = pairs(call, query, key);
  const scaled = call.flag('use_scale', true)
    ? call.add('multiply', [all, call.weight('scale', [call.shapeOf(query)[2]], { role: 'gain' })])
    : all;
  return weighted(call, call.add('reduce', [scaled], { reduction: 'sum', axes: [3] }), value);
};

export const ATTENTION_LAYERS: Readonly<Record<string, Lower>> = {
  Attention: dotProduct,
  AdditiveAttention: additive,
  MultiHeadAttention: multiHeadAttention,
  GroupQueryAttention: groupedQueryAttention,
  GroupedQueryAttention: groupedQueryAttention,
};
