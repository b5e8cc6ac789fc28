import { PbfWriter } from 'pbf';
import { describe, expect, test } from 'vitest';
import { sourceOf } from '../source.ts';
import { halfToNumber } from './data-types.ts';
import { readOnnx } from './read.ts';
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from './types.ts';
import { writeOnnx } from './write.ts';

const node = (attributes: readonly OnnxAttribute[], type = 'Slice'): OnnxNode => ({
  name: 'n',
  type,
  domain: '',
  overload: '',
  inputs: ['x', '', 'w'],
  outputs: ['y'],
  attributes,
  metadata: [{ key: 'namespace', value: 'block.0' }],
});

const graph = (parts: Partial<OnnxGraph>): OnnxGraph => ({
  name: 'g',
  nodes: [],
  initializers: [],
  inputs: [],
  outputs: [],
  values: [],
  metadata: [],
  ...parts,
});

const model = (parts: Partial<OnnxGraph>): OnnxModel => ({
  irVersion: 9,
  opsets: [{ domain: '', version: 20 }],
  producer: 'test',
  producerVersion: '1',
  graph: graph(parts),
  functions: [],
  metadata: [],
});

const again = (parts: Partial<OnnxGraph>): OnnxGraph => readOnnx(sourceOf(writeOnnx(model(parts)))).graph;

const tensor = (dims: readonly number[], dataType: number, data: ArrayBufferView): OnnxTensor => ({
  name: 'w',
  dims,
  dataType,
  external: false,
  data,
});

describe('an ONNX file', () => {
  test('says what was written: values, types, names and the widest numbers', () => {
    const attributes: OnnxAttribute[] = [
      { name: 'ends', kind: 'ints', value: [1, -1, 2n ** 63n - 1n, -(2n ** 63n)] },
      { name: 'axis', kind: 'int', value: -2 },
      { name: 'epsilon', kind: 'float', value: 0.5 },
      { name: 'mode', kind: 'string', value: 'linear' },
      { name: 'names', kind: 'strings', value: ['a', ''] },
      { name: 'scales', kind: 'floats', value: [1, 2.5] },
      { name: 'from', kind: 'reference', value: 'outer', type: 2 },
      { name: 'body', kind: 'graph', value: graph({ nodes: [node([])] }) },
    ];
    const inputs = [
      { name: 'x', dataType: 1, shape: ['batch', 3, undefined, 224] },
      { name: 'any', dataType: 1, shape: undefined },
    ];
    const read = again({ nodes: [node(attributes)], inputs });
    expect(read.nodes).toEqual([node(attributes)]);
    expect(read.inputs).toEqual(inputs);
  });

  test('gives the values of small tensors of each type, and only the place of large ones', () => {
    const { initializers } = again({
      initializers: [
        tensor([2], 1, Float32Array.of(1.5, -2)),
        tensor([1], 7, BigInt64Array.of(-1n)),
        tensor([], 10, Uint16Array.of(0x3c00)),
        tensor([2], 16, Uint16Array.of(0x3f80, 0xc000)),
        tensor([3], 9, Uint8Array.of(1, 0, 1)),
        tensor([100, 100], 1, new Float32Array(10_000)),
      ],
    });
    expect(initializers.map(({ values }) => values)).toEqual([[1.5, -2], [-1], [1], [1, -2], [1, 0, 1], undefined]);
    expect(initializers[5].dims).toEqual([100, 100]);
  });

  test('keeps the values of its tensors when it is written again', () => {
    const source = sourceOf(writeOnnx(model({ initializers: [tensor([5000], 1, new Float32Array(5000).fill(7))] })));
    const copy = writeOnnx(readOnnx(source), source);
    expect(copy).toEqual(source.read(0, source.size));
  });

  test('reads typed data as well as raw data', () => {
    const pbf = new PbfWriter();
    pbf.writeVarintField(1, 9);
    pbf.writeMessage(
      7,
      (_, graph) =>
        graph.writeMessage(
          5,
          (_, one) => {
            one.writePackedVarint(1, [3]);
            one.writeVarintField(2, 7);
            one.writePackedVarint(7, [2, -1, 300]);
          },
          undefined,
        ),
      undefined,
    );
    expect(readOnnx(sourceOf(pbf.finish())).graph.initializers[0].values).toEqual([2, -1, 300]);
  });

  test('is refused at its offset when it lies', () => {
    const lies =
      (parts: Partial<OnnxGraph>): (() => unknown) =>
      () =>
        again(parts);
    expect(lies({ initializers: [tensor([3], 1, new Float32Array(2))] })).toThrow(
      /8 bytes for 3 values, which need 12/,
    );
    expect(lies({ initializers: [tensor([-1], 1, new Float32Array(0))] })).toThrow(/an axis of -1/);
    expect(lies({ initializers: [tensor([2 ** 30, 2 ** 30], 1, new Float32Array(0))] })).toThrow(/values; at most/);
    expect(lies({ initializers: [tensor([1], 99, new Float32Array(1))] })).toThrow(/unknown element type 99/);
    expect(lies({ inputs: [{ name: 'x', dataType: 1, shape: [-7] }] })).toThrow(/an extent from -1/);
    expect(lies({ nodes: [node([], '')] })).toThrow(/names no operator/);
  });

  test('is refused wherever it is cut off inside a message', () => {
    const bytes = writeOnnx(model({ nodes: [node([{ name: 'axis', kind: 'int', value: 3 }])], inputs: [] }));
    const outcomes = Array.from({ length: bytes.length }, (_, length) => {
      try {
        readOnnx(sourceOf(bytes.subarray(0, length)));
        return 'read';
      } catch (error) {
        return (error as Error).name;
      }
    });
    expect(outcomes.filter((outcome) => outcome !== 'IsoflopError' && outcome !== 'read')).toEqual([]);
    expect(outcomes.filter((outcome) => outcome === 'read')).toHaveLength(1);
  });

  test('may not nest graphs without end', () => {
    const nested = (depth: number): OnnxGraph =>
      depth === 0 ? graph({}) : graph({ nodes: [node([{ name: 'body', kind: 'graph', value: nested(depth - 1) }])] });
    expect(() => again(nested(16))).not.toThrow();
    expect(() => again(nested(17))).toThrow(/graphs inside one another/);
  });
});

test('halves as numbers: the extremes of IEEE 754 binary16', () => {
  expect([0x0001, 0x03ff, 0x0400, 0x7bff, 0xfc00].map(halfToNumber)).toEqual([
    2 ** -24,
    1023 * 2 ** -24,
    2 ** -14,
    65504,
    -Infinity,
  ]);
});
