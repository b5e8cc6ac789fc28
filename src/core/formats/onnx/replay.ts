import type { Parameter } from '../../graph/parameter.ts';
import type { Graph } from '../../graph/types.ts';
import { atTwoSamples } from '../nodes/batch-axes.ts';
import type { DocumentNode, NodeDocument, NodeInput, Weight } from '../nodes/document.ts';
import { encoded, freshValues } from './fresh.ts';
import type { OnnxAttribute, OnnxExtent, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from './types.ts';

const FLOAT = 1;
const MOST_INT32 = 2 ** 31 - 1;
const INT64 = 7;

export interface Replay {
  readonly model: OnnxModel;
  /** The nodes of the file by name. */
  readonly nodes: ReadonlyMap<string, OnnxNode>;
  readonly document: NodeDocument;
  readonly lowerAt: (batch: number) => Graph;
}

/** The file's model with the document's edits made in it: fresh weights, no shapes that no longer hold. */
export function replay({ model, nodes, document, lowerAt }: Replay): OnnxModel {
  const graph = lowerAt(1);
  const later = atTwoSamples(document, lowerAt) ?? graph;
  const sizes: OnnxTensor[] = [];
  const written = document.nodes.flatMap((node) => {
    const source = nodes.get(node.copyOf ?? node.name)!;
    const { node: edited, before = [], initializers } = editedNode(node, source, graph, later);
    sizes.push(...initializers);
    return [...before, edited];
  });
  const tensors = new Map(model.graph.initializers.map((tensor) => [tensor.name, tensor]));
  const parameters = new Map(graph.parameters.map(({ parameter }) => [parameter.name, parameter]));
  const initializers = [...document.weights].map(([name, weight], index) =>
    initializer(name, weight, tensors.get(weight.copyOf ?? name)!, parameters.get(weight.name), index),
  );
  const inputs = new Map(document.inputs.map((input) => [input.name, input]));
  return {
    ...model,
    functions: [],
    graph: {
      ...model.graph,
      nodes: written,
      initializers: [...initializers, ...sizes],
      inputs: model.graph.inputs.map((value) => resized(value, inputs.get(value.name))),
      outputs: model.graph.outputs.map((value, index) => outputValue(value, document.outputs[index], graph)),
      values: [],
    },
  };
}

function initializer(
  name: string,
  weight: Weight,
  tensor: OnnxTensor,
  parameter: Parameter | undefined,
  index: number,
): OnnxTensor {
  if (weight.kind === 'constant') return { ...tensor, name };
  const data = encoded(freshValues(weight.shape, parameter, index), tensor.dataType);
  return { name, dims: weight.shape, dataType: tensor.dataType, external: false, data };
}

function resized(value: OnnxValue, input: NodeInput | undefined): OnnxValue {
  if (!input || !value.shape) return value;
  return { ...value, shape: value.shape.map((extent, axis) => input.whole[axis] ?? extent) };
}

/** Extents that the file names, such as the batch, keep their names. */
function outputValue(value: OnnxValue, name: string, graph: Graph): OnnxValue {
  const { shape } = graph.tensors[graph.outputs[name]];
  const extents = value.shape?.map((extent: OnnxExtent, axis) => (typeof extent === 'number' ? shape[axis] : extent));
  return { ...value, name, shape: extents };
}

interface EditedNode {
  readonly node: OnnxNode;
  /** Nodes that compute its new sizes. */
  readonly before?: readonly OnnxNode[];
  /** Constants that hold the node's new sizes. */
  readonly initializers: readonly OnnxTensor[];
}

function editedNode(node: DocumentNode, source: OnnxNode, graph: Graph, later: Graph): EditedNode {
  const plain = { ...source, name: node.name, inputs: node.inputs, outputs: node.outputs };
  if (node.keepsExtents && node.type === 'Conv') return { node: withSingleSteps(plain, graph), initializers: [] };
  if (!node.overrides) return { node: plain, initializers: [] };
  const operator = (of: Graph, attribute: string): unknown =>
    of.operators.find(({ layer, attributes }) => layer === node.name && attribute in attributes)?.attributes[
      attribute as 'shape'
    ];
  switch (node.type) {
    case 'Expand':
      return withExpansion(plain, operator(graph, 'shape') as number[], operator(later, 'shape') as number[]);
    case 'Reshape':
      return withInput(
        plain,
        1,
        'shape',
        freed(operator(graph, 'shape') as number[], operator(later, 'shape') as number[]),
      );
    case 'Split':
      return withSizes(plain, operator(graph, 'sizes') as number[]);
    case 'Slice':
      return withSlice(
        plain,
        operator(graph, 'starts') as number[],
        toTheEnd(operator(graph, 'ends') as number[], operator(later, 'ends') as number[]),
        operator(graph, 'steps') as number[],
      );
    case 'Conv':
    case 'ConvTranspose':
      return { node: withAttribute(plain, 'group', operator(graph, 'groups') as number), initializers: [] };
    case 'LSTM':
    case 'GRU':
    case 'RNN':
      return {
        node: withAttribute(withoutStates(plain), 'hidden_size', operator(graph, 'hidden') as number),
        initializers: [],
      };
    case 'Resize':
      return withImageSizes(plain, graph, later);
    default:
      return { node: plain, initializers: [] };
  }
}

/** Extents that move with the batch are left to be worked out when the model runs. */
const freed = (shape: readonly number[], later: readonly number[]): number[] => {
  const first = shape.findIndex((extent, axis) => extent !== later[axis]);
  return shape.map((extent, axis) => (axis === first ? -1 : extent));
};

const integers = (name: string, values: readonly number[]): OnnxTensor => ({
  name,
  dims: [values.length],
  dataType: INT64,
  external: false,
  data: BigInt64Array.from(values, BigInt),
});

function withInput(node: OnnxNode, index: number, what: string, values: readonly number[]): EditedNode {
  const name = `${node.name}/${what}`;
  const inputs = node.inputs.map((input, i) => (i === index ? name : input));
  return { node: { ...node, inputs }, initializers: [integers(name, values)] };
}

/** The lowering has seen that the states are zeros, as they are without. Peepholes stay. */
const withoutStates = (node: OnnxNode): OnnxNode => ({
  ...node,
  inputs: node.inputs.map((name, index) => (index === 5 || index === 6 ? '' : name)),
});

/** Sizes are those of every axis; where the batch is free, factors, from which half a cell keeps the rounding away. */
function withImageSizes(node: OnnxNode, graph: Graph, later: Graph): EditedNode {
  const operator = graph.operators.find(({ layer, kind }) => layer === node.name && kind === 'resize')!;
  const { shape } = graph.tensors[operator.inputs[0]];
  const sizes = [...shape.slice(0, 2), ...(operator.attributes.sizes ?? [])];
  if (later === graph) {
    const { node: edited, initializers } = withInput(node, 3, 'sizes', sizes);
    return { node: { ...edited, inputs: [edited.inputs[0], '', '', edited.inputs[3]] }, initializers };
  }
  const factors = sizes.map((size, axis) => (size === shape[axis] ? 1 : (size + 0.5) / shape[axis]));
  const name = `${node.name}/scales`;
  const data = Float32Array.from(factors);
  return {
    node: { ...node, inputs: [node.inputs[0], '', name] },
    initializers: [{ name, dims: [factors.length], dataType: FLOAT, external: false, data }],
  };
}

/** An end that moves with the batch is the end of the axis, however many samples there are. */
const toTheEnd = (ends: readonly number[], later: readonly number[]): number[] =>
  ends.map((end, axis) => (end === later[axis] ? end : MOST_INT32));

/** Extents that move with the batch are taken from the shape that the file computes, the others are new: kept x 1 + 0 or kept x 0 + new. */
function withExpansion(node: OnnxNode, shape: readonly number[], later: readonly number[]): EditedNode {
  const isFree = shape.map((extent, axis) => extent !== later[axis]);
  if (!isFree.includes(true)) return withInput(node, 1, 'shape', shape);
  const name = (what: string): string => `${node.name}/${what}`;
  const plain = { ...node, domain: '', attributes: [] };
  const step = (type: string, inputs: string[], output: string): OnnxNode => ({
    ...plain,
    name: output,
    type,
    inputs,
    outputs: [output],
  });
  return {
    node: { ...node, inputs: [node.inputs[0], name('shape')] },
    before: [
      step('Mul', [node.inputs[1], name('batch axes')], name('batch')),
      step('Add', [name('batch'), name('sizes')], name('shape')),
    ],
    initializers: [
      integers(name('batch axes'), isFree.map(Number)),
      integers(
        name('sizes'),
        shape.map((extent, axis) => (isFree[axis] ? 0 : extent)),
      ),
    ],
  };
}

const withAttribute = (node: OnnxNode, name: string, value: number): OnnxNode => ({
  ...node,
  attributes: [...node.attributes.filter((attribute) => attribute.name !== name), { name, kind: 'int', value }],
});

/** A copy that keeps the extents: single steps, the edges padded. */
function withSingleSteps(node: OnnxNode, graph: Graph): OnnxNode {
  const { strides, padding, groups } = graph.operators.find(({ layer }) => layer === node.name)!.attributes;
  const pads = padding as readonly (readonly [number, number])[];
  const lists = { strides: strides!, pads: [...pads.map(([before]) => before), ...pads.map(([, after]) => after)] };
  const others = node.attributes.filter(({ name }) => !(name in lists) && name !== 'auto_pad');
  const attributes = Object.entries(lists).map(([name, value]): OnnxAttribute => ({ name, kind: 'ints', value }));
  return withAttribute({ ...node, attributes: [...others, ...attributes] }, 'group', groups ?? 1);
}

/** Up to opset 12 the sizes are an attribute, then an input. */
function withSizes(node: OnnxNode, sizes: readonly number[]): EditedNode {
  const isAttribute = node.attributes.some(({ name }) => name === 'split');
  const others = node.attributes.filter(({ name }) => name !== 'split' && name !== 'num_outputs');
  if (!isAttribute) return withInput({ ...node, attributes: others, inputs: [node.inputs[0], ''] }, 1, 'split', sizes);
  const split: OnnxAttribute = { name: 'split', kind: 'ints', value: sizes };
  return { node: { ...node, attributes: [...others, split] }, initializers: [] };
}

/** Up to opset 9 places are attributes, then inputs; written for every axis. */
function withSlice(
  node: OnnxNode,
  starts: readonly number[],
  ends: readonly number[],
  steps: readonly number[],
): EditedNode {
  const axes = starts.map((_, axis) => axis);
  if (node.attributes.some(({ name }) => name === 'starts')) {
    const attributes = Object.entries({ starts, ends, axes }).map(([name, value]): OnnxAttribute => ({
      name,
      kind: 'ints',
      value,
    }));
    return { node: { ...node, attributes }, initializers: [] };
  }
  const parts = Object.entries({ starts, ends, axes, steps }).map(([what, values]) =>
    integers(`${node.name}/${what}`, values),
  );
  return { node: { ...node, inputs: [node.inputs[0], ...parts.map(({ name }) => name)] }, initializers: parts };
}
