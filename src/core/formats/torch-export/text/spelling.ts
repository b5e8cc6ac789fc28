import type { TextArgument } from './arguments.ts';
import { callText } from './literals.ts';

/** An operation of ATen, such as `add.Tensor`. */
export interface Operation {
  /** As ATen writes it: with `_` at its end where it changes its input. */
  readonly name: string;
  readonly overload: string;
}

/** What Python writes between two operands. */
const INFIX: Readonly<Record<string, string>> = {
  add: '+',
  sub: '-',
  mul: '*',
  div: '/',
  pow: '**',
  matmul: '@',
  eq: '==',
  ne: '!=',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
  bitwise_and: '&',
  bitwise_or: '|',
};

/** Functions of torch.nn.functional that take the arguments of their operation by name. */
const FUNCTIONAL = new Set(
  'linear gelu silu hardswish hardsigmoid hardtanh leaky_relu softplus mish glu pad scaled_dot_product_attention avg_pool2d avg_pool3d adaptive_avg_pool2d adaptive_avg_pool3d conv1d conv2d conv3d layer_norm rms_norm'.split(
    ' ',
  ),
);

/** Functions of torch that do; `self` is then `input`. */
const OF_TORCH = new Set(
  'abs acos adaptive_avg_pool1d addmm all amax amin any arange argmax argmin asin atan atan2 avg_pool1d baddbmm bmm cat ceil celu clamp clamp_max clamp_min clone conv_transpose1d conv_transpose2d conv_transpose3d cos cosh cumsum detach empty empty_like erf exp exp2 expm1 fill flip floor floor_divide fmod frac full full_like gather group_norm gru index_select isinf isnan log log1p log2 log_softmax logical_and logical_not logical_or logical_xor logsumexp lstm masked_fill max max_pool1d max_pool2d max_pool3d maximum mean min minimum mm nan_to_num neg ones ones_like prelu prod rand rand_like randn reciprocal relu remainder rnn_relu rnn_tanh roll round rsqrt rsub scalar_tensor selu sigmoid sign sin sinh softmax sqrt square stack sum tan tanh tril triu trunc where zeros zeros_like'.split(
    ' ',
  ),
);

/** Methods of a tensor, whose arguments people write by place. */
const METHODS = new Set(
  'chunk contiguous expand_as flatten masked_fill_ movedim narrow repeat_interleave squeeze t transpose type_as unbind unflatten unsqueeze'.split(
    ' ',
  ),
);

/** Methods that take a shape as one argument an axis. */
const SHAPED: Readonly<Record<string, string>> = {
  view: 'view',
  _unsafe_view: 'reshape',
  reshape: 'reshape',
  expand: 'expand',
  permute: 'permute',
  repeat: 'repeat',
};

/** Makes tensors from nothing: on the device of the model's input. */
const CREATING = new Set('arange zeros ones empty full rand randn scalar_tensor'.split(' '));

/** Where an expression is no single word, a method or an operator binds to its last part. */
const first = ([self]: readonly TextArgument[]): string => self.text;

/** The expression of a call. `device` is an expression, undefined where the model has no inputs. */
export function expression(
  { name, overload }: Operation,
  args: readonly TextArgument[],
  device: string | undefined,
  indent: string,
): string {
  const special = SPECIAL[name]?.(args, indent);
  if (special !== undefined) return special;
  if (name in INFIX && args.length === 2) return `${args[0].text} ${INFIX[name]} ${args[1].text}`;
  if (name in SHAPED && args[1]?.elements) return callText(`${first(args)}.${SHAPED[name]}`, args[1].elements, indent);
  if (METHODS.has(name))
    return callText(
      `${first(args)}.${name}`,
      args.slice(1).map(({ text }) => text),
      indent,
    );
  const named = byName(args);
  if (CREATING.has(name) && device !== undefined) named.push(`device=${device}`);
  if (FUNCTIONAL.has(name)) return callText(`F.${name}`, named, indent);
  if (OF_TORCH.has(name)) return callText(`torch.${name}`, named, indent);
  return callText(`torch.ops.aten.${name}.${overload}`, named, indent);
}

