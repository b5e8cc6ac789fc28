import type { Operator, TensorId } from '../../graph/types.ts';
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
  if (kind === 'slice') {
    form.place(outputs[0], sliced(form, operator, isImage, moved), isImage);
    return;
  }
  const { padding } = attributes;
  const y = form.add(kind, [isImage ? form.channelsFirst(inputs[0]) : form.plain(inputs[0])], {
    ...attributes,
    ...(padding !== undefined && padding !== 'same' ? { padding: moved(padding) } : {}),
  });
  form.place(outputs[0], y, isImage);
}

type Moved = <Value>(values: readonly Value[] | undefined) => readonly Value[] | undefined;

/** Axes that run backwards are turned first; then every axis has its start, end and step, counted from 0. */
function sliced(form: Rewriting, operator: Operator, isImage: boolean, moved: Moved): TensorId {
  const [source] = operator.inputs;
  const extents = form.source.tensors[source].shape;
  const counts = form.source.tensors[operator.outputs[0]].shape;
  const { starts = [], steps = [] } = operator.attributes;
  const all = extents.map((extent, axis) => {
    const step = steps[axis] ?? 1;
    const said = starts[axis] ?? (step > 0 ? 0 : extent - 1);
    const first = Math.min(step > 0 ? extent : extent - 1, Math.max(0, said < 0 ? said + extent : said));
    const start = step > 0 ? first : extent - 1 - first;
    return { start, end: start + Math.max(0, counts[axis] - 1) * Math.abs(step) + 1, step: Math.abs(step) };
  });
  const x = isImage ? form.channelsFirst(source) : form.plain(source);
  const backwards = moved(extents.map((_, axis) => (steps[axis] ?? 1) < 0))!;
  const turned = backwards.includes(true) ? turn(form, x, backwards) : x;
  const attributes = {
    starts: moved(all.map(({ start }) => start)),
    ends: moved(all.map(({ end }) => end)),
    steps: moved(all.map(({ step }) => step)),
  };
  const isWhole = String(form.shapeOf(turned)) === String(moved(counts)) && all.every(({ step }) => step === 1);
  return isWhole ? turned : form.add('slice', [turned], attributes);
}

function turn(form: Rewriting, x: TensorId, backwards: readonly boolean[]): TensorId {
  const shape = form.shapeOf(x);
  return form.add('slice', [x], {
    starts: shape.map((extent, axis) => (backwards[axis] ? extent - 1 : 0)),
    ends: shape.map((extent, axis) => (backwards[axis] ? -extent - 1 : extent)),
    steps: shape.map((_, axis) => (backwards[axis] ? -1 : 1)),
  });
}
