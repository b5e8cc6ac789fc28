import type { Edit } from '../../model/edit.ts';
import type { JsonCursor } from '../json/cursor.ts';

export function applyEdits(model: JsonCursor, edits: readonly Edit[]): JsonCursor {
  if (edits.length > 0) throw new Error('internal: not yet');
  return model;
}