/** Tensors by place as long as nothing else has come, all that follows by name. */
function byName(args: readonly TextArgument[]): string[] {
  const until = args.findIndex(({ kind }) => kind === 'other');
  const leading = until === -1 ? args.length : until;
  return args.map(({ name, text }, index) => (index < leading ? text : `${name}=${text}`));
}

const find = (args: readonly TextArgument[], name: string): string | undefined =>
  args.find((one) => one.name === name)?.text;

type Special = (args: readonly TextArgument[], indent: string) => string | undefined;

/** `x[:, :, a:b]`: the places of one axis. */
function subscript(args: readonly TextArgument[], place: string): string | undefined {
  const dim = Number(find(args, 'dim') ?? 0);
  if (!(dim >= -1)) return undefined;
  return dim === -1 ? `${first(args)}[..., ${place}]` : `${first(args)}[${':, '.repeat(dim)}${place}]`;
}

/** An end beyond all extents: torch writes the largest number of 64 bits. */
const isOpen = (text: string | undefined): boolean =>
  text === undefined || text === 'None' || Number(text) > Number.MAX_SAFE_INTEGER;

const slice: Special = (args) => {
  const [start, end, step] = ['start', 'end', 'step'].map((name) => find(args, name));
  const from = start === undefined || start === '0' || start === 'None' ? '' : start;
  const to = isOpen(end) ? '' : end;
  return subscript(args, `${from}:${to}${step === undefined || step === '1' ? '' : `:${step}`}`);
};

/** Norms by statistics: torch.nn.functional has them in another order. */
const statisticsNorm =
  (name: string, ...settings: string[]): Special =>
  (args, indent) => {
    const tensors = ['input', 'running_mean', 'running_var', 'weight', 'bias'].map((one) => find(args, one) ?? 'None');
    const named = settings.flatMap((one) => (find(args, one) === undefined ? [] : [`${one}=${find(args, one)}`]));
    return callText(`F.${name}`, [...tensors, ...named], indent);
  };

const embedding: Special = (args, indent) => {
  const padding = find(args, 'padding_idx');
  const rest = padding === undefined || Number(padding) < 0 ? [] : [`padding_idx=${padding}`];
  return callText('F.embedding', [find(args, 'indices')!, find(args, 'weight')!, ...rest], indent);
};

const einsum: Special = (args, indent) =>
  callText(
    'torch.einsum',
    [find(args, 'equation')!, ...args.find(({ name }) => name === 'tensors')!.elements!],
    indent,
  );

const to: Special = (args) => {
  const type = find(args, 'dtype');
  if (type !== undefined && type !== 'None') return `${first(args)}.to(${type})`;
  return args.some(({ name }) => name === 'other') ? `${first(args)}.type_as(${find(args, 'other')})` : first(args);
};

const split: Special = (args, indent) => {
  const sizes = find(args, 'split_sizes') ?? find(args, 'split_size')!;
  return callText(`${first(args)}.split`, [sizes, `dim=${find(args, 'dim') ?? 0}`], indent);
};

const dropout: Special = (args, indent) =>
  callText('F.dropout', [first(args), `p=${find(args, 'p')}`, `training=${find(args, 'train')}`], indent);

const SPECIAL: Readonly<Record<string, Special>> = {
  slice,
  select: (args) => subscript(args, find(args, 'index') ?? '0'),
  batch_norm: statisticsNorm('batch_norm', 'training', 'momentum', 'eps'),
  instance_norm: statisticsNorm('instance_norm', 'use_input_stats', 'momentum', 'eps'),
  embedding,
  einsum,
  to,
  _to_copy: to,
  split,
  split_with_sizes: split,
  dropout,
  alias: first,
  lift_fresh_copy: (args) => `${first(args)}.clone()`,
  index: (args) => `${first(args)}[${args[1].elements!.map((one) => (one === 'None' ? ':' : one)).join(', ')}]`,
  sym_size: (args) => `${first(args)}.shape[${find(args, 'dim')}]`,
};

/** Python's operators on the sizes of free axes. */
const SYMBOLIC: Readonly<Record<string, string>> = { add: '+', sub: '-', mul: '*', floordiv: '//', mod: '%' };

export const symbolicExpression = (name: string, args: readonly TextArgument[]): string | undefined =>
  name in SYMBOLIC ? args.map(({ text }) => text).join(` ${SYMBOLIC[name]} `) : undefined;
