import type { LayerEntry } from './structure.ts';

/** A copy of a layer under a name of its own. */
export interface Copy {
  readonly name: string;
  readonly value: Record<string, unknown>;
}

/** Copies a layer's entry; `taken` gains its name. Objects that Keras would share by their id become objects of their own. */
export function copyOf({ name, cursor }: LayerEntry, taken: Set<string>): Copy {
  const value = JSON.parse(JSON.stringify(cursor.value)) as Record<string, unknown>;
  const own = freeName(name, taken);
  taken.add(own);
  if ('name' in value) value.name = own;
  (value.config as Record<string, unknown>).name = own;
  dropSharedIds(value);
  return { name: own, value };
}

/** How a layer's entry is copied under a name of its own. */
export type MakeCopy = (entry: LayerEntry, taken: Set<string>) => Copy;

/** A copy that gives the shape that it gets: a convolution without strides, its edges padded, in a wrapper or alone. */
export function shapeKeepingCopyOf(entry: LayerEntry, taken: Set<string>): Copy {
  const copy = copyOf(entry, taken);
  const config = innermost(copy.value.config as Record<string, unknown>);
  if (Array.isArray(config.strides)) config.strides = config.strides.map(() => 1);
  if (config.padding === 'valid') config.padding = 'same';
  return copy;
}

/** The configuration of the layer that wrappers such as TimeDistributed hold. */
function innermost(config: Record<string, unknown>): Record<string, unknown> {
  const inner = (config.layer as Record<string, unknown> | undefined)?.config;
  return inner === undefined ? config : innermost(inner as Record<string, unknown>);
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  for (let copy = 1; ; copy++) {
    const candidate = `${name}_rep${copy}`;
    if (!taken.has(candidate)) return candidate;
  }
}

function dropSharedIds(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  delete (value as Record<string, unknown>).shared_object_id;
  for (const inner of Object.values(value)) dropSharedIds(inner);
}
