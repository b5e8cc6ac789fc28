import type { Graph } from '../../../graph/types.ts';
import type { JsonCursor } from '../../json/cursor.ts';
import type { DocumentNode, NodeDocument, NodeInput } from '../../nodes/document.ts';
import { IsoflopError } from '../../../terms/errors.ts';
import { safeName } from '../../pytorch/python-text.ts';
import { textArguments } from './arguments.ts';
import type { TextArgument } from './arguments.ts';
import { constructorText } from './constructor.ts';
import { PythonNames } from './names.ts';
import { withSizes } from './sizes.ts';
import type { Program } from './source.ts';
import { withStates } from './states.ts';
import { symbolsOf } from './symbols.ts';
import type { Symbols } from './symbols.ts';
import { expression, symbolicExpression } from './spelling.ts';

const INDENT = ' '.repeat(8);

/**
 * The program as one file of PyTorch code: the class `Network`, its weights under the names of the file with `_` for dots, and a
 * forward pass in the order of the graph. Throws `unavailable` with the node that cannot be written.
 */
export function programText(program: Program): string {
  const { nodes, graph } = program;
  const document = withStates(program.document);
  const attributes = PythonNames.ofModule();
  const locals = new PythonNames();
  const spelled = (name: string): string => {
    const weight = document.weights.get(name);
    return weight ? `self.${attributes.of(weight.name)}` : locals.of(name);
  };
  const inputs = document.inputs.map(({ name }) => locals.of(name));
  const device = inputs.length > 0 ? `${inputs[0]}.device` : undefined;
  const weights = constructorText(program, attributes);
  const symbols = symbolsOf(document, graph, spelled);
  const headings = headingsOf(document.nodes);
  const lines = document.nodes.flatMap((node) => [
    ...(headings.get(node) ?? []),
    ...statement(node, sourceOf(node, nodes), graph, spelled, device, symbols),
  ]);
  return [
    ...head(document, weights.lacking),
    ...weights.makers.flatMap((maker) => [...maker, '', '']),
    'class Network(nn.Module):',
    `    """Input: ${document.inputs.map((input) => inputText(input, locals.of(input.name))).join('; ')}."""`,
    '',
    '    def __init__(self):',
    '        super().__init__()',
    ...weights.lines.map((line) => INDENT + line),
    '',
    `    def forward(${['self', ...inputs].join(', ')}):`,
    ...lines.map((line) => INDENT + line),
    `${INDENT}return ${document.outputs.map(spelled).join(', ')}`,
    '',
    '',
    'if __name__ == "__main__":',
    '    print(f"{sum(p.numel() for p in Network().parameters()):,} parameters")',
    '',
  ].join('\n');
}

function head({ name, origin }: NodeDocument, lacking: readonly string[]): string[] {
  const notes = lacking.length > 0 ? ['', LACKING, ...lacking.map((attribute) => `    ${attribute}`)] : [];
  return [
    `"""${safeName(name)}: a program of ${safeName(origin)}, written by isoflop as PyTorch code.`,
    '',
    'Weights start afresh. To have it as a .pt2 file:',
    '    torch.export.save(torch.export.export(Network(), (example,)), "model.pt2")',
    ...notes,
    '"""',
    '',
    'import torch',
    'import torch.nn.functional as F',
    'from torch import nn',
    '',
    '',
  ];
}

const LACKING =
  'These buffers hold ones: their values are too many to be written, or fit another size. Set them before you run it:';

/** Names the modules that the lines behind them come from; a module around the last one named says nothing new. */
function headingsOf(nodes: readonly DocumentNode[]): Map<DocumentNode, string[]> {
  const headings = new Map<DocumentNode, string[]>();
  let last = '';
  for (const node of nodes) {
    const { block } = node;
    if (block === '' || block.startsWith('_') || `${last}.`.startsWith(`${block}.`)) continue;
    headings.set(node, [`# ${block.replaceAll(/[^\w.-]/g, '_').slice(0, 100)}`]);
    last = block;
  }
  return headings;
}

function inputText({ whole, dtype }: NodeInput, name: string): string {
  const extents = whole.map((extent, axis) => extent ?? (axis === 0 ? 'batch' : 'free'));
  return `${name} ${dtype === 'int32' ? 'whole numbers' : 'floats'} [${extents.join(', ')}]`;
}

/** What says nothing of the numbers: checks of what the exporter took for granted. */
const LEFT_OUT = new Set(['_assert_tensor_metadata', '_assert_scalar', 'sym_constrain_range_for_size']);

function sourceOf(node: DocumentNode, nodes: Program['nodes']): JsonCursor {
  const source = nodes.get(node.copyOf ?? node.name);
  if (source) return source;
  throw new IsoflopError('unavailable', 'a part that runs in a mode of PyTorch is not written as code', {
    path: `node '${node.name}'`,
    hint: 'Export the model with torch.onnx.export and scale that file.',
  });
}

function statement(
  node: DocumentNode,
  source: JsonCursor,
  graph: Graph,
  spelled: (name: string) => string,
  device: string | undefined,
  symbols: Symbols,
): string[] {
  if (LEFT_OUT.has(node.type)) return [];
  const args = withSizes(node, keepingExtents(node, textArguments(node, source, spelled)), graph, symbols);
  const target = source.get('target').string();
  const [, name, overload] = /^torch\.ops\.aten\.(\w+)\.(\w+)$/.exec(target) ?? [];
  const symbolic = name === undefined ? symbolicExpression(node.type, args) : undefined;
  const value =
    symbolic ?? expression({ name: name ?? node.type, overload: overload ?? 'default' }, args, device, INDENT);
  return [`${targets(node, source, spelled)}${value}`];
}

const CONVOLUTIONS = new Set(['conv1d', 'conv2d', 'conv3d']);

/** A copy that keeps the extents of its image goes by single steps with padded edges. */
function keepingExtents(node: DocumentNode, args: readonly TextArgument[]): readonly TextArgument[] {
  if (!node.keepsExtents || !CONVOLUTIONS.has(node.type)) return args;
  return [
    ...args.filter(({ name }) => name !== 'stride' && name !== 'padding'),
    { name: 'stride', text: '1', kind: 'other' },
    { name: 'padding', text: '"same"', kind: 'other' },
  ];
}

/** Names of what a call gives: one, several, or those of a list. */
function targets(node: DocumentNode, source: JsonCursor, spelled: (name: string) => string): string {
  const names = node.outputs.map((output) => (output === '' ? '_' : spelled(output)));
  const [first] = source.get('outputs').items();
  if (names.length === 0) return '';
  return first.has('as_tensors') && names.length === 1 ? `${names[0]}, = ` : `${names.join(', ')} = `;
}
