import type { JsonCursor } from '../json/cursor.ts';
import { parseNode } from './node.ts';
import type { CallTemplate, Reference } from './node.ts';

/** A layer as the document lists it, with its calls. */
export interface LayerEntry {
  readonly name: string;
  readonly className: string;
  readonly cursor: JsonCursor;
  readonly config: JsonCursor;
  /** Calls in a functional model, in the order of their index. */
  readonly calls: readonly CallTemplate[];
}

export const isModel = (layer: JsonCursor): boolean => {
  const config = layer.find('config');
  return config !== undefined && config.isObject && config.find('layers')?.isArray === true;
};

/** A model whose layers are called by a graph; the others are chains. */
export const isFunctional = (layer: JsonCursor): boolean => layer.get('config').has('output_layers');

export const classOf = (layer: JsonCursor): string => layer.get('class_name').string();

/** The layers that a model lists. Refuses two of one name. */
export function layersOf(model: JsonCursor): Map<string, LayerEntry> {
  const entries = new Map<string, LayerEntry>();
  for (const cursor of model.get('config').get('layers').items()) {
    const config = cursor.get('config');
    const name = (cursor.find('name') ?? config.get('name')).string();
    if (entries.has(name))
      throw cursor.refusal(`two layers are called '${name}'`, 'Give each layer a name of its own.');
    const calls = (cursor.find('inbound_nodes')?.items() ?? []).map(parseNode);
    entries.set(name, { name, className: classOf(cursor), cursor, config, calls });
  }
  return entries;
}

/** One leaf of `input_layers` or `output_layers`; `key` where the model names it in a dictionary. */
export interface Leaf extends Reference {
  readonly key?: string;
}

/** The leaves of `input_layers` or `output_layers`, in the order in which Keras flattens them. */
export function leavesOf(cursor: JsonCursor, key?: string): Leaf[] {
  if (cursor.isArray) {
    const items = cursor.items();
    if (items.length > 0 && typeof items[0].value === 'string')
      return [
        {
          layer: items[0].string(),
          node: cursor.at(1).integer({ min: 0 }),
          tensor: cursor.at(2).integer({ min: 0 }),
          ...(key === undefined ? {} : { key }),
        },
      ];
    return items.flatMap((item) => leavesOf(item, key));
  }
  return cursor
    .keys()
    .sort()
    .flatMap((name) => leavesOf(cursor.get(name), name));
}
