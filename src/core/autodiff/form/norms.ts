import { sizeOf } from '../../graph/shapes.ts';
import type { Graph, Operator, TensorId } from '../../graph/types.ts';
import type { Rewriting } from './rewriting.ts';

/** The operands of a norm; a document may leave some out. */
interface NormOperands {
  readonly x: TensorId;
  readonly gain: TensorId | undefined;
  readonly bias: TensorId | undefined;
  /** Kept mean and variance of a batch norm. */
  readonly statistics: readonly TensorId[];
}

/** Tells the operands of a norm by what they are for: a gain alone and a bias alone stand at the same place. */
export function normOperands(graph: Graph, { inputs }: Operator): NormOperands {
  const roles = new Map(graph.parameters.map(({ tensor, parameter }) => [tensor, parameter.role]));
  const rest = inputs.slice(1);
  const statistics = rest.filter((id) => graph.tensors[id].source === 'buffer');
  const affine = rest.filter((id) => graph.tensors[id].source !== 'buffer');
  const bias = affine.length > 1 ? affine[1] : affine.find((id) => roles.get(id) === 'bias');
  return { x: inputs[0], gain: affine.find((id) => id !== bias), bias, statistics };
}

/** Per channel of an image or the columns of rows; the batch's statistics in training, the kept ones otherwise. */
export function rewriteBatchNorm(form: Rewriting, operator: Operator): void {
  const { x, gain, bias, statistics } = normOperands(form.source, operator);
  const rank = form.source.tensors[x].shape.length;
  const axis = operator.attributes.axis ?? 1;
  const isLast = rank > 2 && (axis === -1 || axis === rank - 1);
  const image = isLast ? form.channelsFirst(x) : form.plain(x);
  const channels = form.shapeOf(image)[1];
  const ones = (): TensorId => form.constant(`ones${channels}`, [channels], 1);
  const zeros = (): TensorId => form.constant(`zeros${channels}`, [channels], 0);
  const y = form.add(
    'batchNormalize',
    [
      image,
      gain === undefined ? ones() : form.plain(gain),
      bias === undefined ? zeros() : form.plain(bias),
      ...statistics.map((id) => form.plain(id)),
    ],
    { ...operator.attributes, axis: 1, training: form.training && operator.attributes.training !== false },
  );
  form.place(operator.outputs[0], y, isLast);
}

/** Over the last axis of rows; several last axes count as one. */
export function rewriteNorm(form: Rewriting, operator: Operator): void {
  const { x, gain, bias } = normOperands(form.source, operator);
  const shape = form.source.tensors[x].shape;
  const axes = (operator.attributes.axes ?? [-1]).map((axis) => (axis < 0 ? axis + shape.length : axis));
  const order = [...shape.keys()].filter((axis) => !axes.includes(axis)).concat(axes);
  const isMoved = order.some((axis, index) => axis !== index);
  const moved = isMoved ? form.add('transpose', [form.plain(x)], { permutation: order }) : form.plain(x);
  const width = sizeOf(axes.map((axis) => shape[axis]));
  const rows = form.reshape(moved, [sizeOf(shape) / width, width]);
  const affine = [gain, bias].flatMap((id) => (id === undefined ? [] : [form.reshape(form.plain(id), [width])]));
  const { norm, epsilon } = operator.attributes;
  const isBiasAlone = gain === undefined && bias !== undefined;
  const normalized = form.add('normalize', [rows, ...(isBiasAlone ? [] : affine)], { norm, epsilon });
  const y = isBiasAlone ? form.add('add', [normalized, affine[0]]) : normalized;
  const back = form.reshape(
    y,
    order.map((axis) => shape[axis]),
  );
  const inverse = order.map((_, axis) => order.indexOf(axis));
  form.place(operator.outputs[0], isMoved ? form.add('transpose', [back], { permutation: inverse }) : back);
}

/** A layer norm over each group of channels and all places (Wu and He 2018), then gain and bias per channel. */
export function rewriteGroupNorm(form: Rewriting, operator: Operator): void {
  const { x, gain, bias } = normOperands(form.source, operator);
  const { groups = 1, channelsLast, epsilon } = operator.attributes;
  const image = form.image(x, channelsLast);
  const shape = form.shapeOf(image);
  const rows = form.reshape(image, [shape[0] * groups, sizeOf(shape) / (shape[0] * groups)]);
  const spread = [shape[1], ...shape.slice(2).map(() => 1)];
  let y = form.reshape(form.add('normalize', [rows], { norm: 'layernorm', epsilon }), shape);
  if (gain !== undefined) y = form.add('multiply', [y, form.reshape(form.plain(gain), spread)]);
  if (bias !== undefined) y = form.add('add', [y, form.reshape(form.plain(bias), spread)]);
  form.place(operator.outputs[0], y, channelsLast === true);
}
