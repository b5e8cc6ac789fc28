import { describe, expect, it } from 'vitest';
import { extentUnder, tiedAxes, variablesOf } from '../axes.ts';
import { GraphBuilder } from '../builder.ts';
import type { Graph } from '../types.ts';

/** A group norm as exporters write it out: channels and places joined, split into 3 groups, and given back before another convolution. */
function groupNormed(back: readonly number[]): Graph {
  const builder = new GraphBuilder();
  const weight = (name: string, ...shape: number[]): number =>
    builder.parameter({ name, shape, role: 'matrix', fanIn: 1, residual: false, layer: 'layer' });
  const image = builder.input('image', [1, 2, 8, 10], 'float32');
  const x = builder.at('first').add('convolution', [image, weight('first', 12, 2, 1, 1)]);
  const rows = builder.at('join').add('reshape', [x], { shape: [1, 3, 320] });
  const normed = builder.at('norm').add('groupNormalize', [rows], { groups: 3 });
  const y = builder.at('back').add('reshape', [normed], { shape: back });
  const [, channels] = back;
  return builder.finish({ y: builder.at('second').add('convolution', [y, weight('second', 5, channels, 1, 1)]) });
}

describe('tieReshape', () => {
  it('gives the axes back that an earlier reshape joined and split otherwise', () => {
    const axes = tiedAxes(groupNormed([1, 12, 8, 10]));
    const extents = (name: string): ReturnType<typeof axes.extentsOf> =>
      axes.extentsOf(axes.graph.tensors.findIndex((tensor) => tensor.name === name));
    expect(extents('second')[1]).toEqual(extents('first')[0]);
    expect(axes.resolutions.map(({ axis }) => axis)).toEqual([2, 3]);
    const [[width], [height]] = [extents('first')[0], extents('image')[2]].map(variablesOf);
    expect(axes.widths).toContain(width);
    const of = extentUnder(axes, new Map([[width, 18], [height, 12]])); // prettier-ignore
    const shapes = axes.attributes.filter(({ name }) => name === 'shape').map(({ extents: all }) => all.map(of));
    expect(shapes).toEqual([
      [1, 3, (18 * 12 * 10) / 3],
      [1, 18, 12, 10],
    ]);
    expect(axes.multiples.filter(({ layer }) => layer === 'join').map(({ divisor }) => divisor)).toEqual([3]);
  });

  it('holds what is split in another way than it was joined', () => {
    const axes = tiedAxes(groupNormed([1, 6, 16, 10]));
    const [width] = variablesOf(axes.extentsOf(axes.graph.tensors.findIndex(({ name }) => name === 'second'))[1]);
    expect(axes.widths).not.toContain(width);
  });
});
