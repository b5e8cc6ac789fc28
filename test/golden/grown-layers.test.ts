import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readModel } from '../../src/core/formats/index.ts';
import { scaleModel } from '../../src/core/scaling/index.ts';

const open = (name: string): ReturnType<typeof readModel> =>
  readModel(readFileSync(join(import.meta.dirname, 'models', 'keras', `${name}.json`)), name);

it('layers that change the shape are followed by copies that keep it', () => {
  const { before, after, achieved } = scaleModel(open('two-branch'), { rule: 'axes', depth: 2 });
  // A copy of a dense layer of u units has u (u + 1) parameters; the last layer makes the output and stays.
  const added = [32, 16, 64, 24].reduce((sum, units) => sum + units * (units + 1), 0);
  expect(after.params - before.params).toBe(added);
  expect(achieved.depth).toBe(2);
});

it('a copy of a convolution has no strides and pads its edges', () => {
  const { variant } = scaleModel(open('frozen'), { rule: 'axes', depth: 2 });
  const layers = JSON.parse(new TextDecoder().decode(variant.model.write().bytes)).config.layers as {
    config: { name: string; strides?: number[]; padding?: string };
  }[];
  const copies = layers.filter(({ config }) => config.name.includes('_rep') && config.strides);
  expect(copies.length).toBeGreaterThan(0);
  for (const { config } of copies) expect([config.strides, config.padding]).toEqual([[1, 1], 'same']);
});

it('a copy of an ONNX convolution takes as many channels as it makes and keeps the extents', () => {
  const path = join(import.meta.dirname, 'models', 'onnx', 'conv3d-kept-trace-17.onnx');
  const { variant, achieved } = scaleModel(readModel(readFileSync(path), path), { rule: 'axes', depth: 2 });
  const graph = readModel(variant.model.write().bytes, 'grown').lower();
  const copies = graph.operators.filter(({ kind, layer }) => kind === 'convolution' && layer.endsWith('_copy1'));
  expect(achieved.depth).toBe(2);
  // The second one has windows of 1 x 3 x 3 and no padding of its own.
  expect(copies.map(({ inputs }) => graph.tensors[inputs[1]].shape)).toEqual([
    [6, 6, 3, 3, 3],
    [12, 12, 1, 3, 3],
  ]);
  for (const { inputs, outputs } of copies)
    expect(graph.tensors[outputs[0]].shape).toEqual(graph.tensors[inputs[0]].shape);
});
