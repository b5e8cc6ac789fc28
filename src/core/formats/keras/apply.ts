import type { Edit } from '../../model/edit.ts';
import { JsonCursor } from '../json/cursor.ts';
import { refusal } from '../refusal.ts';
import { setInput } from './edit-input.ts';
import { lowerModel } from './lower.ts';
import { refreshRecords } from './records.ts';
import { repeatLayers } from './repeat.ts';
import { checkEdits, operatorOf } from './requested.ts';

type Lowered = ReturnType<typeof lowerModel>;
type SizeEdit = Extract<Edit, { kind: 'axis' | 'attribute' }>;

/**
 * The document with edits made in a copy of it. Sizes are set where the configuration holds them; those that follow from
 * others are left to follow. What the document records of shapes is renewed. Throws where the result differs from what
 * the edits asked for.
 */
export function applyEdits(model: JsonCursor, edits: readonly Edit[]): JsonCursor {
  const draft = new JsonCursor(JSON.parse(JSON.stringify(model.value)), '');
  // Of the document before any edit: its setters write into the draft, and between two edits shapes may not fit.
  let lowered = lowerModel(draft, {});
  for (const edit of edits) {
    switch (edit.kind) {
      case 'axis':
      case 'attribute':
        if (!knows(lowered, edit)) lowered = lowerModel(draft, {});
        setSize(lowered, edit);
        break;
      case 'repeat':
        if (!edit.layers.every((layer) => lowered.bindings.places.has(layer))) lowered = lowerModel(draft, {});
        repeatLayers(lowered.bindings, edit.layers, edit.times);
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
  const result = lowerModel(draft, {});
  checkEdits(result.graph, edits);
  refreshRecords(draft, result.bindings);
  return draft;
}

/** Layers that an edit added are known once the document is lowered anew. */
const knows = ({ bindings }: Lowered, edit: SizeEdit): boolean =>
  edit.kind === 'axis' ? bindings.weights.has(edit.tensor) : bindings.places.has(edit.layer);

/** Sets what the configuration decides; the check at the end finds what does not follow. */
function setSize({ graph, bindings }: Lowered, edit: SizeEdit): void {
  if (edit.kind === 'axis') {
    bindings.weights.get(edit.tensor)?.get(edit.axis)?.(edit.size);
    return;
  }
  const operator = operatorOf(graph, edit);
  if (operator !== undefined) bindings.operators.get(operator.outputs[0])?.[edit.attribute]?.(edit.value);
}
