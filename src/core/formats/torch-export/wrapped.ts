import type { JsonCursor } from '../json/cursor.ts';
import type { DocumentNode } from '../nodes/document.ts';

/** Operations that run a graph of their own once, in a mode of PyTorch: without gradients, in another precision. */
const WRAPPERS = new Set(['wrap_with_set_grad_enabled', 'wrap_with_autocast']);

/** Whether a node stands for the nodes of a graph inside of it. */
export const isWrapper = (target: string): boolean => WRAPPERS.has(target.replace(/^torch\.ops\.higher_order\./, ''));

/** The nodes of the graph that a node runs, under names of their own, and a node for each result. */
export function unwrapped(
  wrapper: DocumentNode,
  cursor: JsonCursor,
  readNodes: (graph: JsonCursor) => readonly DocumentNode[],
): DocumentNode[] {
  const args = cursor
    .get('inputs')
    .items()
    .map((input) => input.get('arg'));
  const graph = args.flatMap((arg) => arg.find('as_graph') ?? [])[0]?.get('graph');
  if (!graph) throw cursor.refusal(`'${wrapper.name}' has no graph to run`);
  const named = (list: string): string[] =>
    graph
      .get(list)
      .items()
      .map((item) => item.find('as_tensor')?.get('name').string() ?? '');
  const given = new Map(named('inputs').map((name, index) => [name, wrapper.inputs[index] ?? '']));
  const rename = (name: string): string => (name === '' ? '' : (given.get(name) ?? `${wrapper.name}/${name}`));
  const inner = readNodes(graph).map((node) => ({
    ...node,
    name: `${wrapper.name}/${node.name}`,
    inputs: node.inputs.map(rename),
    outputs: node.outputs.map(rename),
  }));
  return [...inner, ...named('outputs').map((name, index) => result(wrapper, rename(name), index))];
}

const result = ({ name, block, outputs }: DocumentNode, input: string, index: number): DocumentNode => ({
  name: `${name}/result${index}`,
  type: 'identity',
  block,
  inputs: [input],
  outputs: [outputs[index] ?? ''],
  attributes: { self: { input: 0 } },
});
