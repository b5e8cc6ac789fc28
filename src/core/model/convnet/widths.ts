import { TEN_PERCENT, makeDivisible, roundHalfEven } from '../rounding.ts';
import type { SqueezeSpec, StageOf } from './schema.ts';

/** MobileNetV3 makes the squeezed and the expanded widths multiples of it. */
const INNER_DIVISOR = 8;

/** Channels inside an inverted or fused block: a multiple of 8 where the input is one (MobileNetV3: 2.3 x 80 = 184). */
export const expandedWidth = (input: number, expansion: number): number =>
  Number.isInteger(expansion) ? input * expansion : makeDivisible(input * expansion, INNER_DIVISOR, TEN_PERCENT);

/** Channels inside a bottleneck. */
export const bottleneckWidth = ({ width, ratio }: Pick<StageOf<'bottleneck'>, 'width' | 'ratio'>): number =>
  Math.max(1, Math.floor(width * ratio));

/** Groups of a bottleneck's spatial convolution; a group is never wider than the layer. */
export function bottleneckGroups(stage: StageOf<'bottleneck'>): number {
  if (stage.groupWidth === undefined) return stage.groups ?? 1;
  const inner = bottleneckWidth(stage);
  return inner / Math.min(stage.groupWidth, inner);
}

/** Channels between the two layers of squeeze and excitation. */
export function squeezedWidth({ ratio, rounding }: SqueezeSpec, channels: number): number {
  const width = channels * ratio;
  if (rounding === 'divisible') return makeDivisible(width, INNER_DIVISOR, TEN_PERCENT);
  return Math.max(1, rounding === 'round' ? roundHalfEven(width) : Math.floor(width));
}
