import type { Graph } from '../../../graph/types.ts';
import { IsoflopError } from '../../../terms/errors.ts';
import type { DocumentNode, Override } from '../../nodes/document.ts';
import type { TextArgument } from './arguments.ts';
import type { Symbols } from './symbols.ts';

type Changed = readonly TextArgument[];
type Overrides = NonNullable<DocumentNode['overrides']>;

/** Operations whose arguments say no extents that an edit could change: theirs follow from what they are given. */
const RELATIVE = new Set(
  'flatten squeeze unsqueeze unbind stack expand_as chunk repeat tile matmul bmm mm baddbmm instance_norm glu prelu pixel_shuffle scaled_dot_product_attention lstm gru rnn_tanh rnn_relu zeros_like ones_like full_like empty_like rand_like'.split(
    ' ',
  ),
);

/** The arguments of a node with the sizes that edits have set, and those that follow from its input's shape. */
export function withSizes(node: DocumentNode, args: Changed, graph: Graph, symbols: Symbols): Changed {
  const normalized = withNormalizedShape(node, args, graph);
  return node.overrides ? withOverrides(node, normalized, node.overrides, symbols) : normalized;
}

function withOverrides(node: DocumentNode, args: Changed, overrides: Overrides, symbols: Symbols): Changed {
  const { shape, sizes, starts, ends, groups } = overrides;
  const set = (name: string, text: string): Changed => given(args, name, text);
  const has = (name: string): boolean => args.some((one) => one.name === name);
  switch (node.type) {
    case 'view':
    case '_unsafe_view':
    case 'expand':
      return withList(args, 'size', list(shape?.[0]), symbols);
    case 'reshape':
      return withList(args, 'shape', list(shape?.[0]), symbols);
    case 'zeros':
    case 'ones':
    case 'empty':
    case 'full':
    case 'rand':
    case 'randn':
    case 'new_zeros':
    case 'new_ones':
    case 'new_full':
      return withList(args, 'size', list(shape?.[0]), symbols);
    case 'unflatten':
      return withUnflattened(args, list(shape?.[0]));
    case 'arange':
      return set('end', String(list(shape?.[0])![0]));
    case 'split':
    case 'split_with_sizes':
      return set(has('split_sizes') ? 'split_sizes' : 'split_size', `[${list(sizes?.[0])!.join(', ')}]`);
    case 'repeat_interleave':
      return withRepeats(args, list(shape?.[1]));
    case 'slice':
      return withRange(args, list(starts?.[0]), list(ends?.[0]), 'end');
    case 'narrow':
      return withRange(args, list(starts?.[0]), list(ends?.[0]), 'length');
    case 'select':
      return withRange(args, list(starts?.[0]), undefined, 'index');
    case 'group_norm':
    case 'native_group_norm':
      return set(has('num_groups') ? 'num_groups' : 'group', String(groups![0]!.value as number));
  }
  if (/^conv(?!ert)/.test(node.type)) return set('groups', String(groups![0]!.value as number));
  if (node.type.includes('upsample'))
    return has('scale_factors') ? args : withList(args, 'output_size', list(sizes?.[0]));
  if (RELATIVE.has(node.type)) return args;
  throw new IsoflopError('unavailable', 'its new sizes cannot be written as PyTorch', {
    path: `node '${node.name}' (${node.type})`,
  });
}

const plain = (name: string, text: string): TextArgument => ({ name, text, kind: 'other' });

/** Replaces an argument, or adds it where the document left it out. */
const given = (args: Changed, name: string, text: string): Changed =>
  args.some((one) => one.name === name)
    ? args.map((one) => (one.name === name ? plain(name, text) : one))
    : [...args, plain(name, text)];

const list = (override: Override | undefined): readonly number[] | undefined =>
  override && (override.value as readonly number[]);

const isNumber = (text: string): boolean => /^\d+$/.test(text);

/**
 * A list with new numbers; -1 and sizes that are computed when the model runs stay. Those that were computed from a width, such as
 * heads times samples, are computed anew.
 */
function withList(args: Changed, name: string, values: readonly number[] | undefined, symbols?: Symbols): Changed {
  if (!values) return args;
  return args.map((one) => {
    if (one.name !== name || !one.elements) return one;
    const elements = one.elements.map((text, index) => {
      if (isNumber(text)) return String(values[index]);
      const before = symbols?.values.get(text);
      if (before === undefined || before === values[index] || symbols?.batch === undefined) return text;
      return `${values[index]} * ${symbols.batch}`;
    });
    return { ...one, text: `[${elements.join(', ')}]`, elements };
  });
}

/** The parts of one axis, of the whole shape behind it. */
function withUnflattened(args: Changed, shape: readonly number[] | undefined): Changed {
  const parts = args.find(({ name }) => name === 'sizes')?.elements?.length ?? 0;
  if (!shape || parts === 0) return args;
  const at = axisOf(args, shape.length - parts + 1);
  return withList(args, 'sizes', shape.slice(at, at + parts));
}

/** The axis of copies stands behind the one that is copied. */
function withRepeats(args: Changed, wide: readonly number[] | undefined): Changed {
  return wide ? given(args, 'repeats', String(wide[axisOf(args, wide.length - 1) + 1])) : args;
}

function axisOf(args: Changed, rank: number): number {
  const dim = Number(args.find(({ name }) => name === 'dim')?.text ?? 0);
  return dim < 0 ? dim + rank : dim;
}

/** A cut along one axis, of the places of every axis. */
function withRange(
  args: Changed,
  starts: readonly number[] | undefined,
  ends: readonly number[] | undefined,
  last: 'end' | 'length' | 'index',
): Changed {
  const at = axisOf(args, (starts ?? ends ?? []).length);
  const first = last === 'index' ? 'index' : 'start';
  const from = args.find(({ name }) => name === first);
  const start = starts?.[at] ?? Number(from?.text ?? 0);
  const begun = starts && isNumber(from?.text ?? '0') ? given(args, first, String(start)) : args;
  const end = ends?.[at];
  if (end === undefined || last === 'index') return begun;
  const to = args.find(({ name }) => name === last);
  // An end that the document leaves open or counts from the back stays so.
  if (!to || !isNumber(to.text) || Number(to.text) > Number.MAX_SAFE_INTEGER) return begun;
  return given(begun, last, String(last === 'length' ? end - start : end));
}

const NORMS = new Set(['layer_norm', 'native_layer_norm', 'rms_norm', '_fused_rms_norm']);

/** Norms over the last axes name their extents: those of what comes in. */
function withNormalizedShape(node: DocumentNode, args: Changed, { operators, tensors }: Graph): Changed {
  if (!NORMS.has(node.type)) return args;
  const norm = operators.find(({ layer, kind }) => layer === node.name && kind === 'normalize')!;
  const { shape } = tensors[norm.inputs[0]];
  return args.map((one) => {
    if (one.name !== 'normalized_shape') return one;
    const extents = shape.slice(shape.length - (one.elements?.length ?? 1));
    return plain(one.name, `[${extents.join(', ')}]`);
  });
}
