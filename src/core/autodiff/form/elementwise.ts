import type { Operator, TensorId } from '../../graph/types.ts';
import type { Rewriting } from './rewriting.ts';

/** Element by element: images stay in the order in which they stand. */
export function rewriteElementwise(form: Rewriting, { kind, inputs, outputs, attributes }: Operator): void {
  const isImage = inputs.some((id) => form.isChannelsFirst(id));
  const rank = Math.max(...inputs.map((id) => form.source.tensors[id].shape.length));
  const operands = isImage ? inputs.map((id) => alongImage(form, id, rank)) : form.inputs({ inputs } as Operator);
  const made = form.builder.addAll(kind, operands, attributes);
  for (const [index, id] of made.entries()) form.place(outputs[index], id, isImage);
}

/** What combines with images of `rank` axes, channels first: one value a channel stands along the second axis. */
export function alongImage(form: Rewriting, id: TensorId, rank: number): TensorId {
  const { shape } = form.source.tensors[id];
  if (shape.length === rank) return form.channelsFirst(id);
  const missing = rank - shape.length;
  const full = [...Array.from({ length: missing }, () => 1), ...shape];
  const [batch, ...rest] = full;
  return form.reshape(movedLast(form, id, full), [batch, rest.at(-1)!, ...rest.slice(0, -1)]);
}

/** The last axis of a tensor before the others but the first, in values; only where others have more than one place. */
function movedLast(form: Rewriting, id: TensorId, full: readonly number[]): TensorId {
  const plain = form.reshape(form.plain(id), full);
  if (full.slice(0, -1).every((extent) => extent === 1)) return plain;
  const order = [0, full.length - 1, ...Array.from({ length: full.length - 2 }, (_, index) => index + 1)];
  return form.add('transpose', [plain], { permutation: order });
}
