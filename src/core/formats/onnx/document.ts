import { sizeOf } from '../../graph/shapes.ts';
import type { DocumentNode, NodeDocument, NodeInput, Weight } from '../nodes/document.ts';
import type { Known } from '../nodes/known.ts';
import { MOST_INPUTS } from '../limits.ts';
import { refusal } from '../refusal.ts';
import { inlineFunctions } from './functions.ts';
import type { Integer, OnnxAttribute, OnnxExtent, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from './types.ts';
import { isFloat } from './data-types.ts';
import { weightKinds } from './weights.ts';

/** An ONNX model as operations on named tensors, and the nodes of the file (functions in place of their calls) by name. */
export interface OnnxNodes {
  readonly document: NodeDocument;
  readonly nodes: ReadonlyMap<string, OnnxNode>;
}

export function onnxDocument(model: OnnxModel, name: string): OnnxNodes {
  const nodes = uniquelyNamed(inlineFunctions(model));
  const { graph } = model;
  const kinds = weightKinds(graph.initializers, nodes);
  const weights = new Map(
    graph.initializers.map((tensor) => [tensor.name, weightOf(tensor, kinds.get(tensor.name) ?? 'constant')]),
  );
  const inputs = graph.inputs.filter((input) => !weights.has(input.name));
  if (inputs.length > MOST_INPUTS)
    throw refusal(`the graph has ${inputs.length} inputs; at most ${MOST_INPUTS} are read`, { path: 'graph.input' });
  const document: NodeDocument = {
    name,
    origin: originOf(model),
    inputs: inputs.map(inputOf),
    weights,
    nodes: nodes.map(nodeOf),
    outputs: graph.outputs.map((output) => output.name),
  };
  return { document, nodes: new Map(nodes.map((node) => [node.name, node])) };
}

function originOf({ opsets, producer, producerVersion }: OnnxModel): string {
  const opset = opsets.find(({ domain }) => domain === '' || domain === 'ai.onnx');
  const maker = [producer, producerVersion].filter((text) => text !== '').join(' ');
  return `ONNX${opset ? ` opset ${opset.version}` : ''}${maker ? `, ${maker}` : ''}`;
}

/** Nodes need no name in ONNX, and some exporters repeat them. */
function uniquelyNamed(nodes: readonly OnnxNode[]): OnnxNode[] {
  const seen = new Set<string>();
  return nodes.map((node, index) => {
    const name = node.name !== '' && !seen.has(node.name) ? node.name : `${node.name || node.type}#${index}`;
    seen.add(name);
    return name === node.name ? node : { ...node, name };
  });
}

export function knownOf(tensor: OnnxTensor): Known | undefined {
  if (!tensor.values || tensor.values.length !== sizeOf(tensor.dims)) return undefined;
  return { shape: tensor.dims, values: tensor.values, whole: !isFloat(tensor.dataType) };
}

function weightOf(tensor: OnnxTensor, kind: Weight['kind']): Weight {
  const known = knownOf(tensor);
  return { name: tensor.name, shape: tensor.dims, kind, ...(known ? { known } : {}) };
}

function inputOf(input: OnnxValue): NodeInput {
  const whole = (input.shape ?? []).map((extent: OnnxExtent) =>
    typeof extent === 'number' && extent > 0 ? extent : null,
  );
  return { name: input.name, whole, shape: whole.slice(1), dtype: isFloat(input.dataType) ? 'float32' : 'int32' };
}

const plain = (value: Integer): number => Number(value);

function attributeOf(attribute: OnnxAttribute): DocumentNode['attributes'][string] {
  switch (attribute.kind) {
    case 'int':
      return plain(attribute.value);
    case 'float':
    case 'string':
      return attribute.value;
    case 'ints':
      return attribute.value.map(plain);
    case 'floats':
      return [...attribute.value];
    case 'tensor':
      return knownOf(attribute.value) ?? { shape: attribute.value.dims, values: [], whole: false };
    default:
      return undefined;
  }
}

function nodeOf(node: OnnxNode): DocumentNode {
  const isStandard = node.domain === '' || node.domain === 'ai.onnx';
  return {
    name: node.name,
    type: isStandard ? node.type : `${node.domain}.${node.type}`,
    block: blockOf(node),
    inputs: node.inputs,
    outputs: node.outputs,
    attributes: Object.fromEntries(node.attributes.map((attribute) => [attribute.name, attributeOf(attribute)])),
  };
}

/** The module's path: of the tracing exporter `/layers.0/attention/MatMul`, of the newer one a list of scopes. */
function blockOf(node: OnnxNode): string {
  const scopes = node.metadata.find(({ key }) => key === 'pkg.torch.onnx.name_scopes')?.value;
  if (scopes !== undefined) {
    const paths = [...scopes.matchAll(/'([^']*)'/g)].map((match) => match[1]);
    return paths.length > 2 ? paths.at(-2)! : '';
  }
  return node.name.startsWith('/') ? node.name.slice(1).split('/').slice(0, -1).join('.') : '';
}
