import type { Attributes, TensorId } from '../../../graph/types.ts';
import type { Call } from '../call.ts';
import type { Lower } from '../call.ts';
import { isChannelsLast, paddingOf, spatialRank } from './spatial.ts';

/** Gates of an LSTM. */
const GATES = 4;

/**
 * An LSTM whose products are convolutions over [batch, steps, ...image]. The graph shows one step's operations on all
 * steps at once: shapes, weights and costs are those of the loop.
 */
const convolutionalLstm: Lower = (call) => {
  const rank = spatialRank(call);
  const [batch, steps, ...image] = call.withRank(rank + 3);
  const [filters, last] = [call.count('filters'), isChannelsLast(call)];
  const window = call.counts('kernel_size', rank);
  const dilations = call.counts('dilation_rate', rank, 1);
  const padding = paddingOf(call, window, dilations);
  const shared: Attributes = { channelsLast: last, filters: 'spatial-in-out' };
  const axes = {
    ...Object.fromEntries(window.map((_, axis) => [axis, call.elementSetter('kernel_size', axis, window)])),
    [rank + 1]: call.partSetter('filters', GATES),
  };
  const channels = last ? image.at(-1)! : image[0];
  const kernel = call.weight('kernel', [...window, channels, GATES * filters], { axes });
  const recurrent = call.weight('recurrent_kernel', [...window, filters, GATES * filters], {
    axes: { ...axes, [rank]: 'filters' },
  });
  const bias = call.flag('use_bias', true)
    ? [call.bias('bias', [GATES * filters], { 0: call.partSetter('filters', GATES) })]
    : [];
  const gates = call.add('convolution', [call.reshape(call.x, [batch * steps, ...image]), kernel, ...bias], {
    ...shared,
    dilations,
    strides: call.counts('strides', rank, 1),
    ...(padding === undefined ? {} : { padding }),
  });
  const state = quarter(call, gates, filters, last);
  const hidden = call.add('convolution', [state, recurrent], { ...shared, padding: 'same' });
  const y = quarter(call, call.add('add', [gates, hidden]), filters, last);
  const sequence = call.reshape(y, [batch, steps, ...call.shapeOf(y).slice(1)]);
  return call.flag('return_sequences', false) ? sequence : lastStep(call, sequence);
};

/** One gate's share of the channels. */
function quarter(call: Call, gates: TensorId, filters: number, last: boolean): TensorId {
  const axis = last ? call.shapeOf(gates).length - 1 : 1;
  const [first] = call.addAll('split', [gates], { axis, sizes: Array<number>(GATES).fill(filters) });
  return first;
}

function lastStep(call: Call, sequence: TensorId): TensorId {
  const [batch, , ...rest] = call.shapeOf(sequence);
  const last = call.add('slice', [sequence], { starts: [0, -1] });
  return call.reshape(last, [batch, ...rest]);
}

export const CONVOLUTIONAL_RECURRENT_LAYERS: Readonly<Record<string, Lower>> = {
  ConvLSTM1D: convolutionalLstm,
  ConvLSTM2D: convolutionalLstm,
  ConvLSTM3D: convolutionalLstm,
};
