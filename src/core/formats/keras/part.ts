import type { GraphBuilder } from '../../graph/builder.ts';
import type { TensorId } from '../../graph/types.ts';
import type { JsonCursor } from '../json/cursor.ts';
import { TensorArgument } from './argument.ts';
import type { Argument } from './argument.ts';
import type { Bindings } from './bindings.ts';
import type { LayerEntry } from './structure.ts';

/** The document's model, or one that stands inside of it, on its way into the graph. */
export interface Part {
  readonly model: JsonCursor;
  /** Path of the model in the names of the graph; '' at the top. */
  readonly prefix: string;
  readonly isFrozen: boolean;
  /** Models and wrappers around it. */
  readonly depth: number;
}

/** One layer of a part, and the block that people would group it in. */
export interface PlacedLayer {
  readonly part: Part;
  readonly entry: LayerEntry;
  readonly block: string;
}

export type Named = Readonly<Record<string, Argument>>;

/** What runs the layers of a part. */
export interface Host {
  readonly builder: GraphBuilder;
  readonly bindings: Bindings;
  layer(placed: PlacedLayer, args: readonly Argument[], named: Named): TensorId[];
}

export const join = (prefix: string, name: string): string => (prefix === '' ? name : `${prefix}/${name}`);

/** Results of a layer as the argument of the next one. */
export const argumentOf = (ids: readonly TensorId[]): Argument =>
  ids.length === 1 ? new TensorArgument(ids[0]) : ids.map((id) => new TensorArgument(id));

export const mapValues = <A, B>(entries: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, map(value)]));
