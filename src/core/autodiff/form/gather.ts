import { sizeOf } from '../../graph/shapes.ts';
import type { Operator, TensorId } from '../../graph/types.ts';
import type { Rewriting } from './rewriting.ts';

/** Rows of a table [v, k]. Along another axis, or of a table of more axes, the axis is moved to the front and back. */
export function rewriteGather(form: Rewriting, operator: Operator): void {
  const [table, indices] = form.inputs(operator);
  const shape = form.shapeOf(table);
  const { axis = 0 } = operator.attributes;
  const at = axis < 0 ? axis + shape.length : axis;
  const rest = shape.filter((_, index) => index !== at);
  const order = [at, ...[...shape.keys()].filter((index) => index !== at)];
  const moved = at === 0 ? table : form.add('transpose', [table], { permutation: order });
  const rows = form.reshape(moved, [shape[at], sizeOf(rest)]);
  const picked = form.shapeOf(indices);
  const y = form.reshape(pick(form, rows, indices), [...picked, ...rest]);
  const back = [...Array(picked.length + rest.length).keys()];
  // [...picked, ...before, ...after] to [...before, ...picked, ...after]
  const permutation = [
    ...back.slice(picked.length, picked.length + at),
    ...back.slice(0, picked.length),
    ...back.slice(picked.length + at),
  ];
  form.place(operator.outputs[0], at === 0 || picked.length === 0 ? y : form.add('transpose', [y], { permutation }));
}

/** Rows by indices [...]: [count, k]. */
function pick(form: Rewriting, rows: TensorId, indices: TensorId): TensorId {
  const values = form.builder.valuesOf(indices);
  const [extent, width] = form.shapeOf(rows);
  const count = sizeOf(form.shapeOf(indices));
  if (!values) return form.reshape(form.add('gather', [rows, indices]), [count, width]);
  const places = Array.from(values, (value) => (value < 0 ? value + extent : value));
  const [first] = places;
  if (places.every((place, index) => place === first + index)) return slice(form, rows, first, first + count);
  if (places.every((place) => place === first))
    return form.add('broadcast', [slice(form, rows, first, first + 1)], { shape: [count, width] });
  const chosen = new Float32Array(count * extent);
  for (const [index, place] of places.entries()) chosen[index * extent + place] = 1;
  return form.add('matmul', [form.builder.constant(`picked ${indices}`, [count, extent], chosen), rows]);
}

function slice(form: Rewriting, rows: TensorId, start: number, end: number): TensorId {
  const [extent, width] = form.shapeOf(rows);
  if (start === 0 && end === extent) return rows;
  return form.add('slice', [rows], { starts: [start, 0], ends: [end, width], steps: [1, 1] });
}
