import type { Attributes, TensorId } from '../../../graph/types.ts';
import type { Call, Lower } from '../call.ts';
import { transposedPadding } from '../layers/convolution.ts';
import { adaptivePool, pool } from '../layers/pooling.ts';
import { imageOf, paddingOf } from '../layers/spatial.ts';

/** How filters that are given as a tensor [...window, in, out] slide over the first tensor. */
function slidingOf(call: Call, filters: TensorId): Attributes {
  const { spatial, last } = imageOf(call);
  const window = call.shapeOf(filters).slice(0, -2);
  if (window.length !== spatial.length)
    throw call.refusal(`filters [${call.shapeOf(filters)}] do not slide over [${call.shape}]`);
  const dilations = call.counts('dilation_rate', window.length, 1);
  const padding = paddingOf(call, window, dilations);
  return {
    strides: call.counts('strides', window.length, 1),
    dilations,
    channelsLast: last,
    ...(padding === undefined ? {} : { padding }),
  };
}

const convolution: Lower = (call) => {
  const filters = call.tensor(1, 'kernel');
  const attributes = slidingOf(call, filters);
  const groups = call.shape[imageOf(call).channels] / call.shapeOf(filters).at(-2)!;
  if (!Number.isInteger(groups)) throw call.refusal(`filters [${call.shapeOf(filters)}] do not fit [${call.shape}]`);
  return call.add('convolution', [call.x, filters], { ...attributes, filters: 'spatial-in-out', groups });
};

const depthwise: Lower = (call) => {
  const filters = call.tensor(1, 'kernel');
  return call.add('convolution', [call.x, filters], {
    ...slidingOf(call, filters),
    filters: 'spatial-channel-multiplier',
  });
};

const separable: Lower = (call) => {
  const [each, points] = [call.tensor(1, 'depthwise_kernel'), call.tensor(2, 'pointwise_kernel')];
  const attributes = slidingOf(call, each);
  const spread = call.add('convolution', [call.x, each], { ...attributes, filters: 'spatial-channel-multiplier' });
  const { channelsLast } = attributes;
  return call.add('convolution', [spread, points], { channelsLast: channelsLast!, filters: 'spatial-in-out' });
};

const transposed: Lower = (call) => {
  const filters = call.tensor(1, 'kernel');
  const attributes = slidingOf(call, filters);
  return call.add('transposedConvolution', [call.x, filters], {
    ...attributes,
    ...transposedPadding(call, call.shapeOf(filters).slice(0, -2), attributes),
    filters: 'spatial-out-in',
  });
};

/** Windows laid out along the channels: the places of the window times the channels. */
const patches: Lower = (call) => {
  const { spatial, channels, last } = imageOf(call);
  const window = call.counts('size', spatial.length);
  const dilations = call.counts('dilation_rate', spatial.length, 1);
  const padding = paddingOf(call, window, dilations);
  const strides = call.config.find('strides') === undefined ? window : call.counts('strides', spatial.length);
  const places = call.add('pool', [call.x], {
    window: window.map((extent, axis) => dilations[axis] * (extent - 1) + 1),
    strides,
    channelsLast: last,
    pool: 'max',
    ...(padding === undefined ? {} : { padding }),
  });
  const cells = window.reduce((a, b) => a * b, 1);
  const shape = call.shapeOf(places).with(channels, call.shape[channels] * cells);
  return call.add('generate', [call.x], { shape, function: call.className });
};

/** Blocks of channels as blocks of cells, or back. */
const blocks =
  (isToSpace: boolean): Lower =>
  (call) => {
    const { spatial, channels } = imageOf(call, 2);
    const block = call.count('block_size');
    const times = (axis: number): number => (axis === channels ? 1 / block ** 2 : spatial.includes(axis) ? block : 1);
    const shape = call.shape.map((extent, axis) => (isToSpace ? extent * times(axis) : extent / times(axis)));
    if (!shape.every(Number.isInteger)) throw call.refusal(`blocks of ${block} do not divide [${call.shape}]`);
    return call.reshape(call.x, shape);
  };

export const CONVOLUTION_OPERATIONS: Readonly<Record<string, Lower>> = {
  Conv: convolution,
  DepthwiseConv: depthwise,
  SeparableConv: separable,
  ConvTranspose: transposed,
  MaxPool: pool('max'),
  AveragePool: pool('average'),
  AdaptiveMaxPool: adaptivePool('max'),
  AdaptiveAveragePool: adaptivePool('average'),
  ExtractPatches: patches,
  DepthToSpace: blocks(true),
  SpaceToDepth: blocks(false),
};
