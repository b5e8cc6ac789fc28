import type { Edit } from '../../model/edit.ts';
import type { JsonCursor } from '../json/cursor.ts';
import { inputsOf } from './inputs.ts';
import type { Lowered } from './lower.ts';

/**
 * Sizes that a model resizes or crops its images to move with the image, or a new resolution would end at the first of
 * those layers. Layers whose own size is edited are left alone.
 */
export function rescaleImages({ bindings }: Lowered, model: JsonCursor, edits: readonly Edit[]): void {
  const ratio = ratioOf(model, edits);
  if (ratio === undefined) return;
  const edited = new Set(edits.flatMap((edit) => (edit.kind === 'attribute' ? [edit.layer] : [])));
  for (const { layer, sizes, set } of bindings.images) {
    if (!edited.has(layer)) set(sizes.map((cells, axis) => Math.max(1, Math.round(cells * ratio[axis]))));
  }
}

/** New over old height and width of the one image that changes. */
function ratioOf(model: JsonCursor, edits: readonly Edit[]): [number, number] | undefined {
  const changed = edits.flatMap((edit) => {
    const input = edit.kind === 'input' ? inputsOf(model).find(({ name }) => name === edit.input) : undefined;
    return input && edit.kind === 'input' && input.shape.length === 3 ? [[input.shape, edit.shape] as const] : [];
  });
  if (changed.length !== 1) return undefined;
  const [[before, after]] = changed;
  const ratios = before.map((extent, axis) => (extent && after[axis] ? after[axis] / extent : 1));
  return ratios[2] === 1 ? [ratios[0], ratios[1]] : [ratios[1], ratios[2]];
}
