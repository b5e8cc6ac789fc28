import { readOnnx } from '../../../src/core/formats/onnx/read.ts';
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from '../../../src/core/formats/onnx/types.ts';
import { writeOnnx } from '../../../src/core/formats/onnx/write.ts';
import { sourceOf } from '../../../src/core/formats/source.ts';
import type { Random } from '../../../src/core/math/random.ts';
import type { Mutation } from './bytes.ts';
import { BYTE_MUTATIONS, join, pick } from './bytes.ts';

const EXTENTS = [-1, 0, 1, 2, 3, 7, 1e6, 2 ** 31, 2 ** 40, 2 ** 53 - 1, -(2 ** 40)];

type Change = (graph: OnnxGraph, random: Random) => OnnxGraph;

const replaceAt = <T>(list: readonly T[], random: Random, change: (item: T) => T): T[] => {
  const index = random.integer(Math.max(1, list.length));
  return list.map((item, at) => (at === index ? change(item) : item));
};

const changeNode = (graph: OnnxGraph, random: Random, change: (node: OnnxNode) => OnnxNode): OnnxGraph => ({
  ...graph,
  nodes: replaceAt(graph.nodes, random, change),
});

/** An input becomes the output of any node: cycles, and values that are not there. */
const rewire: Change = (graph, random) =>
  changeNode(graph, random, (node) => ({
    ...node,
    inputs: replaceAt(node.inputs, random, () => pick(pick(graph.nodes, random).outputs, random) ?? 'nothing'),
  }));

const changeType: Change = (graph, random) =>
  changeNode(graph, random, (node) => ({
    ...node,
    type: random.integer(4) === 0 ? 'Nonsense' : pick(graph.nodes, random).type,
  }));

const changeAttribute: Change = (graph, random) =>
  changeNode(graph, random, (node) => ({
    ...node,
    attributes: replaceAt(node.attributes, random, (attribute) => {
      const { name } = attribute;
      if (attribute.kind === 'ints')
        return {
          name,
          kind: 'ints',
          value: random.integer(4) === 0 ? [] : replaceAt(attribute.value, random, () => pick(EXTENTS, random)),
        };
      if (attribute.kind === 'int') return { name, kind: 'int', value: pick(EXTENTS, random) };
      return { name, kind: 'float', value: pick([NaN, Infinity, -1, 0], random) };
    }),
  }));

const dropAttributes: Change = (graph, random) => changeNode(graph, random, (node) => ({ ...node, attributes: [] }));

const changeDims: Change = (graph, random) => ({
  ...graph,
  initializers: replaceAt(graph.initializers, random, ({ name, dims, dataType, external }: OnnxTensor) => ({
    name,
    dataType,
    external,
    dims: random.integer(4) === 0 ? [] : replaceAt(dims, random, () => pick(EXTENTS, random)),
  })),
});

/** Small tensors hold shapes and axes; their values become others. */
const changeValues: Change = (graph, random) => ({
  ...graph,
  initializers: graph.initializers.map((tensor) =>
    tensor.dataType === 7 && tensor.values
      ? { ...tensor, data: BigInt64Array.from(tensor.values, () => BigInt(pick(EXTENTS, random))) }
      : tensor,
  ),
});

const changeShape = (value: OnnxValue, random: Random): OnnxValue => ({
  ...value,
  shape:
    random.integer(4) === 0
      ? undefined
      : replaceAt(value.shape ?? [], random, () => pick([...EXTENTS, 'batch', undefined], random)),
});

const changeInputs: Change = (graph, random) => ({
  ...graph,
  inputs: graph.inputs.map((one) => changeShape(one, random)),
});

const changeKnownShapes: Change = (graph, random) => ({
  ...graph,
  values: replaceAt(graph.values, random, (one) => changeShape(one, random)),
  outputs: replaceAt(graph.outputs, random, (one) => changeShape(one, random)),
});

const shuffle: Change = (graph, random) => ({
  ...graph,
  nodes: Array.from(random.permutation(graph.nodes.length), (index) => graph.nodes[index]),
});

const repeatNode: Change = (graph, random) => {
  const node = pick(graph.nodes, random);
  return { ...graph, nodes: [...graph.nodes, ...Array.from({ length: pick([1, 10, 1000], random) }, () => node)] };
};

