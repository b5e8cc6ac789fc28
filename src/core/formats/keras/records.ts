import type { JsonCursor } from '../json/cursor.ts';
import type { Bindings } from './bindings.ts';
import { inputsOf } from './inputs.ts';

/**
 * Renews the shapes that an edited document records beside its layers, and drops the build configurations: Keras would
 * build the layers by the old ones. Axes that the document leaves free stay free.
 */
export function refreshRecords(model: JsonCursor, { recorded }: Bindings): void {
  const hasFree = inputsOf(model).some((input) => input.shape.includes(null));
  for (const { record, key, shape } of recorded) {
    const before = Array.isArray(record[key]) ? (record[key] as (number | null)[]) : [];
    const isKept = before.length === shape.length;
    record[key] = shape.map((extent, axis) => {
      if (axis === 0) return isKept ? before[0] : null;
      return isKept && before[axis] === null && hasFree ? null : extent;
    });
  }
  dropBuildConfigs(model.value);
}

function dropBuildConfigs(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value) && 'class_name' in value) delete (value as Record<string, unknown>).build_config;
  for (const inner of Object.values(value)) dropBuildConfigs(inner);
}
