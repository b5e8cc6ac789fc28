import { sizeOf } from '../../../core/graph/shapes.ts';
import type { Operator } from '../../../core/graph/types.ts';
import { windowsOf } from '../lower/windows.ts';
import type { Windows } from '../lower/windows.ts';
import { kindOf } from './convolution.ts';
import type { ConvolutionKind } from './convolution.ts';
import { adjointFilters, blockedDepthwise, reversed } from './filters.ts';
import type { Taps } from './filters.ts';
import type { BlockedImages } from './images.ts';

/** The cells of dx that lie a stride apart, along one axis: a plain convolution of dy with every stride-th cell of the window. */
interface Phase {
  readonly taps: Taps;
  readonly before: number;
  readonly after: number;
}

/**
 * dx of y = conv(x). With stride s and padding p, dx[s u + r] is the sum over k of w[i + s k] dy[u + q - k], where i = (r + p) mod s and q = (r + p - i) / s.
 * The s x s phases are convolutions of dy without stride; they are woven into one image.
 */
export function inputGradient(images: BlockedImages, operator: Operator): boolean {
  const [dy, w] = operator.inputs;
  const [from, to, filters] = [operator.outputs[0], dy, w].map((id) => images.shapeOf(id));
  const kind =
    from[1] < images.block && operator.attributes.groups !== from[1] ? undefined : kindOf(operator, from, to, filters);
  if (!kind) return false;
  const windows = windowsOf(operator.attributes, filters.slice(2), from, to);
  const phases = windows.window.map((_, axis) => phasesOf(windows, axis));
  if (!phases.every((axis) => isRunnable(axis))) return false;
  const weightsOf =
    kind === 'depthwise' ? depthwiseFilters(images, w) : adjointFilters(images, images.plain(w), filters);
  const parts = phases[0].map((vertical) =>
    phases[1].map((horizontal) => phaseOf(images, operator, kind, weightsOf, [vertical, horizontal])),
  );
  images.placeBlocked(operator.outputs[0], woven(images, operator, windows, parts));
  return true;
}

function phasesOf({ window, strides, dilations, before, extents, places }: Windows, axis: number): Phase[] {
  const [extent, stride, dilation] = [window[axis], strides[axis], dilations[axis]];
  if (stride === 1) {
    const reach = dilation * (extent - 1);
    const pad = reach - before[axis];
    const taps = { first: 0, step: 1, count: extent };
    return [{ taps, before: pad, after: extents[axis] - places[axis] - pad + reach }];
  }
  if (dilation !== 1) return [];
  const cells = Math.ceil(extents[axis] / stride);
  return Array.from({ length: stride }, (_, phase) => {
    const first = (phase + before[axis]) % stride;
    const count = Math.max(0, Math.ceil((extent - first) / stride));
    const reach = (phase + before[axis] - first) / stride;
    return { taps: { first, step: stride, count }, before: count - 1 - reach, after: cells + reach - places[axis] };
  });
}

/** Either every phase has cells of the window, or one alone has, as in strided 1x1 convolutions; no zeros are cut off. */
function isRunnable(phases: readonly Phase[]): boolean {
  const used = phases.filter(({ taps }) => taps.count > 0);
  return (
    (used.length === phases.length || used.length === 1) &&
    used.length > 0 &&
    used.every(({ before, after }) => before >= 0 && after >= 0)
  );
}

const depthwiseFilters =
  (images: BlockedImages, w: number) =>
  (taps: readonly Taps[]): string => {
    const [channels, , ...window] = images.shapeOf(w);
    const chosen = reversed(images, images.plain(w), window, taps);
    return blockedDepthwise(images, chosen, [channels, 1, ...taps.map(({ count }) => count)]);
  };

function phaseOf(
  images: BlockedImages,
  { inputs, outputs, attributes }: Operator,
  kind: ConvolutionKind,
  weightsOf: (taps: readonly Taps[]) => string,
  phase: readonly Phase[],
): string | undefined {
  const taps = phase.map((one) => one.taps);
  if (taps.some(({ count }) => count === 0)) return undefined;
  const [, channels] = images.shapeOf(outputs[0]);
  const weights = weightsOf(taps);
  const isStrided = (attributes.strides ?? []).some((stride) => stride > 1);
  const integers = {
    pads: [...phase.map(({ before }) => before), ...phase.map(({ after }) => after)],
    kernel_shape: taps.map(({ count }) => count),
    group: kind === 'depthwise' ? images.filled(channels) : 1,
    dilations: isStrided ? [1, 1] : (attributes.dilations ?? [1, 1]),
  };
  return images.node('Conv', [images.blocked(inputs[0]), weights], { integers });
}

/** Rows and columns of the phases in turn; what lies beyond the image is cut off. */
function woven(
  images: BlockedImages,
  { outputs }: Operator,
  { strides, extents }: Windows,
  parts: readonly (readonly (string | undefined)[])[],
): string {
  const { e, block } = images;
  const shape = images.blockedShape(outputs[0]);
  if (sizeOf(strides) === 1) return parts[0][0]!;
  const [high, wide] = extents.map((extent, axis) => Math.ceil(extent / strides[axis]));
  const blocks = (shape[0] * shape[1]) / block;
  const rows = parts.map((row) => weave(images, row, [blocks * high, wide, block]));
  const image = weave(images, rows, [blocks, high, wide * strides[1] * block])!;
  const [tall, broad] = [high * strides[0], wide * strides[1]];
  const whole = images.reshape(image, [blocks, tall, broad, block]);
  const isCut = tall > extents[0] || broad > extents[1];
  const kept = isCut ? e.node('Slice', [whole, e.integers([0, 0]), e.integers(extents), e.integers([1, 2])]) : whole;
  return images.reshape(kept, shape);
}

/** Parts [a, b, c] become [a, b, parts, c]; where one part alone is there, the others are zeros. */
function weave(
  images: BlockedImages,
  parts: readonly (string | undefined)[],
  [a, b, c]: readonly number[],
): string | undefined {
  const { e } = images;
  const there = parts.filter((part) => part !== undefined);
  if (there.length === 0) return undefined;
  const open = there.map((part) => images.reshape(part, [a, b, 1, c]));
  if (there.length === parts.length && parts.length > 1) return e.node('Concat', open, { integers: { axis: 2 } });
  const at = parts.findIndex((part) => part !== undefined);
  const pads = [0, 0, at, 0, 0, 0, parts.length - 1 - at, 0];
  return parts.length === 1 ? open[0] : e.node('Pad', [open[0], e.integers(pads)]);
}
