import type { JsonCursor } from '../json/cursor.ts';
import { refusal } from '../refusal.ts';
import type { Bindings, Place } from './bindings.ts';
import { copyOf, shapeKeepingCopyOf } from './copy.ts';
import type { MakeCopy } from './copy.ts';
import { repeatCalls } from './repeat-calls.ts';
import { isFunctional, layersOf } from './structure.ts';

/** Layers of one model that are to be repeated as a whole. */
interface Chain {
  readonly model: JsonCursor;
  /** Their names in that model. */
  readonly layers: ReadonlySet<string>;
}

/**
 * Repeats a chain of layers of one model; 1 leaves the document as it is, 0 takes the chain out. `keepsShape`: the chain changes the shape,
 * its copies do not.
 */
export function repeatLayers(bindings: Bindings, names: readonly string[], times: number, keepsShape = false): void {
  if (times === 1 || names.length === 0) return;
  const { model, layers } = chainOf(bindings, names);
  const copy: MakeCopy = keepsShape ? shapeKeepingCopyOf : copyOf;
  if (isFunctional(model)) repeatCalls(model, bindings, layers, times, copy);
  else repeatInLine(model, layers, times, copy);
}

/** The innermost model that holds all the layers. A model inside of it counts as one layer where all its weights are meant. */
function chainOf(bindings: Bindings, names: readonly string[]): Chain {
  const { places } = bindings;
  const ancestors = names.map((name) => ancestorsOf(places, name));
  const container = ancestors[0]
    .map((name) => places.get(name)!.prefix)
    .find((prefix) => ancestors.every((line) => line.some((name) => places.get(name)!.prefix === prefix)))!;
  const children = ancestors.map((line) => line.find((name) => places.get(name)!.prefix === container)!);
  for (const child of new Set(children)) refuseParts(bindings, child, names);
  const [{ model }] = children.map((child) => places.get(child)!);
  return { model, layers: new Set(children.map((child) => places.get(child)!.name)) };
}

/** A layer and the models around it, from the inside out. */
function ancestorsOf(places: ReadonlyMap<string, Place>, name: string): string[] {
  const line: string[] = [];
  for (let at = name; at !== ''; at = places.get(at)!.prefix) {
    if (!places.has(at)) throw refusal(`no layer is called '${name}'`);
    line.push(at);
  }
  return line;
}

/** Refuses a nested model of which a layer with weights is left out. */
function refuseParts({ places, weights }: Bindings, child: string, names: readonly string[]): void {
  if (!places.get(child)!.isModel) return;
  const meant = new Set(names);
  const owners = new Set([...weights.keys()].map((weight) => ownerOf(places, weight)));
  const left = [...owners].find((owner) => owner.startsWith(`${child}/`) && !meant.has(owner));
  if (left === undefined) return;
  throw refusal(`a part of the model '${child}' cannot be repeated with layers outside of it: '${left}' is left out`, {
    path: `layer '${left}'`,
  });
}

/** The layer of a weight: the longest path of a layer that its name begins with. */
function ownerOf(places: ReadonlyMap<string, Place>, weight: string): string {
  let owner = weight;
  while (owner !== '' && !places.has(owner)) owner = owner.slice(0, Math.max(0, owner.lastIndexOf('/')));
  return owner;
}

/** In a Sequential model the copies stand behind the last layer of the chain. */
function repeatInLine(model: JsonCursor, names: ReadonlySet<string>, times: number, copy: MakeCopy): void {
  const entries = [...layersOf(model).values()];
  const first = entries.findIndex(({ name }) => names.has(name));
  const chain = entries.slice(first, first + names.size);
  const stranger = chain.find(({ name }) => !names.has(name));
  if (stranger !== undefined)
    throw refusal(`it stands between the layers that are to be repeated`, { path: `layer '${stranger.name}'` });
  const taken = new Set(entries.map(({ name }) => name));
  const copies = Array.from({ length: Math.max(0, times - 1) }, () => chain.map((entry) => copy(entry, taken).value));
  const layers = model.get('config').get('layers').value as unknown[];
  if (times === 0) layers.splice(first, chain.length);
  else layers.splice(first + chain.length, 0, ...copies.flat());
}
