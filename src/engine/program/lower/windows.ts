import type { Attributes } from '../../../core/graph/types.ts';
import type { Emitter } from '../emitter.ts';

/** A window that slides over the spatial axes of an image [batch, channels, ...spatial]; all by axis. */
export interface Windows {
  readonly window: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly before: readonly number[];
  /** Zeros that the last window reaches: fewer than the document says where the windows do not meet the end. */
  readonly after: readonly number[];
  /** Spatial extents of the image and of the places that the window takes. */
  readonly extents: readonly number[];
  readonly places: readonly number[];
}

export function windowsOf(
  attributes: Attributes,
  window: readonly number[],
  image: readonly number[],
  placed: readonly number[],
): Windows {
  const [extents, places] = [image.slice(2), placed.slice(2)];
  const strides = attributes.strides ?? window.map(() => 1);
  const dilations = attributes.dilations ?? window.map(() => 1);
  const { padding } = attributes;
  const before = window.map((_, axis) => (padding === undefined || padding === 'same' ? 0 : padding[axis][0]));
  const after = window.map((extent, axis) => {
    const end = (places[axis] - 1) * strides[axis] + dilations[axis] * (extent - 1) + 1;
    return Math.max(0, end - extents[axis] - before[axis]);
  });
  return { window, strides, dilations, before, after, extents, places };
}

/** Attributes of ONNX' Conv, pools and Col2Im. */
export const windowAttributes = ({
  strides,
  dilations,
  before,
  after,
}: Windows): Record<string, readonly number[]> => ({
  strides,
  dilations,
  pads: [...before, ...after],
});

/** The image with its zeros (or `fill`) around it; its spatial axes begin at `first`. */
export function padded(
  e: Emitter,
  x: string,
  { before, after }: Windows,
  { fill, first = 2 }: { readonly fill?: number; readonly first?: 1 | 2 } = {},
): string {
  if ([...before, ...after].every((zeros) => zeros === 0)) return x;
  const around = (zeros: readonly number[]): number[] => (first === 2 ? [0, 0, ...zeros] : [0, ...zeros, 0]);
  const pads = e.integers([...around(before), ...around(after)]);
  return e.node('Pad', fill === undefined ? [x, pads] : [x, pads, e.scalar(fill)]);
}

/**
 * What each cell of the window sees over all places, [batch, channels, ...places], or [batch, ...places, channels] where the spatial axes
 * begin at `first` = 1; by cell, the last axis fastest.
 */
export function cells(
  e: Emitter,
  image: string,
  { window, strides, dilations, places }: Windows,
  first: 1 | 2 = 2,
): string[] {
  const offsets = window.reduce<number[][]>(
    (before, extent, axis) =>
      before.flatMap((offset) => Array.from({ length: extent }, (_, cell) => [...offset, cell * dilations[axis]])),
    [[]],
  );
  const axes = e.integers(window.map((_, axis) => axis + first));
  const steps = e.integers(strides);
  return offsets.map((offset) => {
    const ends = offset.map((start, axis) => start + (places[axis] - 1) * strides[axis] + 1);
    return e.node('Slice', [image, e.integers(offset), e.integers(ends), axes, steps]);
  });
}
