import { sizeOf } from '../../graph/shapes.ts';
import type { Operator, TensorId } from '../../graph/types.ts';
import { isCondition } from './functions.ts';
import { dropped } from './dropout.ts';
import type { Rewriting } from './rewriting.ts';

/** Rows of two axes times a matrix [inputs, outputs]. */
export function rewriteLinear(form: Rewriting, operator: Operator): void {
  const [x, w, ...bias] = form.inputs(operator);
  const shape = form.shapeOf(x);
  const rows = form.reshape(x, [sizeOf(shape) / shape.at(-1)!, shape.at(-1)!]);
  const { transposeB } = operator.attributes;
  const y = form.add('linear', [rows, w, ...bias], transposeB ? { transposeB } : {});
  form.place(operator.outputs[0], form.reshape(y, [...shape.slice(0, -1), form.shapeOf(y)[1]]));
}

/** Leading axes of both factors are made equal. */
export function rewriteMatmul(form: Rewriting, operator: Operator): void {
  const [a, b] = form.inputs(operator);
  const [left, right] = [form.shapeOf(a), form.shapeOf(b)];
  const leading = form.source.tensors[operator.outputs[0]].shape.slice(0, -2);
  const spread = (id: TensorId, shape: readonly number[]): TensorId => {
    const wanted = [...leading, ...shape.slice(-2)];
    return String(shape) === String(wanted) ? id : form.add('broadcast', [id], { shape: wanted });
  };
  const isRows = right.length === 2 && left.length > 2 && !operator.attributes.transposeA;
  if (!isRows) {
    const y = form.add('matmul', [spread(a, left), spread(b, right)], operator.attributes);
    form.place(operator.outputs[0], y);
    return;
  }
  const rows = form.reshape(a, [sizeOf(left.slice(0, -1)), left.at(-1)!]);
  const y = form.add('matmul', [rows, b], operator.attributes);
  form.place(operator.outputs[0], form.reshape(y, [...left.slice(0, -1), form.shapeOf(y)[1]]));
}

/** Added to a score that may not be seen: large, yet finite in float32. */
const HIDDEN = -1e9;

/** Scores of queries and keys, softmax and the mix of values, as products (Vaswani et al. 2017, equation 1); keys are shared by groups of heads. */
export function rewriteAttention(form: Rewriting, operator: Operator): void {
  const [q, k, v, bias] = form.inputs(operator);
  const [batch, heads, queries, size] = form.shapeOf(q);
  const [, groups, keys] = form.shapeOf(k);
  const { alpha = 1 / Math.sqrt(size), softcap, byDistance, dropout } = operator.attributes;
  const grouped = form.reshape(q, [batch, groups, (heads / groups) * queries, size]);
  let scores = form.add('matmul', [grouped, k], { transposeB: true, alpha });
  scores = form.reshape(scores, [batch, heads, queries, keys]);
  if (bias !== undefined && byDistance) {
    const scaled = form.add('scale', [shiftedByDistance(form, bias)], { alpha });
    scores = form.add('add', [scores, scaled]);
  }
  if (softcap !== undefined) {
    const bounded = form.add('activation', [form.add('scale', [scores], { alpha: 1 / softcap })], {
      activation: 'tanh',
    });
    scores = form.add('scale', [bounded], { alpha: softcap });
  }
  if (bias !== undefined && !byDistance) scores = form.add('add', [scores, addedTo(form, operator.inputs[3], bias)]);
  const mask = maskOf(form, operator, heads, queries, keys);
  const weights = form.add('softmax', mask === undefined ? [scores] : [scores, mask]);
  const rows = form.reshape(dropped(form, weights, dropout), [batch, groups, (heads / groups) * queries, keys]);
  form.place(
    operator.outputs[0],
    form.reshape(form.add('matmul', [rows, v]), form.source.tensors[operator.outputs[0]].shape),
  );
}

/** A mask of numbers is added as it is, one of answers hides where it says no. */
function addedTo(form: Rewriting, source: TensorId, mask: TensorId): TensorId {
  if (!isCondition(form.source, source)) return mask;
  const [seen, hidden] = [0, HIDDEN].map((value) => form.constant(`number ${value}`, [1], value));
  return form.add('select', [mask, seen, hidden]);
}

/** Scores [b, h, n, n] of query i by distance, n - 1 first, as scores by key: those of later keys are without meaning (Dai et al. 2019, appendix B). */
function shiftedByDistance(form: Rewriting, scores: TensorId): TensorId {
  const [batch, heads, queries, keys] = form.shapeOf(scores);
  const none = [0, 0] as const;
  const padded = form.add('pad', [scores], { padding: [none, none, none, [1, 0]] });
  const turned = form.reshape(padded, [batch, heads, keys + 1, queries]);
  const starts = [0, 0, 1, 0];
  const kept = form.add('slice', [turned], { starts, ends: [batch, heads, keys + 1, queries], steps: [1, 1, 1, 1] });
  return form.reshape(kept, [batch, heads, queries, keys]);
}

/** Query i of s stands at key t - s + i; it sees no later key, and of a window only the last. With ALiBi scores sink by distance. */
function maskOf(
  form: Rewriting,
  operator: Operator,
  heads: number,
  queries: number,
  keys: number,
): TensorId | undefined {
  const { causal = false, slidingWindow = Infinity, alibi = false } = operator.attributes;
  if (!causal && slidingWindow === Infinity && !alibi) return undefined;
  const slopes = alibi ? alibiSlopes(heads) : [0];
  const name = `mask ${alibi ? heads : ''} ${queries} ${keys} ${causal} ${slidingWindow}`;
  return form.shared(name, alibi ? [heads, queries, keys] : [queries, keys], () =>
    Float32Array.from({ length: slopes.length * queries * keys }, (_, index) => {
      const query = (Math.floor(index / keys) % queries) + keys - queries;
      const distance = query - (index % keys);
      const isSeen = (!causal || distance >= 0) && distance < slidingWindow;
      return isSeen ? -slopes[Math.floor(index / (queries * keys))] * Math.abs(distance) : HIDDEN;
    }),
  );
}

/** 2^(-8 i / n) for n heads, a power of two; others take every second slope of twice as many (Press et al. 2022, and their code). */
export function alibiSlopes(heads: number): number[] {
  const whole = 2 ** Math.floor(Math.log2(heads));
  const of = (count: number): number[] => Array.from({ length: count }, (_, i) => 2 ** ((-8 * (i + 1)) / count));
  const more = of(2 * whole).filter((_, index) => index % 2 === 0);
  return [...of(whole), ...more.slice(0, heads - whole)];
}