const removeNode: Change = (graph, random) => {
  const index = random.integer(graph.nodes.length);
  return { ...graph, nodes: graph.nodes.filter((_, at) => at !== index) };
};

const nest: Change = (graph, random) => {
  let inner = graph;
  for (let depth = pick([1, 3, 16, 17, 40], random); depth > 0 && inner.nodes.length > 0; depth--) {
    const node: OnnxNode = {
      ...inner.nodes[0],
      type: 'If',
      attributes: [{ name: 'then_branch', kind: 'graph', value: inner }],
    };
    inner = { ...graph, initializers: [], nodes: [node] };
  }
  return inner;
};

const CHANGES = [
  rewire,
  rewire,
  changeType,
  changeAttribute,
  changeAttribute,
  dropAttributes,
  changeDims,
  changeValues,
  changeInputs,
  changeKnownShapes,
  shuffle,
  repeatNode,
  removeNode,
  nest,
];

/** Changes the model that the file holds, and writes it again: a file that is well formed and says nonsense. */
export const mutateModel: Mutation = (bytes, random) => {
  const source = sourceOf(bytes);
  const model: OnnxModel = readOnnx(source);
  let { graph } = model;
  for (let times = 1 + random.integer(3); times > 0 && graph.nodes.length > 0; times--)
    graph = pick(CHANGES, random)(graph, random);
  return writeOnnx({ ...model, graph }, source);
};

export const ONNX_MUTATIONS: readonly Mutation[] = [
  ...Array.from({ length: BYTE_MUTATIONS.length }, () => mutateModel),
  ...BYTE_MUTATIONS,
];

const joined = (...parts: readonly Uint8Array[]): Uint8Array => join(parts);

/** A message of one field, `fields` times; lengths up to 127. */
const repeated = (tag: number, content: readonly number[], times: number): Uint8Array => {
  const one = [tag, content.length, ...content];
  const bytes = new Uint8Array(one.length * times);
  for (let at = 0; at < times; at++) bytes.set(one, at * one.length);
  return bytes;
};

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 0x80);
  }
}

const message = (tag: number, content: Uint8Array): Uint8Array =>
  joined(Uint8Array.of(tag, ...varint(content.length)), content);

const modelOf = (graph: Uint8Array): Uint8Array => joined(Uint8Array.of(0x08, 0x09), message(0x3a, graph));

/** A node whose attribute holds a graph that holds such a node, and so on. */
function nested(depth: number): Uint8Array {
  let graph: Uint8Array = new Uint8Array(0);
  for (let level = 0; level < depth; level++)
    graph = message(
      0x0a,
      joined(
        Uint8Array.of(0x22, 2, 0x49, 0x66),
        message(0x2a, joined(Uint8Array.of(0xa0, 1, 5), message(0x32, graph))),
      ),
    );
  return modelOf(graph);
}

const A_NODE = [0x22, 1, 0x41];

/** Files that ask for more than there is. */
export const HOSTILE_ONNX: readonly (() => Uint8Array)[] = [
  () => modelOf(repeated(0x0a, A_NODE, 99_000)),
  () => modelOf(repeated(0x0a, A_NODE, 2_000_000)),
  () => modelOf(message(0x0a, joined(Uint8Array.of(...A_NODE), repeated(0x0a, [], 3_000_000)))),
  () => modelOf(message(0x0a, joined(Uint8Array.of(...A_NODE), repeated(0x2a, [0x0a, 1, 0x61], 480_000)))),
  () => modelOf(message(0x0a, joined(Uint8Array.of(...A_NODE), message(0x2a, message(0x42, new Uint8Array(2 ** 24)))))),
  () => modelOf(repeated(0x2a, [8, 1, 16, 1], 249_000)),
  () => modelOf(repeated(0x5a, [0x0a, 1, 0x78], 400_000)),
  () => modelOf(message(0x2a, message(0x4a, new Uint8Array(2 ** 24)))),
  () => modelOf(message(0x12, new Uint8Array(2 ** 22).fill(0x41))),
  () => nested(15),
  () => nested(5000),
  () => joined(Uint8Array.of(0x08, 0x09), repeated(0x72, [], 2_000_000)),
  () => Uint8Array.of(0x08, 0x09, 0x3a, 0xff, 0xff, 0xff, 0xff, 0x7f),
  () => Uint8Array.of(0x08, ...Array.from({ length: 100 }, () => 0xff)),
];
