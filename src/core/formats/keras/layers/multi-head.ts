import { sizeOf } from '../../../graph/sizes.ts';
import type { Attributes, TensorId } from '../../../graph/types.ts';
import { tensorsOf } from '../argument.ts';
import type { AxisSource, Call } from '../call.ts';
import type { Lower } from '../call.ts';

/** Heads of one projection and where the configuration keeps their numbers. */
interface Heads {
  readonly heads: number;
  readonly size: number;
  readonly axes: Readonly<Record<number, AxisSource>>;
}

interface Inputs {
  readonly query: TensorId;
  readonly value: TensorId;
  readonly key: TensorId;
}

function inputsOf(call: Call): Inputs {
  const [query, value] = [call.tensor(0, 'query'), call.tensor(1, 'value')];
  const [key = value] = tensorsOf(call.argument(2, 'key'));
  return { query, value, key };
}

/** x[..., width] to [..., heads, size] by a kernel [width, heads, size]. */
function project(call: Call, name: string, x: TensorId, { heads, size, axes }: Heads): TensorId {
  const width = call.shapeOf(x).at(-1)!;
  const kernel = call.weight(`${name}/kernel`, [width, heads, size], {
    fanIn: width,
    axes: { 1: axes[0], 2: axes[1] },
  });
  const y = call.add('einsum', [x, kernel], { equation: '...a,abc->...bc' });
  if (!call.flag('use_bias', true)) return y;
  return call.add('add', [y, call.bias(`${name}/bias`, [heads, size], axes)]);
}

/** y[..., heads, size] to [..., outputs] by a kernel [heads, size, outputs]. */
function join(
  call: Call,
  y: TensorId,
  heads: Heads,
  outputs: readonly number[],
  axes: readonly (AxisSource | undefined)[],
): TensorId {
  const letters = 'cdefgh'.slice(0, outputs.length);
  const own = Object.fromEntries(
    axes.flatMap((axis, i): [number, AxisSource][] => (axis === undefined ? [] : [[i, axis]])),
  );
  const kernel = call.weight('attention_output/kernel', [heads.heads, heads.size, ...outputs], {
    fanIn: heads.heads * heads.size,
    axes: {
      ...heads.axes,
      ...Object.fromEntries(Object.entries(own).map(([axis, source]) => [Number(axis) + 2, source])),
    },
  });
  const z = call.add('einsum', [y, kernel], { equation: `...ab,ab${letters}->...${letters}` });
  return call.flag('use_bias', true) ? call.add('add', [z, call.bias('attention_output/bias', outputs, own)]) : z;
}

/**
 * Attention along some axes of [batch, ..., heads, size]: those come next to the size, the others to the batch. Gives the
 * result in the order of the query.
 */
function attend(call: Call, [q, k, v]: readonly TensorId[], axes: readonly number[], attributes: Attributes): TensorId {
  const rank = call.shapeOf(q).length;
  const rest = Array.from({ length: rank - 3 }, (_, index) => index + 1).filter((axis) => !axes.includes(axis));
  const order = [0, ...rest, rank - 2, ...axes, rank - 1];
  const flat = [q, k, v].map((x) => {
    const moved = call.transpose(x, order);
    const shape = call.shapeOf(moved);
    if (rest.length === 0 && axes.length === 1) return moved;
    const [batch, keys] = [shape.slice(0, rest.length + 1), shape.slice(rest.length + 2, -1)];
    return call.reshape(moved, [sizeOf(batch), shape[rest.length + 1], sizeOf(keys), shape.at(-1)!]);
  });
  const y = call.add('attention', flat, attributes);
  const moved = order.map((axis) => (axis === rank - 1 ? call.shapeOf(v).at(-1)! : call.shapeOf(q)[axis]));
  return call.transpose(
    rank === 4 ? y : call.reshape(y, moved),
    order.map((_, axis) => order.indexOf(axis)),
  );
}

function attributesOf(call: Call): Attributes {
  const window = call.config.find('sliding_window')?.integer({ min: 1 });
  const dropout = call.config.find('dropout')?.number() ?? 0;
  return {
    ...(dropout > 0 ? { dropout } : {}),
    ...(call.named.use_causal_mask === true ? { causal: true } : {}),
    ...(window === undefined ? {} : { slidingWindow: window }),
  };
}

/** The result, and where the call asks for them the scores of every head. */
function withScores(call: Call, y: TensorId, q: TensorId, k: TensorId): TensorId[] {
  if (call.named.return_attention_scores !== true) return [y];
  const [batch, queries, heads] = call.shapeOf(q);
  return [
    y,
    call.add('generate', [q, k], { shape: [batch, heads, queries, call.shapeOf(k)[1]], function: 'attention scores' }),
  ];
}

export const multiHeadAttention: Lower = (call) => {
  const { query, value, key } = inputsOf(call);
  const heads = call.count('num_heads');
  const keyHeads: Heads = { heads, size: call.count('key_dim'), axes: { 0: 'num_heads', 1: 'key_dim' } };
  const size = call.config.find('value_dim')?.integer({ min: 1 }) ?? keyHeads.size;
  const valueHeads: Heads = {
    heads,
    size,
    axes: { 0: 'num_heads', 1: call.config.find('value_dim') ? 'value_dim' : 'key_dim' },
  };
  const q = project(call, 'query', query, keyHeads);
  const k = project(call, 'key', key, keyHeads);
  const v = project(call, 'value', value, valueHeads);
  const rank = call.shapeOf(q).length;
  const said = call.config.find('attention_axes');
  const axes =
    said === undefined
      ? Array.from({ length: rank - 3 }, (_, i) => i + 1)
      : said.isArray
        ? said.integers()
        : [said.integer()];
  const y = attend(
    call,
    [q, k, v],
    axes.map((axis) => call.axis(axis, rank - 1)),
    attributesOf(call),
  );
  const output = call.config.find('output_shape');
  const shape =
    output === undefined
      ? [call.shapeOf(query).at(-1)!]
      : output.isArray
        ? output.integers({ min: 1 })
        : [output.integer({ min: 1 })];
  const sources = shape.map((_, i) =>
    output === undefined ? undefined : call.elementSetter('output_shape', i, shape),
  );
  return withScores(call, join(call, gated(call, query, y, valueHeads), valueHeads, shape, sources), q, k);
};

/** A gate of the query's own on the result, where the layer has one. */
function gated(call: Call, query: TensorId, y: TensorId, heads: Heads): TensorId {
  if (!call.flag('use_gate', false)) return y;
  const gate = call.add('activation', [project(call, 'gate', query, heads)], { activation: 'sigmoid' });
  return call.add('multiply', [y, gate]);
}

export const groupedQueryAttention: Lower = (call) => {
  const { query, value, key } = inputsOf(call);
  const size = call.count('head_dim');
  const own: Heads = { heads: call.count('num_query_heads'), size, axes: { 0: 'num_query_heads', 1: 'head_dim' } };
  const shared: Heads = {
    heads: call.count('num_key_value_heads'),
    size,
    axes: { 0: 'num_key_value_heads', 1: 'head_dim' },
  };
  const q = project(call, 'query', query, own);
  const k = project(call, 'key', key, shared);
  const v = project(call, 'value', value, shared);
  const y = attend(call, [q, k, v], [1], attributesOf(call));
  const width = call.shapeOf(query).at(-1)!;
  return withScores(call, join(call, gated(call, query, y, own), own, [width], [undefined]), q, k);
};
