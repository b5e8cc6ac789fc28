import { functionNamed } from '../../graph/functions.ts';
import type { Operator, OperatorKind, TensorId } from '../../graph/types.ts';
import type { Rewriting } from './rewriting.ts';

/** `x` times random factors that training fills; `x` itself where nothing is dropped. */
export function dropped(form: Rewriting, x: TensorId, rate: number | undefined, shape = form.shapeOf(x)): TensorId {
  if (!form.training || !rate) return x;
  return form.add('multiply', [x, form.mask(shape, rate, 'elements')]);
}

/** `x` times one random factor for each sample. */
export function branchDropped(form: Rewriting, x: TensorId, rate: number): TensorId {
  if (!form.training || !rate) return x;
  const shape = form.shapeOf(x).map((extent, axis) => (axis === 0 ? extent : 1));
  return form.add('multiply', [x, form.mask(shape, rate, 'branches')]);
}

/** A layer that drops elements, whole channels (spatial) or whole samples; the identity outside of training. */
export function rewriteDropout(form: Rewriting, { inputs, outputs, attributes }: Operator): void {
  const isImage = form.isChannelsFirst(inputs[0]);
  const x = isImage ? form.channelsFirst(inputs[0]) : form.plain(inputs[0]);
  const { dropout = 0, channelsLast } = attributes;
  if (functionNamed(attributes.function) === 'stochastic-depth') {
    form.place(outputs[0], branchDropped(form, x, dropout), isImage);
    return;
  }
  const isSpatial = attributes.function?.toLowerCase().startsWith('spatial') === true;
  const shape = form.shapeOf(x);
  const channels = !isImage && channelsLast ? shape.length - 1 : 1;
  const places = shape.map((extent, axis) => (axis === 0 || axis === channels ? extent : 1));
  form.place(outputs[0], dropped(form, x, dropout, isSpatial ? places : shape), isImage);
}

/** Operators that say themselves what they drop. */
const OWN_DROPOUT = new Set<OperatorKind>(['attention', 'unary']);

/** Drops elements of what an operator gives, where it says so, and residual branches by the rates of their tensors. */
export function dropOutputs(
  form: Rewriting,
  { kind, outputs, attributes }: Operator,
  branches: ReadonlyMap<TensorId, number>,
): void {
  if (!form.training) return;
  const [output] = outputs;
  if (!OWN_DROPOUT.has(kind)) form.change(output, (x) => dropped(form, x, attributes.dropout));
  const rate = branches.get(output);
  if (rate !== undefined) form.change(output, (x) => branchDropped(form, x, rate));
}
