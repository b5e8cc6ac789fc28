import type { Edit } from '../../model/edit.ts';
import { JsonCursor } from '../json/cursor.ts';
import { refusal } from '../refusal.ts';
import { setInput } from './edit-input.ts';
import { rescaleImages } from './image-sizes.ts';
import { lowerModel } from './lower.ts';
import type { Lowered } from './lower.ts';
import { refreshRecords } from './records.ts';
import { repeatLayers } from './repeat.ts';
import { checkEdits, operatorOf } from './requested.ts';

/**
 * The document with edits made in a copy of it. Sizes are set where the configuration holds them; those that follow from
 * others are left to follow. What the document records of shapes is renewed. Throws where the result differs from what
 * the edits asked for.
 */
export function applyEdits(model: JsonCursor, edits: readonly Edit[]): JsonCursor {
  const draft = new JsonCursor(JSON.parse(JSON.stringify(model.value)), '');
  // Of the document before any edit: its setters write into the draft, and between two edits shapes may not fit.
  let lowered = lowerModel(draft, {});
  for (const edit of inOrder(lowered, edits)) {
    if (!knows(lowered, edit)) lowered = lowerModel(draft, {});
    applyEdit(draft, lowered, edit);
  }
  rescaleImages(lowered, model, edits);
  const result = lowerModel(draft, {});
  checkEdits(result.graph, edits);
  refreshRecords(draft, result.bindings);
  return draft;
}

/** Sizes of the layers that the document has come first, so that copies of a layer take them over. */
function inOrder(lowered: Lowered, edits: readonly Edit[]): Edit[] {
  const isFirst = (edit: Edit): boolean => edit.kind !== 'repeat' && knows(lowered, edit);
  return [...edits.filter(isFirst), ...edits.filter((edit) => !isFirst(edit))];
}

/** Layers that an edit added are known once the document is lowered anew. */
function knows({ bindings }: Lowered, edit: Edit): boolean {
  if (edit.kind === 'axis') return bindings.weights.has(edit.tensor);
  if (edit.kind === 'attribute') return bindings.places.has(edit.layer);
  return edit.kind !== 'repeat' || edit.layers.every((layer) => bindings.places.has(layer));
}

function applyEdit(draft: JsonCursor, { graph, bindings }: Lowered, edit: Edit): void {
  switch (edit.kind) {
    case 'axis':
      bindings.weights.get(edit.tensor)?.get(edit.axis)?.(edit.size);
      break;
    case 'attribute': {
      const operator = operatorOf(graph, edit);
      if (operator !== undefined) bindings.operators.get(operator.outputs[0])?.[edit.attribute]?.(edit.value);
      break;
    }
    case 'repeat':
      repeatLayers(bindings, edit.layers, edit.times, edit.keepsShape);
      break;
    case 'input':
      setInput(draft, edit.input, edit.shape);
      break;
    case 'parameter':
      throw refusal(`a Keras model has no parameter '${edit.path}'`, {
        hint: 'Families have parameters; a Keras model has layers.',
      });
  }
}
