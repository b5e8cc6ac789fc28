import type { Model } from '../model/model.ts';
import { knobsOf } from './knobs-of.ts';
import type { Variant } from './scale.ts';

/**
 * The model with the depth of a variant and its own widths: what the variant's tensors are compared with, one by one.
 */
export function deepened(model: Model, { edits }: Variant): Model {
  const depths = new Set(knobsOf(model).knobs.flatMap(({ id, axis }) => (axis === 'depth' ? [id] : [])));
  const deepening = edits.filter(
    (edit) => edit.kind === 'repeat' || (edit.kind === 'parameter' && depths.has(edit.path)),
  );
  return deepening.length === 0 ? model : model.apply(deepening);
}
