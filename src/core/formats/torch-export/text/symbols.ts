import type { Graph } from '../../../graph/types.ts';
import type { DocumentNode, NodeDocument } from '../../nodes/document.ts';

/** Sizes that are computed when the model runs. */
export interface Symbols {
  /** What each is at one sample, by its expression. */
  readonly values: ReadonlyMap<string, number>;
  /** The expression of the number of samples; undefined where it is fixed. */
  readonly batch?: string;
}

const COMPUTE: Readonly<Record<string, (x: number, y: number) => number>> = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  floordiv: (x, y) => Math.floor(x / y),
  mod: (x, y) => x % y,
};

/** The sizes of inputs and what is computed from them; those of other tensors follow an edit by themselves. */
export function symbolsOf(document: NodeDocument, graph: Graph, spelled: (name: string) => string): Symbols {
  const shapes = new Map(document.inputs.map(({ name }, index) => [name, graph.tensors[graph.inputs[index]].shape]));
  const known = new Map<string, number>();
  for (const node of document.nodes) {
    const value = node.type === 'sym_size' ? shapes.get(node.inputs[0])?.[axisOf(node)] : computed(node, known);
    if (value !== undefined) known.set(node.outputs[0], value);
  }
  const free = document.inputs.find(({ whole }) => whole[0] === null);
  return {
    values: new Map([...known].map(([name, value]) => [spelled(name), value])),
    ...(free && { batch: `${spelled(free.name)}.shape[0]` }),
  };
}

const axisOf = ({ attributes }: DocumentNode): number => (typeof attributes.dim === 'number' ? attributes.dim : 0);

function computed({ type, attributes, inputs }: DocumentNode, known: ReadonlyMap<string, number>): number | undefined {
  if (!Object.hasOwn(COMPUTE, type)) return undefined;
  const [x, y] = Object.values(attributes).map((argument) => {
    if (typeof argument === 'number') return argument;
    return known.get(inputs[(argument as { readonly input?: number } | null)?.input ?? -1]);
  });
  return x === undefined || y === undefined ? undefined : COMPUTE[type](x, y);
}
