import { filterAxes } from '../../graph/spatial.ts';
import type { Attributes, Graph } from '../../graph/types.ts';
import type { DocumentNode, Weight } from './document.ts';

/** How the nodes of a chain and their weights are copied. */
export interface CopyRule {
  node(node: DocumentNode): DocumentNode;
  weight(weight: Weight): Weight;
}

export const sameAgain: CopyRule = { node: (node) => node, weight: (weight) => weight };

/** Copies that give the shape that they get: their products take as many channels as they make. */
export function shapeKeeping(graph: Graph): CopyRule {
  const axes = channelAxes(graph);
  return {
    node: (node) => ({ ...node, keepsExtents: true }),
    weight: (weight) => {
      const found = axes.get(weight.name);
      if (!found) return weight;
      return { ...weight, shape: weight.shape.with(found.in, weight.shape[found.out]) };
    },
  };
}

/** Axes of the channels that a product takes and makes, by the name of its weight. */
function channelAxes({ operators, tensors }: Graph): Map<string, { in: number; out: number }> {
  const axes = new Map<string, { in: number; out: number }>();
  for (const { kind, inputs, attributes } of operators) {
    if (kind !== 'linear' && kind !== 'convolution') continue;
    const { name, shape } = tensors[inputs[1]];
    const matrix = attributes.transposeB ? { out: 0, in: 1 } : { in: 0, out: 1 };
    axes.set(name, kind === 'linear' ? matrix : filterAxes(attributes.filters ?? 'out-in-spatial', shape.length));
  }
  return axes;
}

/** Attributes of a convolution that gives the extents that it gets. The odd zero stands after. */
export function keepingExtents(attributes: Attributes, filters: readonly number[]): Attributes {
  const { spatial } = filterAxes(attributes.filters ?? 'out-in-spatial', filters.length);
  const zeros = spatial.map((axis, i) => (attributes.dilations?.[i] ?? 1) * (filters[axis] - 1));
  return {
    ...attributes,
    strides: zeros.map(() => 1),
    padding: zeros.map((total) => [Math.floor(total / 2), Math.ceil(total / 2)] as const),
  };
}
