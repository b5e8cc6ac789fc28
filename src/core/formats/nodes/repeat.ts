import { IsoflopError } from '../../terms/errors.ts';
import type { DocumentNode, NodeDocument, Weight } from './document.ts';
import type { CopyRule } from './grow.ts';

/** Where a chain of nodes joins the rest of the document. */
interface Ends {
  /** The tensor that each copy takes from the one before. */
  readonly entry: string;
  readonly exit: string;
}

function endsOf(document: NodeDocument, chain: readonly DocumentNode[]): Ends {
  const inside = new Set(chain);
  const made = new Set(chain.flatMap((node) => node.outputs));
  const rest = document.nodes.filter((node) => !inside.has(node));
  const readOutside = new Set([...rest.flatMap((node) => node.inputs), ...document.outputs]);
  const exits = [...made].filter((name) => readOutside.has(name));
  const before = document.nodes.slice(0, document.nodes.indexOf(chain[0]));
  const order = new Map(
    [...document.inputs.map((input) => input.name), ...before.flatMap((node) => node.outputs)].map((name, index) => [
      name,
      index,
    ]),
  );
  const sizes = sizesOf(before);
  const external = [...new Set(chain.flatMap((node) => node.inputs))].filter(
    (name) => order.has(name) && !sizes.has(name),
  );
  // Masks and tables of positions are made before the stream of the blocks: the latest is what a block passes on.
  const entry = external.sort((a, b) => order.get(b)! - order.get(a)!)[0];
  if (entry === undefined || exits.length !== 1) {
    throw new IsoflopError(
      'invalid-input',
      `the nodes from '${chain[0].name}' to '${chain.at(-1)!.name}' are no chain`,
      {
        hint: `They give ${exits.length} tensors to the rest of the model; a block that repeats gives one.`,
      },
    );
  }
  return { entry, exit: exits[0] };
}

/** Operations that give extents, in ONNX and in torch.export. */
const SIZES = new Set(['Shape', 'Size', 'sym_size']);

/** Tensors that hold extents of others, such as those that a reshape reads, and those made from nothing, such as first states: no stream of data. */
function sizesOf(nodes: readonly DocumentNode[]): Set<string> {
  const sizes = new Set<string>();
  const constants = new Set<string>();
  for (const { type, inputs, outputs } of nodes) {
    const given = inputs.filter((name) => name !== '' && !constants.has(name));
    const isSize = SIZES.has(type) || (given.length > 0 && given.every((name) => sizes.has(name)));
    for (const output of outputs) {
      if (isSize) sizes.add(output);
      else if (given.length === 0) constants.add(output);
    }
  }
  return new Set([...sizes, ...constants]);
}

/** Runs a chain of nodes `times` times; each copy has weights of its own and reads what the copy before gives. */
export function repeatChain(
  document: NodeDocument,
  layers: readonly string[],
  times: number,
  rule: CopyRule,
): NodeDocument {
  const wanted = new Set(layers);
  const chain = document.nodes.filter((node) => wanted.has(node.name));
  if (chain.length !== wanted.size)
    throw new IsoflopError('invalid-input', `the document lacks a node of '${layers.join("', '")}'`);
  if (times === 1) return document;
  const ends = endsOf(document, chain);
  if (times === 0) return withoutChain(document, chain, ends);
  const weights = new Map(document.weights);
  const taken = new Set(document.nodes.map((node) => node.name));
  const copies: DocumentNode[] = [];
  let previous = ends.exit;
  for (let copy = 1, made = 0; made < times - 1; copy++) {
    if (taken.has(`${chain[0].name}_copy${copy}`)) continue;
    const names = namesOfCopy(document, chain, weights, copy, ends.entry, previous, rule);
    copies.push(...chain.map((node) => rule.node(renamed(node, `${node.name}_copy${copy}`, names))));
    previous = names.get(ends.exit)!;
    made++;
  }
  return { ...joined(document, chain, copies, ends.exit, previous), weights };
}

/** New names of what a copy makes and of its weights; the entry is the exit of the copy before. */
function namesOfCopy(
  document: NodeDocument,
  chain: readonly DocumentNode[],
  weights: Map<string, Weight>,
  copy: number,
  entry: string,
  previous: string,
  rule: CopyRule,
): Map<string, string> {
  const names = new Map([[entry, previous]]);
  for (const output of chain.flatMap((node) => node.outputs)) if (output) names.set(output, `${output}_copy${copy}`);
  for (const input of chain.flatMap((node) => node.inputs)) {
    const weight = document.weights.get(input);
    if (!weight || weight.kind === 'constant') continue;
    names.set(input, `${input}_copy${copy}`);
    weights.set(`${input}_copy${copy}`, {
      ...rule.weight(weight),
      name: `${weight.name}_copy${copy}`,
      copyOf: weight.copyOf ?? input,
    });
  }
  return names;
}

const renamed = (node: DocumentNode, name: string, names: ReadonlyMap<string, string>): DocumentNode => ({
  ...node,
  name,
  copyOf: node.copyOf ?? node.name,
  inputs: node.inputs.map((input) => names.get(input) ?? input),
  outputs: node.outputs.map((output) => names.get(output) ?? output),
});

function joined(
  document: NodeDocument,
  chain: readonly DocumentNode[],
  copies: readonly DocumentNode[],
  exit: string,
  last: string,
): NodeDocument {
  const inside = new Set(chain);
  const end = document.nodes.indexOf(chain.at(-1)!);
  const names = new Map([[exit, last]]);
  const follow = (node: DocumentNode): DocumentNode =>
    inside.has(node) ? node : { ...node, inputs: node.inputs.map((input) => names.get(input) ?? input) };
  const nodes = [
    ...document.nodes.slice(0, end + 1).map(follow),
    ...copies,
    ...document.nodes.slice(end + 1).map(follow),
  ];
  return { ...document, nodes, outputs: document.outputs.map((name) => names.get(name) ?? name) };
}

function withoutChain(document: NodeDocument, chain: readonly DocumentNode[], { entry, exit }: Ends): NodeDocument {
  const inside = new Set(chain);
  const nodes = document.nodes
    .filter((node) => !inside.has(node))
    .map((node) => ({ ...node, inputs: node.inputs.map((input) => (input === exit ? entry : input)) }));
  return { ...document, nodes, outputs: document.outputs.map((name) => (name === exit ? entry : name)) };
}
