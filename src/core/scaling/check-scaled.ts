import type { Graph } from '../graph/types.ts';
import type { Edit } from '../model/edit.ts';
import { IsoflopError } from '../terms/errors.ts';

/**
 * Whether the edited document lowers to the sizes that were asked for, and to no other ones: the edits of axes name every axis of a
 * weight that changes. A family's edits name parameters, which decide weights as they will.
 */
export function checkScaled(before: Graph, after: Graph, edits: readonly Edit[]): void {
  if (edits.some(({ kind }) => kind === 'parameter')) return;
  const wanted = new Map(weightShapes(before));
  for (const edit of edits) {
    if (edit.kind !== 'axis') continue;
    wanted.set(edit.tensor, wanted.get(edit.tensor)!.with(edit.axis, edit.size));
  }
  const got = weightShapes(after);
  const isShortened = edits.some((edit) => edit.kind === 'repeat' && edit.times === 0);
  for (const [name, shape] of wanted) {
    const found = got.get(name);
    if (found === undefined && isShortened) continue;
    if (String(found) === String(shape)) continue;
    throw new IsoflopError(
      'not-identifiable',
      `the scaled document makes '${name}' ${found ? `[${found}]` : 'vanish'} where [${shape}] was asked for`,
      { hint: 'Its format cannot follow this change: scale another axis.' },
    );
  }
}

function weightShapes({ tensors, parameters, buffers }: Graph): Map<string, number[]> {
  return new Map([...parameters, ...buffers].map(({ tensor }) => [tensors[tensor].name, [...tensors[tensor].shape]]));
}
