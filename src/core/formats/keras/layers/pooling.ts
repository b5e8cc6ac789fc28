import type { Lower } from '../call.ts';
import { imageOf, paddingOf, spatialRank } from './spatial.ts';

export const pool =
  (kind: 'max' | 'average'): Lower =>
  (call) => {
    const rank = spatialRank(call);
    const { last } = imageOf(call);
    const window = call.counts('pool_size', rank, 2);
    const strides = call.config.find('strides') === undefined ? window : call.counts('strides', rank);
    const padding = paddingOf(
      call,
      window,
      window.map(() => 1),
    );
    return call.add('pool', [call.x], {
      pool: kind,
      window,
      strides,
      channelsLast: last,
      ...(padding ? { padding } : {}),
    });
  };

const globalPool =
  (reduction: 'max' | 'mean'): Lower =>
  (call) => {
    const { spatial } = imageOf(call);
    const keepAxes = call.flag('keepdims', false);
    return call.add('reduce', [call.x], { reduction, axes: spatial, keepAxes, adaptive: true });
  };

/** Pools to a given size, by windows that may differ by one cell. */
export const adaptivePool =
  (kind: 'max' | 'average'): Lower =>
  (call) => {
    const sizes = call.counts('output_size', spatialRank(call));
    const { last } = imageOf(call);
    return call.add(
      'resize',
      [call.x],
      { sizes, channelsLast: last, pool: kind, adaptive: true },
      { sizes: call.setter('output_size') },
    );
  };

const inDimensions = (make: (n: number) => Record<string, Lower>): Record<string, Lower> =>
  Object.assign({}, ...[1, 2, 3].map(make)) as Record<string, Lower>;

export const POOLING_LAYERS: Readonly<Record<string, Lower>> = inDimensions((n) => ({
  [`MaxPooling${n}D`]: pool('max'),
  [`MaxPool${n}D`]: pool('max'),
  [`AveragePooling${n}D`]: pool('average'),
  [`AvgPool${n}D`]: pool('average'),
  [`GlobalMaxPooling${n}D`]: globalPool('max'),
  [`GlobalMaxPool${n}D`]: globalPool('max'),
  [`GlobalAveragePooling${n}D`]: globalPool('mean'),
  [`GlobalAvgPool${n}D`]: globalPool('mean'),
  [`AdaptiveAveragePooling${n}D`]: adaptivePool('average'),
  [`AdaptiveMaxPooling${n}D`]: adaptivePool('max'),
}));
