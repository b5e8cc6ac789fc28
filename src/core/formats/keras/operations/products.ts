import { sizeOf } from '../../../graph/sizes.ts';
import type { TensorId } from '../../../graph/types.ts';
import { tensorsOf } from '../argument.ts';
import type { Call } from '../call.ts';
import type { Lower } from '../call.ts';

function two(call: Call, first = 'x1', second = 'x2'): [TensorId, TensorId] {
  return [call.tensor(0, first), call.tensor(1, second)];
}

/** NumPy's matmul: a vector is a row on the left and a column on the right. */
const matmul: Lower = (call) => {
  const [a, b] = two(call);
  const [left, right] = [call.shapeOf(a), call.shapeOf(b)];
  if (left.length > 1 && right.length > 1) return call.add('matmul', [a, b]);
  const letters = 'abcdefgh'.slice(0, Math.max(left.length, right.length) - 1);
  return left.length === 1
    ? call.add('einsum', [a, b], { equation: `y,${letters.slice(0, -1)}y${letters.slice(-1)}->${letters}` })
    : call.add('einsum', [a, b], { equation: `${letters}y,y->${letters}` });
};

const einsum: Lower = (call) => {
  const operands = call.args.flatMap((argument) => tensorsOf(argument));
  const subscripts = call.config.get('subscripts').string().replaceAll(' ', '');
  if (!subscripts.includes('->'))
    throw call.refusal(`'${subscripts}' names no output`, "Write it out, such as 'ab,bc->ac'.");
  return call.add('einsum', operands, { equation: subscripts });
};

/** Over the last axes of one and the first of the other, or over given axes. */
const tensordot: Lower = (call) => {
  const [a, b] = two(call);
  const [left, right] = [call.shapeOf(a).length, call.shapeOf(b).length];
  const cursor = call.config.find('axes');
  const list = (index: number): number[] => {
    const part = cursor!.at(index);
    return part.isArray ? part.integers() : [part.integer()];
  };
  const count = cursor === undefined ? 2 : cursor.isArray ? undefined : cursor.integer({ min: 0 });
  const ends = (length: number, from: number): number[] => Array.from({ length }, (_, i) => from + i);
  const over = count === undefined ? [list(0), list(1)] : [ends(count, left - count), ends(count, 0)];
  const [x, y] = ['abcdefghijkl'.slice(0, left).split(''), 'nopqrstuvwxy'.slice(0, right).split('')];
  over[0].forEach((axis, index) => {
    y[call.axis(over[1][index], right)] = x[call.axis(axis, left)];
  });
  const shared = new Set(over[0].map((axis) => x[call.axis(axis, left)]));
  const output = [...x, ...y].filter((letter) => !shared.has(letter)).join('');
  return call.add('einsum', [a, b], { equation: `${x.join('')},${y.join('')}->${output}` });
};

/** Every value of one times every value of the other. */
const outer: Lower = (call) => {
  const flat = two(call).map((x) => call.reshape(x, [sizeOf(call.shapeOf(x))]));
  return call.add('einsum', flat, { equation: 'a,b->ab' });
};

/** Over the last axes of both. */
const inner: Lower = (call) => {
  const [a, b] = two(call);
  const [x, y] = ['abcdefgh'.slice(0, call.shapeOf(a).length - 1), 'nopqrstu'.slice(0, call.shapeOf(b).length - 1)];
  return call.add('einsum', [a, b], { equation: `${x}z,${y}z->${x}${y}` });
};

/** Fused attention over [batch, length, heads, size]. */
const dotProductAttention: Lower = (call) => {
  const parts = ['query', 'key', 'value'].map((name, index) => call.tensor(index, name));
  const moved = parts.map((id) => call.transpose(id, [0, 2, 1, 3]));
  const causal = call.argument(6, 'is_causal') === true || call.config.find('is_causal')?.value === true;
  return call.transpose(call.add('attention', moved, causal ? { causal } : {}), [0, 2, 1, 3]);
};

export const PRODUCT_OPERATIONS: Readonly<Record<string, Lower>> = {
  Matmul: matmul,
  Dot: matmul,
  Einsum: einsum,
  Tensordot: tensordot,
  Outer: outer,
  Inner: inner,
  DotProductAttention: dotProductAttention,
};
