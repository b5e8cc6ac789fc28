import { describe, expect, it } from 'vitest';
import { tiedAxes } from '../axes.ts';
import { GraphBuilder } from '../builder.ts';
import type { Graph } from '../types.ts';

/** torch's plain cell on a hidden width of 16: two directions of 24 units, matrices of each, biases of each. */
function recurrent(): Graph {
  const builder = new GraphBuilder();
  const weight = (name: string, ...shape: number[]): number =>
    builder.parameter({ name, shape, role: 'matrix', fanIn: 1, residual: false, layer: 'rnn' });
  const x = builder.add('linear', [builder.input('x', [1, 5, 12], 'float32'), weight('first', 12, 16)]);
  const way = (name: string): number[] => [
    weight(`${name}.input`, 24, 16),
    weight(`${name}.state`, 24, 24),
    weight(`${name}.bias`, 24),
  ];
  const attributes = { cell: 'rnn', hidden: 24, directions: 2, sequence: true } as const;
  const y = builder.add('recurrent', [x, ...way('there'), ...way('back')], attributes);
  return builder.finish({ y });
}

describe('tieRecurrent', () => {
  it('ties the matrices of both ways to the input and to the units', () => {
    const graph = recurrent();
    const axes = tiedAxes(graph);
    const extents = (name: string): unknown =>
      axes.extentsOf(graph.tensors.findIndex((tensor) => tensor.name === name));
    const [input, units] = ['there.input', 'there.state'].map(extents) as [unknown[], unknown[]];
    expect(extents('back.input')).toEqual(input);
    expect(extents('back.state')).toEqual(units);
    // [units, inputs] and [units, units]: the inputs are those of the layer before.
    expect([input[0], input[1]]).toEqual([units[1], (extents('first') as unknown[])[1]]);
    expect(input[0]).not.toEqual(input[1]);
  });
});
