import type { Graph } from '../../graph/types.ts';
import type { Edit } from '../../model/edit.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { DocumentNode, NodeDocument, NodeInput, Weight } from './document.ts';
import { sameAgain, shapeKeeping } from './grow.ts';
import { repeatChain } from './repeat.ts';

/** Which places of an attribute move with the number of samples. */
export type BatchAxes = (edit: Edit & { kind: 'attribute' }) => readonly number[];

/** The document with one edit made. `graph` is that of the document before all edits. */
export function editNodes(document: NodeDocument, edit: Edit, batchAxes: BatchAxes, graph: () => Graph): NodeDocument {
  switch (edit.kind) {
    case 'input':
      return { ...document, inputs: document.inputs.map((input) => resized(input, edit)) };
    case 'axis':
      return { ...document, weights: withAxis(document.weights, edit) };
    case 'attribute':
      return { ...document, nodes: withOverride(document.nodes, edit, batchAxes(edit)) };
    case 'repeat':
      return repeatChain(document, edit.layers, edit.times, edit.keepsShape ? shapeKeeping(graph()) : sameAgain);
    case 'parameter':
      throw new Error(`internal: a document of nodes has no parameter '${edit.path}'`);
  }
}

function resized(input: NodeInput, edit: Edit & { kind: 'input' }): NodeInput {
  if (input.name !== edit.input) return input;
  const exported = input.exported && [
    input.exported[0],
    ...edit.shape.map((extent, axis) => extent ?? input.exported![axis + 1]),
  ];
  return { ...input, shape: edit.shape, whole: [input.whole[0], ...edit.shape], ...(exported ? { exported } : {}) };
}

/** Tied weights stand under several names: all of them change. */
function withAxis(weights: ReadonlyMap<string, Weight>, edit: Edit & { kind: 'axis' }): Map<string, Weight> {
  const names = [...weights].filter(([, weight]) => weight.name === edit.tensor).map(([name]) => name);
  if (names.length === 0) throw new IsoflopError('invalid-input', `the document has no weight '${edit.tensor}'`);
  const { known: _, ...rest } = weights.get(names[0])!;
  const shape = rest.shape.map((extent, axis) => (axis === edit.axis ? edit.size : extent));
  const changed = new Map(weights);
  for (const name of names) changed.set(name, { ...rest, shape });
  return changed;
}

function withOverride(
  nodes: readonly DocumentNode[],
  edit: Edit & { kind: 'attribute' },
  batchAxes: readonly number[],
): DocumentNode[] {
  const { layer, attribute, index = 0, value } = edit;
  if (!nodes.some((node) => node.name === layer))
    throw new IsoflopError('invalid-input', `the document has no node '${layer}'`);
  return nodes.map((node) => {
    if (node.name !== layer) return node;
    const values = [...(node.overrides?.[attribute] ?? [])];
    values[index] = { value, batchAxes };
    return { ...node, overrides: { ...node.overrides, [attribute]: values } };
  });
}
