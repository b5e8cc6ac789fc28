import type { DocumentNode, NodeDocument } from '../../nodes/document.ts';

const RECURRENT = new Set(['lstm', 'gru', 'rnn_tanh', 'rnn_relu']);
const FILLED = new Set(['zeros', 'ones', 'full', 'rand', 'randn', 'new_zeros', 'new_ones', 'new_full']);

interface List {
  readonly from: number;
  readonly count: number;
}

const isList = (value: unknown): value is List => typeof value === 'object' && value !== null && 'from' in value;

/** First states of recurrent layers have the layers' new width: the graph does not hold them, so no edit has set it. */
export function withStates(document: NodeDocument): NodeDocument {
  const widths = new Map(document.nodes.flatMap((node) => statesOf(node, document)));
  if (widths.size === 0) return document;
  const nodes = document.nodes.map((node) => {
    const hidden = FILLED.has(node.type) ? widths.get(node.outputs[0]) : undefined;
    const size = node.attributes.size;
    if (hidden === undefined || !Array.isArray(size)) return node;
    // What is computed when the model runs is the number of samples.
    const value = size.map((extent, axis) =>
      axis === size.length - 1 ? hidden : typeof extent === 'number' ? extent : 1,
    );
    return { ...node, overrides: { ...node.overrides, shape: [{ value, batchAxes: [] }] } };
  });
  return { ...document, nodes };
}

/** Names of a node's first states, each with its width: the columns of the matrix that multiplies it. */
function statesOf({ type, attributes, inputs }: DocumentNode, { weights }: NodeDocument): [string, number][] {
  const { hx, params } = attributes as Record<string, unknown>;
  if (!RECURRENT.has(type) || !isList(params)) return [];
  const hidden = weights.get(inputs[params.from + 1])?.shape[1];
  if (hidden === undefined) return [];
  const [from, count] = isList(hx) ? [hx.from, hx.count] : [(hx as { input: number }).input, 1];
  return inputs.slice(from, from + count).map((name) => [name, hidden]);
}
