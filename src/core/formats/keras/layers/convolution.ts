import { sizeOf } from '../../../graph/sizes.ts';
import type { Attributes, TensorId } from '../../../graph/types.ts';
import type { Call } from '../call.ts';
import type { Setter } from '../bindings.ts';
import type { Lower } from '../call.ts';
import { activate } from './activation.ts';
import { kernel } from './dense.ts';
import { imageOf, paddingOf, spatialRank } from './spatial.ts';

/** What all convolutions share: window, strides, dilations, padding, order of the axes. */
interface Window {
  readonly rank: number;
  readonly channels: number;
  readonly window: number[];
  readonly attributes: Attributes;
  /** Which axes of the filters the window decides. */
  readonly axes: Record<number, Setter>;
}

function windowOf(call: Call): Window {
  const rank = spatialRank(call);
  const { channels, last } = imageOf(call);
  const window = call.counts('kernel_size', rank);
  const dilations = call.counts('dilation_rate', rank, 1);
  const padding = paddingOf(call, window, dilations);
  const attributes: Attributes = {
    strides: call.counts('strides', rank, 1),
    dilations,
    channelsLast: last,
    ...(padding === undefined ? {} : { padding }),
  };
  const axes = Object.fromEntries(window.map((_, axis) => [axis, call.elementSetter('kernel_size', axis, window)]));
  return { rank, channels: call.shape[channels], window, attributes, axes };
}

const biasOf = (call: Call, channels: number, key?: string): TensorId[] =>
  call.flag('use_bias', true) ? [call.bias('bias', [channels], key === undefined ? undefined : { 0: key })] : [];

const convolution: Lower = (call) => {
  const { rank, channels, window, attributes, axes } = windowOf(call);
  const [filters, groups] = [call.count('filters'), call.config.find('groups')?.integer({ min: 1 }) ?? 1];
  if (channels % groups !== 0 || filters % groups !== 0)
    throw call.refusal(`${groups} groups do not divide ${channels} channels into ${filters} filters`);
  const weights = kernel(call, 'kernel', [...window, channels / groups, filters], {
    axes: { ...axes, [rank + 1]: 'filters' },
  });
  const y = call.add(
    'convolution',
    [call.x, weights, ...biasOf(call, filters, 'filters')],
    { ...attributes, filters: 'spatial-in-out', groups },
    { groups: call.setter('groups') },
  );
  return activate(call, y);
};

/** Under `same` the output is input x stride, or with `output_padding` (n - 1) s + k mod 2 + it; under `valid` at least n s. */
const transposed: Lower = (call) => {
  const { rank, channels, window, attributes, axes } = windowOf(call);
  const filters = call.count('filters');
  const weights = kernel(call, 'kernel', [...window, filters, channels], {
    axes: { ...axes, [rank]: 'filters' },
    fanIn: sizeOf(window) * channels,
  });
  const y = call.add('transposedConvolution', [call.x, weights, ...biasOf(call, filters, 'filters')], {
    ...attributes,
    ...transposedPadding(call, window, attributes),
    filters: 'spatial-out-in',
  });
  return activate(call, y);
};

export function transposedPadding(call: Call, window: readonly number[], attributes: Attributes): Attributes {
  const { strides = [], dilations = [], padding } = attributes;
  const said = call.config.find('output_padding');
  const reach = window.map((extent, axis) => (extent - 1) * dilations[axis] + 1);
  if (said === undefined)
    return padding === 'same'
      ? {}
      : { outputPadding: reach.map((extent, axis) => Math.max(0, strides[axis] - extent)) };
  const outputPadding = call.counts('output_padding', window.length, undefined, 0);
  if (padding !== 'same') return { outputPadding };
  return { outputPadding, padding: reach.map((extent) => [Math.floor(extent / 2), Math.floor(extent / 2)] as const) };
}

const depthwise: Lower = (call) => {
  const { rank, channels, window, attributes, axes } = windowOf(call);
  const multiplier = call.config.find('depth_multiplier')?.integer({ min: 1 }) ?? 1;
  const weights = call.weight('kernel', [...window, channels, multiplier], {
    axes: { ...axes, [rank + 1]: 'depth_multiplier' },
    fanIn: sizeOf(window),
  });
  const y = call.add('convolution', [call.x, weights, ...biasOf(call, channels * multiplier)], {
    ...attributes,
    filters: 'spatial-channel-multiplier',
  });
  return activate(call, y);
};

const separable: Lower = (call) => {
  const { rank, channels, window, attributes, axes } = windowOf(call);
  const [multiplier, filters] = [call.count('depth_multiplier'), call.count('filters')];
  const each = call.weight('depthwise_kernel', [...window, channels, multiplier], {
    axes: { ...axes, [rank + 1]: 'depth_multiplier' },
    fanIn: sizeOf(window),
  });
  const points = call.weight('pointwise_kernel', [...window.map(() => 1), channels * multiplier, filters], {
    axes: { [rank + 1]: 'filters' },
  });
  const spread = call.add('convolution', [call.x, each], { ...attributes, filters: 'spatial-channel-multiplier' });
  const y = call.add('convolution', [spread, points, ...biasOf(call, filters, 'filters')], {
    channelsLast: attributes.channelsLast!,
    filters: 'spatial-in-out',
  });
  return activate(call, y);
};

const inDimensions = (dimensions: readonly number[], names: readonly string[], lower: Lower): Record<string, Lower> =>
  Object.fromEntries(
    dimensions.flatMap((n) => names.map((name): [string, Lower] => [name.replace('#', String(n)), lower])),
  );

export const CONVOLUTION_LAYERS: Readonly<Record<string, Lower>> = {
  ...inDimensions([1, 2, 3], ['Conv#D', 'Convolution#D'], convolution),
  ...inDimensions([1, 2, 3], ['Conv#DTranspose', 'Convolution#DTranspose'], transposed),
  ...inDimensions([1, 2], ['DepthwiseConv#D', 'DepthwiseConvolution#D'], depthwise),
  ...inDimensions([1, 2], ['SeparableConv#D', 'SeparableConvolution#D'], separable),
};
