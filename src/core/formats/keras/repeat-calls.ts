import type { JsonCursor } from '../json/cursor.ts';
import { refusal } from '../refusal.ts';
import type { Bindings } from './bindings.ts';
import type { Copy, MakeCopy } from './copy.ts';
import { referencesOf } from './node.ts';
import type { Reference } from './node.ts';
import { callIndex, nodeOffsets, outputIndex } from './order.ts';
import { isFunctional, isModel, layersOf, leavesOf } from './structure.ts';
import type { LayerEntry } from './structure.ts';

type Names = ReadonlySet<string>;

/** The chain's one input from outside that each copy takes from the copy before, and its one output. */
interface Ends {
  readonly entry: Reference;
  readonly exit: Reference;
}

/** Repeats layers of a functional model: each copy is called on the result of the one before. */
export function repeatCalls(
  model: JsonCursor,
  bindings: Bindings,
  names: Names,
  times: number,
  makeCopy: MakeCopy,
): void {
  const layers = layersOf(model);
  const chain = [...layers.values()].filter(({ name }) => names.has(name));
  const source = chain.find(({ className }) => className === 'InputLayer');
  if (source) throw refusal('an input cannot be repeated', { path: `layer '${source.name}'` });
  const ends = endsOf(model, layers, names, bindings);
  const config = model.get('config').value as Record<string, unknown>;
  const list = config.layers as Record<string, unknown>[];
  if (times === 0) {
    config.layers = list.filter((_, index) => !names.has([...layers.keys()][index]));
    redirect(config, (name) => (names.has(name) ? ends.entry : undefined), layers);
    return;
  }
  const taken = new Set(layers.keys());
  const copies: Copy[][] = [];
  for (let copy = 1; copy < times; copy++) copies.push(chain.map((entry) => makeCopy(entry, taken)));
  const nameIn = (copy: number, name: string): string =>
    copy === 0 ? name : copies[copy - 1][chain.findIndex((entry) => entry.name === name)].name;
  redirect(config, (name) => (names.has(name) ? { layer: nameIn(times - 1, name) } : undefined), layers, names);
  for (const [index, copy] of copies.entries()) {
    const before = { ...ends.exit, layer: nameIn(index, ends.exit.layer) };
    for (const { value } of copy)
      rewriteCalls(value, (reference) => {
        if (names.has(reference.layer)) return { ...reference, layer: nameIn(index + 1, reference.layer) };
        return isSame(reference, ends.entry) ? before : undefined;
      });
  }
  const last = Math.max(...chain.map(({ name }) => [...layers.keys()].indexOf(name)));
  list.splice(last + 1, 0, ...copies.flat().map(({ value }) => value));
}

const isSame = (a: Reference, b: Reference): boolean =>
  a.layer === b.layer && a.node === b.node && a.tensor === b.tensor;

/** Refuses chains with several results that are used outside, or several inputs of which none can be told to be the chain's. */
function endsOf(model: JsonCursor, layers: ReadonlyMap<string, LayerEntry>, names: Names, bindings: Bindings): Ends {
  const offsets = nodeOffsets(layers);
  const entries = [...layers.values()].filter(({ name }) => names.has(name));
  const readers = [...layers.values()].filter(({ name }) => !names.has(name));
  const inward = entries.flatMap(({ calls }) => calls.flatMap(referencesOf)).filter(({ layer }) => !names.has(layer));
  const outward = readers.flatMap(({ calls }) => calls.flatMap(referencesOf));
  const results = leavesOf(model.get('config').get('output_layers')).map((leaf) => ({
    ...leaf,
    node: outputIndex(layers, leaf) + (offsets.get(leaf.layer) ?? 0),
  }));
  const exits = unique([...outward, ...results].filter(({ layer }) => names.has(layer)));
  if (exits.length !== 1) {
    const used = exits.map(({ layer }) => `'${layer}'`).join(', ');
    throw refusal(
      `a chain with ${exits.length} results that are used outside of it cannot be repeated: ${used || 'none'}`,
      {
        path: `layer '${exits.at(-1)?.layer ?? [...names][0]}'`,
      },
    );
  }
  const [exit] = exits;
  const sources = unique(inward);
  const shape = (reference: Reference): string => shapeKey(bindings, model, layers, reference, offsets);
  const alike = sources.length === 1 ? sources : sources.filter((source) => shape(source) === shape(exit));
  if (alike.length !== 1) {
    throw refusal(
      `it cannot be told which of ${sources.length} inputs each copy of the chain takes from the one before`,
      {
        path: `layer '${exit.layer}'`,
      },
    );
  }
  return { entry: alike[0], exit };
}

function unique(references: readonly Reference[]): Reference[] {
  const byKey = new Map(
    references.map(({ layer, node, tensor }) => [`${node} ${tensor} ${layer}`, { layer, node, tensor }]),
  );
  return [...byKey.values()];
}

/** The shape of a layer's result in the graph, as a key to compare by. */
function shapeKey(
  { places }: Bindings,
  model: JsonCursor,
  layers: ReadonlyMap<string, LayerEntry>,
  reference: Reference,
  offsets: ReadonlyMap<string, number>,
): string {
  const place = [...places.values()].find((one) => one.model.value === model.value && one.name === reference.layer);
  const index = callIndex(layers.get(reference.layer)!, reference, offsets);
  return place === undefined ? 'input' : String(place.outputs[index]?.[reference.tensor]);
}

/** Points calls and outputs of the model elsewhere; `skip` are layers whose own calls stay. */
function redirect(
  config: Record<string, unknown>,
  to: (layer: string) => Partial<Reference> | undefined,
  layers: ReadonlyMap<string, LayerEntry>,
  skip: Names = new Set(),
): void {
  for (const layer of config.layers as Record<string, unknown>[]) {
    if (skip.has(String(layer.name ?? (layer.config as Record<string, unknown>).name))) continue;
    rewriteCalls(layer, (reference) => merged(reference, to(reference.layer)));
  }
  config.output_layers = rewritten(config.output_layers, (reference) => {
    const next = to(reference.layer);
    if (next?.node === undefined) return merged(reference, next);
    const target = layers.get(next.layer!)!;
    const counted =
      isModel(target.cursor) && isFunctional(target.cursor) && !nodeOffsets(layers).has(target.name) ? 1 : 0;
    return merged(reference, { ...next, node: next.node + counted });
  });
}

const merged = (reference: Reference, next: Partial<Reference> | undefined): Reference | undefined =>
  next === undefined ? undefined : { ...reference, ...next };

function rewriteCalls(layer: Record<string, unknown>, map: (reference: Reference) => Reference | undefined): void {
  layer.inbound_nodes = rewritten(layer.inbound_nodes, map);
}

/** A value with its references replaced: [layer, node, tensor, ...], in Keras 3 the history of a tensor. */
function rewritten(value: unknown, map: (reference: Reference) => Reference | undefined): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value))
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rewritten(inner, map)]));
  const [layer, node, tensor, ...rest] = value as unknown[];
  if (typeof layer !== 'string' || typeof node !== 'number' || typeof tensor !== 'number')
    return value.map((inner) => rewritten(inner, map));
  const next = map({ layer, node, tensor }) ?? { layer, node, tensor };
  return [next.layer, next.node, next.tensor, ...rest.map((inner) => rewritten(inner, map))];
}
