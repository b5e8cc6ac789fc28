import { sizeOf } from '../../graph/shapes.ts';
import type { Operator, TensorId } from '../../graph/types.ts';
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
  const { alpha = 1 / Math.sqrt(size) } = operator.attributes;
  const grouped = form.reshape(q, [batch, groups, (heads / groups) * queries, size]);
  let scores = form.add('matmul', [grouped, k], { transposeB: true, alpha });
  scores = form.reshape(scores, [batch, heads, queries, keys]);
  if (bias !== undefined) scores = form.add('add', [scores, bias]);
  const mask = maskOf(form, operator, queries, keys);
  const weights = form.add('softmax', mask === undefined ? [scores] : [scores, mask]);
  const rows = form.reshape(weights, [batch, groups, (heads / groups) * queries, keys]);
  form.place(
    operator.outputs[0],
    form.reshape(form.add('matmul', [rows, v]), form.source.tensors[operator.outputs[0]].shape),
  );
}

/** Query i of s stands at key t - s + i; it sees no later key, and of a window only the last. */
function maskOf(form: Rewriting, operator: Operator, queries: number, keys: number): TensorId | undefined {
  const { causal = false, slidingWindow = Infinity } = operator.attributes;
  if (!causal && slidingWindow === Infinity) return undefined;
  return form.shared(`mask ${queries} ${keys} ${causal} ${slidingWindow}`, [queries, keys], () =>
    Float32Array.from({ length: queries * keys }, (_, index) => {
      const [query, key] = [Math.floor(index / keys) + keys - queries, index % keys];
      const isSeen = (!causal || key <= query) && query - key < slidingWindow;
      return isSeen ? 0 : HIDDEN;
    }),
  );
}
