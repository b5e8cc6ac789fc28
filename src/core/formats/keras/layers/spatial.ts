import type { Padding, TensorId } from '../../../graph/types.ts';
import type { Call } from '../call.ts';

/** Where the channels of an image layer stand; Keras's default is last. */
export const isChannelsLast = (call: Call): boolean =>
  (call.config.find('data_format')?.oneOf(['channels_last', 'channels_first']) ?? 'channels_last') === 'channels_last';

/** Spatial axes of a layer by the number in its class: `Conv2D` has 2; of a function all but the batch and the channels. */
export const spatialRank = (call: Call): number => Number(/(\d)D/.exec(call.className)?.[1] ?? call.shape.length - 2);

/** Places of the spatial axes and of the channels of the layer's first tensor. */
export function imageOf(call: Call, rank = spatialRank(call)): { spatial: number[]; channels: number; last: boolean } {
  call.withRank(rank + 2);
  const last = isChannelsLast(call);
  return {
    spatial: Array.from({ length: rank }, (_, index) => index + (last ? 1 : 2)),
    channels: last ? rank + 1 : 1,
    last,
  };
}

/** Keras's word for the padding; `causal` puts all zeros before. */
export function paddingOf(call: Call, window: readonly number[], dilations: readonly number[]): Padding | undefined {
  const word = (call.config.find('padding')?.string() ?? 'valid').toLowerCase();
  if (word === 'same') return 'same';
  if (word === 'valid') return undefined;
  if (word === 'causal') return window.map((extent, axis) => [dilations[axis] * (extent - 1), 0] as const);
  throw call.config.get('padding').unlike('valid, same or causal');
}

/** Swaps an image in Keras's channels-first order into channels-last order, or back. */
export function channelsMoved(call: Call, x: TensorId, to: 'last' | 'first'): TensorId {
  const rank = call.shapeOf(x).length;
  const middle = Array.from({ length: rank - 2 }, (_, index) => index + (to === 'last' ? 2 : 1));
  return call.transpose(x, to === 'last' ? [0, ...middle, 1] : [0, rank - 1, ...middle]);
}
