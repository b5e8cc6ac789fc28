import { filterAxes } from './spatial.ts';
import type { Region } from './regions.ts';
import type { Attributes, Graph, Operator, TensorId } from './types.ts';

/** Filters of single channels or of groups of them. */
export const DEPTHWISE = 'grouped ';

/** Attributes that may differ from block to block: rates that rise with depth, numbers of constants. */
const OWN: Attributes = { dropout: undefined, values: undefined };

/** What makes two regions equal, and two operators of one kind. */
export const signatures = {
  /** Kinds, attributes, shapes of the weights and how the operators read each other, as text. */
  region(graph: Graph, { from, operators }: Region): string {
    const names = new Map<TensorId, string>([[from, 'x']]);
    const lines = operators.map(({ kind, inputs, outputs, attributes }, index) => {
      const read = inputs.map((id) => names.get(id) ?? `${graph.tensors[id].source} ${graph.tensors[id].shape}`);
      for (const [at, id] of outputs.entries()) names.set(id, `${index}.${at}`);
      return `${kind} ${JSON.stringify({ ...attributes, ...OWN })} ${read.join(';')}`;
    });
    return [String(graph.tensors[from].shape), ...lines].join('\n');
  },

  /** The kind of an operator with a matrix or filters, with the extent of its window; nothing for the others. */
  weight(graph: Graph, { kind, inputs, attributes }: Operator): string[] {
    const matrix = inputs
      .map((id) => graph.tensors[id])
      .find(({ source, shape }) => source === 'parameter' && shape.length > 1);
    if (!matrix || ['add', 'multiply', 'binary', 'normalize', 'batchNormalize', 'groupNormalize'].includes(kind))
      return [];
    if (!kind.endsWith('onvolution')) return [kind];
    const { spatial } = filterAxes(attributes.filters ?? 'out-in-spatial', matrix.shape.length);
    const isDepthwise = attributes.filters === 'spatial-channel-multiplier' || (attributes.groups ?? 1) > 1;
    return [`${isDepthwise ? DEPTHWISE : ''}${kind} ${spatial.map((axis) => matrix.shape[axis])}`];
  },
};
