import { refusal } from '../refusal.ts';
import type { OnnxAttribute, OnnxFunction, OnnxModel, OnnxNode } from './types.ts';

/** Functions that call functions: exporters nest a handful. */
const DEEPEST_CALL = 16;
/** A model whose functions unfold to more nodes is an attack. */
const MOST_NODES = 200_000;

/** The nodes of the graph with every call of a model's own function replaced by the function's nodes. */
export function inlineFunctions(model: OnnxModel): readonly OnnxNode[] {
  if (model.functions.length === 0) return model.graph.nodes;
  const functions = new Map(model.functions.map((f) => [`${f.domain}:${f.name}:${f.overload}`, f]));
  const result: OnnxNode[] = [];
  const visit = (node: OnnxNode, depth: number): void => {
    const called = functions.get(`${node.domain}:${node.type}:${node.overload}`);
    if (!called) result.push(node);
    if (depth > DEEPEST_CALL) throw refusal(`functions call each other more than ${DEEPEST_CALL} deep`);
    if (result.length > MOST_NODES) throw refusal(`the functions unfold to more than ${MOST_NODES} nodes`);
    if (called)
      for (const [index, inner] of called.nodes.entries()) visit(bodyNode(inner, index, called, node), depth + 1);
  };
  for (const node of model.graph.nodes) visit(node, 0);
  return result;
}

/** A node of a function's body in place of the call: its values are named after the call. */
function bodyNode(inner: OnnxNode, index: number, called: OnnxFunction, call: OnnxNode): OnnxNode {
  const names = new Map<string, string>([['', '']]);
  for (const [i, name] of called.inputs.entries()) names.set(name, call.inputs[i] ?? '');
  for (const [i, name] of called.outputs.entries()) if (call.outputs[i]) names.set(name, call.outputs[i]);
  const rename = (name: string): string => names.get(name) ?? `${call.name}/${name}`;
  return {
    ...inner,
    name: `${call.name}/${inner.name || `${inner.type}${index}`}`,
    inputs: inner.inputs.map(rename),
    outputs: inner.outputs.map(rename),
    attributes: inner.attributes.flatMap((attribute) => resolved(attribute, called, call)),
  };
}

/** An attribute that refers to one of the call's: the call's value, or the function's default. */
function resolved(attribute: OnnxAttribute, called: OnnxFunction, call: OnnxNode): OnnxAttribute[] {
  if (attribute.kind !== 'reference') return [attribute];
  const meant = attribute.value;
  const found = [...call.attributes, ...called.defaults].find(({ name }) => name === meant);
  return found ? [{ ...found, name: attribute.name }] : [];
}
