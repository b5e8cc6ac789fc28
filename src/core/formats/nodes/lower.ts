import { GraphBuilder } from '../../graph/builder.ts';
import type { Graph } from '../../graph/types.ts';
import { ShapeError } from '../../graph/shapes.ts';
import { IsoflopError } from '../../terms/errors.ts';
import { NodeContext, placeWeight } from './context.ts';
import type { Lowering, Value } from './context.ts';
import type { DocumentNode, NodeDocument, NodeInput } from './document.ts';

/** Gives a node's outputs, in the order of the document. */
export type NodeLowering = (context: NodeContext) => readonly Value[];

export interface NodeLowerOptions {
  readonly batch?: number;
  readonly tokens?: number;
  /** The lowering of a node, undefined where its operation is not known. */
  operatorOf(node: DocumentNode): NodeLowering | undefined;
  /** Names of the operations that are known, for the refusal. */
  readonly format: string;
  /** Whether weights that no node reads count: torch.export lists all of a module's. */
  readonly countUnused: boolean;
}

/** Extent of free axes that nothing sets, such as the length of a text. */
const FREE_EXTENT = 128;

/** Lowers the nodes in the order of the document: each may read only what stands before it. */
export function lowerNodes(document: NodeDocument, options: NodeLowerOptions): Graph {
  const builder = new GraphBuilder();
  const lowering: Lowering = { builder, values: new Map(), placed: new Map(), batch: options.batch ?? 1 };
  for (const input of document.inputs) {
    const shape = input.whole.map((extent, axis) => extent ?? freeExtent(input, axis, options));
    lowering.values.set(input.name, { tensor: builder.input(input.name, shape, input.dtype) });
  }
  for (const [name, weight] of document.weights) lowering.values.set(name, { weight });
  for (const node of document.nodes) lowerNode(node, lowering, options);
  if (options.countUnused) placeUnused(document, lowering);
  return builder.finish(Object.fromEntries(document.outputs.map((name) => [name, outputOf(name, lowering)])));
}

function freeExtent(input: NodeInput, axis: number, { batch, tokens }: NodeLowerOptions): number {
  if (axis === 0) return batch ?? 1;
  return tokens ?? input.exported?.[axis] ?? FREE_EXTENT;
}

function lowerNode(node: DocumentNode, lowering: Lowering, options: NodeLowerOptions): void {
  const lower = options.operatorOf(node);
  if (!lower) {
    throw new IsoflopError('invalid-input', `the operation '${node.type}' of ${options.format} is not known`, {
      path: `node '${node.name}'`,
      hint: 'Its cost and its shapes cannot be told; export the model without it, or give the family by a config.',
    });
  }
  lowering.builder.at(node.name, node.type, node.block);
  const results = fitted(node, () => lower(new NodeContext(node, lowering)));
  for (const [index, name] of node.outputs.entries())
    if (name && results[index]) lowering.values.set(name, results[index]);
}

/** Names the node whose numbers from the file do not fit a shape. */
function fitted<Result>(node: DocumentNode, lower: () => Result): Result {
  try {
    return lower();
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    throw new IsoflopError('invalid-input', error.message, {
      path: `node '${node.name}' (${node.type})`,
      cause: error,
    });
  }
}

function placeUnused(document: NodeDocument, { builder, placed }: Lowering): void {
  for (const weight of document.weights.values()) {
    if (placed.has(weight.name) || weight.kind === 'constant') continue;
    const layer = weight.name.slice(0, Math.max(0, weight.name.lastIndexOf('.'))) || weight.name;
    builder.at(layer, 'unused');
    placeWeight(builder, weight, { role: weight.shape.length > 1 ? 'matrix' : 'bias' }, layer);
  }
}

function outputOf(name: string, { values, builder, placed }: Lowering): number {
  const value = values.get(name);
  if (!value) throw new IsoflopError('invalid-input', `nothing computes the output '${name}'`, { path: 'outputs' });
  if ('tensor' in value) return value.tensor;
  const shape = 'known' in value ? value.known.shape : value.weight.shape;
  return ('weight' in value ? placed.get(value.weight.name) : undefined) ?? builder.add('generate', [], { shape });
}
