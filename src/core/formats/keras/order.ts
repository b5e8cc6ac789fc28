import { refusal } from '../refusal.ts';
import { referencesOf } from './node.ts';
import type { Reference } from './node.ts';
import { isFunctional, isModel } from './structure.ts';
import type { LayerEntry, Leaf } from './structure.ts';

/** One call in the order in which a model runs. */
export interface Step {
  readonly layer: LayerEntry;
  readonly index: number;
}

type Layers = ReadonlyMap<string, LayerEntry>;

/**
 * The calls of a functional model, each after those that it needs, else as the document lists them. Refuses rings and
 * tensors of layers that are not there.
 */
export function callOrder(layers: Layers): Step[] {
  const offsets = nodeOffsets(layers);
  const done = new Set<string>();
  const open = new Set<string>();
  const order: Step[] = [];
  for (const layer of layers.values()) {
    for (const index of layer.calls.keys()) finish({ layer, index });
  }
  return order;

  /** Depth first with a stack of its own: a document may be a chain of 100,000 layers in reverse. */
  function finish(start: Step): void {
    const stack = [start];
    while (stack.length > 0) {
      const step = stack.at(-1)!;
      const key = keyOf(step.layer.name, step.index);
      if (done.has(key)) {
        stack.pop();
        continue;
      }
      open.add(key);
      const next = neededBy(step).find(({ layer, index }) => !done.has(keyOf(layer.name, index)));
      if (next === undefined) {
        stack.pop();
        done.add(key);
        order.push(step);
      } else if (open.has(keyOf(next.layer.name, next.index))) {
        throw refusal(`the calls of '${next.layer.name}' and '${step.layer.name}' need each other`, {
          path: `layer '${step.layer.name}'`,
        });
      } else stack.push(next);
    }
  }

  function neededBy({ layer, index }: Step): Step[] {
    return referencesOf(layer.calls[index]).flatMap((reference) => {
      const source = sourceOf(layers, reference, layer.name);
      return source.calls.length === 0 ? [] : [{ layer: source, index: callIndex(source, reference, offsets) }];
    });
  }
}

export const keyOf = (layer: string, index: number): string => `${index}#${layer}`;

function sourceOf(layers: Layers, reference: Reference, reader: string): LayerEntry {
  const source = layers.get(reference.layer);
  if (source !== undefined) return source;
  throw refusal(`it reads from '${reference.layer}', which the model does not list`, { path: `layer '${reader}'` });
}

/** Which call of a layer a reference means. Older files count a nested model's own node as its first. */
export function callIndex(source: LayerEntry, reference: Reference, offsets: ReadonlyMap<string, number>): number {
  const index = reference.node - (offsets.get(source.name) ?? 0);
  if (index >= 0 && index < Math.max(1, source.calls.length)) return index;
  throw refusal(`call ${reference.node} of '${source.name}' is wanted, which has ${source.calls.length}`, {
    path: `layer '${source.name}'`,
  });
}

/** By nested model: 1 where its calls are counted from 1. */
export function nodeOffsets(layers: Layers): Map<string, number> {
  const offsets = new Map<string, number>();
  for (const layer of layers.values()) {
    for (const reference of layer.calls.flatMap(referencesOf)) {
      const source = layers.get(reference.layer);
      if (source && isModel(source.cursor) && reference.node >= source.calls.length) offsets.set(source.name, 1);
    }
  }
  return offsets;
}

/** Which call of a layer gives an output of the model: Keras counts a functional model's own node there. */
export function outputIndex(layers: Layers, leaf: Leaf): number {
  const source = sourceOf(layers, leaf, leaf.layer);
  const isCounted = isModel(source.cursor) && (isFunctional(source.cursor) || leaf.node >= source.calls.length);
  return callIndex(source, leaf, new Map([[source.name, isCounted && leaf.node > 0 ? 1 : 0]]));
}
