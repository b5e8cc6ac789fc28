import type { Attributes, Operator, TensorId } from '../../graph/types.ts';
import { cannotRun } from './functions.ts';
import type { Rewriting } from './rewriting.ts';

/** Each spatial axis is a product with a matrix [to, from] that says how much of each cell a new one takes. */
export function rewriteResize(form: Rewriting, operator: Operator): void {
  const { inputs, outputs, attributes } = operator;
  const { channelsLast = false, function: kind } = attributes;
  if (kind !== 'nearest' && kind !== 'linear') throw cannotRun(operator);
  let x = form.image(inputs[0], channelsLast);
  const source = form.source.tensors[outputs[0]].shape;
  const spatial = channelsLast ? source.slice(1, -1) : source.slice(2);
  for (const [index, extent] of spatial.entries()) x = alongAxis(form, x, index + 2, extent, kind, attributes);
  form.place(outputs[0], x, channelsLast);
}

function alongAxis(
  form: Rewriting,
  x: TensorId,
  axis: number,
  to: number,
  kind: 'nearest' | 'linear',
  { coordinates = kind === 'nearest' ? 'starts' : 'middles' }: Attributes,
): TensorId {
  const shape = form.shapeOf(x);
  const from = shape[axis];
  if (from === to) return x;
  const weights = form.shared(`resize ${from} ${to} ${kind} ${coordinates}`, [from, to], () =>
    shares(from, to, kind, coordinates),
  );
  const last = shape.length - 1;
  const permutation = [...shape.keys()];
  [permutation[axis], permutation[last]] = [last, axis];
  const moved = axis === last ? x : form.add('transpose', [x], { permutation });
  const movedShape = form.shapeOf(moved);
  const rows = form.reshape(moved, [movedShape.slice(0, -1).reduce((a, b) => a * b, 1), from]);
  const y = form.reshape(form.add('matmul', [rows, weights]), [...movedShape.slice(0, -1), to]);
  return axis === last ? y : form.add('transpose', [y], { permutation });
}

/** Column j holds the shares of the cells that the new cell j takes. */
function shares(from: number, to: number, kind: 'nearest' | 'linear', coordinates: string): Float32Array {
  const result = new Float32Array(from * to);
  const clip = (cell: number): number => Math.min(from - 1, Math.max(0, cell));
  for (let j = 0; j < to; j++) {
    const at = placeOf(j, from, to, coordinates);
    if (kind === 'nearest') {
      // Half way between two cells the lower one counts, as in ONNX' round_prefer_floor.
      result[clip(coordinates === 'starts' ? Math.floor(at) : Math.ceil(at - 0.5)) * to + j] = 1;
      continue;
    }
    const low = Math.floor(at);
    result[clip(low) * to + j] += 1 - (at - low);
    result[clip(low + 1) * to + j] += at - low;
  }
  return result;
}

function placeOf(j: number, from: number, to: number, coordinates: string): number {
  if (coordinates === 'corners') return to === 1 ? 0 : (j * (from - 1)) / (to - 1);
  return coordinates === 'starts' ? (j * from) / to : ((j + 0.5) * from) / to - 0.5;
}
