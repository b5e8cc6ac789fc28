import type { Operator } from '../../graph/types.ts';
import type { Rewriting } from './rewriting.ts';

/** An axis of the source where the image stands with channels first. */
function movedAxis(axis: number, rank: number): number {
  const at = axis < 0 ? axis + rank : axis;
  if (at === 0) return 0;
  return at === rank - 1 ? 1 : at + 1;
}

const rankOf = (form: Rewriting, { inputs }: Operator): number => form.source.tensors[inputs[0]].shape.length;

/** Joined or cut along an axis, in the order in which the first image stands. */
export function rewriteAlongAxis(form: Rewriting, operator: Operator): void {
  const { kind, inputs, outputs, attributes } = operator;
  const isImage = form.isChannelsFirst(inputs[0]);
  const operands = inputs.map((id) => (isImage ? form.channelsFirst(id) : form.plain(id)));
  const { axis = 0 } = attributes;
  const at = isImage ? movedAxis(axis, rankOf(form, operator)) : axis < 0 ? axis + rankOf(form, operator) : axis;
  const made = form.builder.addAll(kind, operands, { ...attributes, axis: at });
  for (const [index, id] of made.entries()) form.place(outputs[index], id, isImage);
}

/** Over the last axis; another one is moved there and back. */
export function rewriteSoftmax(form: Rewriting, operator: Operator): void {
  const [x, ...mask] = form.inputs(operator);
  const rank = rankOf(form, operator);
  const { axis = -1 } = operator.attributes;
  const at = axis < 0 ? axis + rank : axis;
  if (at === rank - 1) {
    form.place(operator.outputs[0], form.add('softmax', [x, ...mask]));
    return;
  }
  const permutation = Array.from({ length: rank }, (_, index) => index);
  [permutation[at], permutation[rank - 1]] = [rank - 1, at];
  const moved = form.add('softmax', [form.add('transpose', [x], { permutation })]);
  form.place(operator.outputs[0], form.add('transpose', [moved], { permutation }));
}

/** Over axes of an image as it stands; what is left of it without its places has one order only. */
export function rewriteReduce(form: Rewriting, operator: Operator): void {
  const { inputs, outputs, attributes } = operator;
  const rank = rankOf(form, operator);
  const axes = (attributes.axes ?? []).map((axis) => (axis < 0 ? axis + rank : axis));
  const isWhole =
    attributes.keepAxes === true || (axes.length === rank - 2 && !axes.includes(0) && !axes.includes(rank - 1));
  const isImage = form.isChannelsFirst(inputs[0]) && isWhole;
  const x = isImage ? form.channelsFirst(inputs[0]) : form.plain(inputs[0]);
  const at = isImage ? axes.map((axis) => movedAxis(axis, rank)) : axes;
  const y = form.add('reduce', [x], { ...attributes, axes: at.toSorted((a, b) => a - b) });
  form.place(outputs[0], y, isImage && attributes.keepAxes === true);
}

/** Cells added or left away, axis by axis. */
export function rewriteByAxes(form: Rewriting, operator: Operator): void {
  const { kind, inputs, outputs, attributes } = operator;
  const isImage = form.isChannelsFirst(inputs[0]);
  const rank = rankOf(form, operator);
  const moved = <Value>(values: readonly Value[] | undefined): readonly Value[] | undefined => {
    if (!isImage || values === undefined) return values;
    const result = [...values];
    for (const [axis, value] of values.entries()) result[movedAxis(axis, rank)] = value;
    return result;
  };
  const { padding, starts, ends, steps } = attributes;
  const y = form.add(kind, [isImage ? form.channelsFirst(inputs[0]) : form.plain(inputs[0])], {
    ...attributes,
    ...(padding !== undefined && padding !== 'same' ? { padding: moved(padding) } : {}),
    ...(starts ? { starts: moved(starts) } : {}),
    ...(ends ? { ends: moved(ends) } : {}),
    ...(steps ? { steps: moved(steps) } : {}),
  });
  form.place(outputs[0], y, isImage);
}
