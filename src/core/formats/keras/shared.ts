import type { JsonCursor } from '../json/cursor.ts';
import { isModel } from './structure.ts';

/** By entry of the document: the entry whose weights it has. Layers that stand once in the file are left out. */
export type SharedLayers = ReadonlyMap<unknown, unknown>;

interface Listed {
  readonly entry: Record<string, unknown>;
  readonly id: unknown;
}

/**
 * Layers that stand in several models of a `.keras` file and are one object. Keras marks them by `shared_object_id`, except the first one where the
 * model around it was written before the second was met: that one is known by its name and its configuration. The JSON of
 * `to_json()` has no such marks, and Keras reads it as separate layers.
 */
export function sharedLayers(model: JsonCursor): SharedLayers {
  const listed = listedIn(model);
  const shared = new Map<unknown, unknown>();
  if (listed.every(({ id }) => id === undefined)) return shared;
  const firsts = new Map<unknown, unknown>();
  const unmarked = new Map<string, unknown>();
  for (const { entry, id } of listed) {
    const key = keyOf(entry);
    if (id === undefined) {
      if (!unmarked.has(key)) unmarked.set(key, entry);
      continue;
    }
    const first = firsts.get(id) ?? unmarked.get(key) ?? entry;
    firsts.set(id, first);
    shared.set(first, first).set(entry, first);
  }
  return shared;
}

/** The layers of all models in the order of the document, models left out. */
function listedIn(model: JsonCursor): Listed[] {
  return model
    .get('config')
    .get('layers')
    .items()
    .flatMap((layer) => {
      if (isModel(layer)) return listedIn(layer);
      const entry = layer.object() as Record<string, unknown>;
      return entry.class_name === 'InputLayer' ? [] : [{ entry, id: entry.shared_object_id }];
    });
}

const keyOf = ({ class_name: name, config }: Record<string, unknown>): string =>
  JSON.stringify([name, config], (key, value: unknown) => (key === 'shared_object_id' ? undefined : value));
