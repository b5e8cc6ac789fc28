import type { Graph, Operator } from '../graph/types.ts';
import type { Model } from '../model/model.ts';
import { analyzeModel } from './analyze.ts';
import type { Analysis, AnalyzeOptions } from './analyze.ts';
import type { LayerCost } from './layers.ts';

/** One thing that a layer says otherwise in the two models. */
export interface Change {
  /** `output`, the name of a parameter within its layer, or an attribute such as `strides`. */
  readonly what: string;
  readonly from: string;
  readonly to: string;
}

/** A pair of layers, or one that stands in one model alone. */
export interface LayerDiff {
  readonly status: 'same' | 'changed' | 'added' | 'removed';
  readonly name: string;
  /** Where the other model calls it otherwise. */
  readonly otherName?: string;
  readonly type: string;
  /** The block that it stands in (in the second model, where it has the layer), or ''. */
  readonly block: string;
  readonly parameters: readonly [number, number];
  readonly macs: readonly [number, number];
  readonly changes: readonly Change[];
}

export interface TotalDiff {
  readonly what: 'parameters' | 'macs' | 'trainingMacs' | 'trainingBytes' | 'inferenceBytes' | 'activations';
  readonly values: readonly [number, number];
  /** The second for one of the first; null where the first is 0. */
  readonly ratio: number | null;
}

export interface ModelDiff {
  readonly a: Analysis;
  readonly b: Analysis;
  readonly totals: readonly TotalDiff[];
  readonly layers: readonly LayerDiff[];
}

/** Compares two models layer by layer: layers of the same name, then, of those left over, layers of the same type in order. */
export function diffModels(a: Model, b: Model, options: AnalyzeOptions = {}): ModelDiff {
  const [before, after] = [analyzeModel(a, options), analyzeModel(b, options)];
  const sizes = { batch: options.batch ?? 1, ...(options.tokens !== undefined && { tokens: options.tokens }) };
  const [left, right] = [describe(a.lower(sizes)), describe(b.lower(sizes))];
  const layers = align(before.layers, after.layers).map(([one, other]) => layerDiff(one, other, left, right));
  return { a: before, b: after, totals: totalsOf(before, after), layers };
}

type Pair = readonly [LayerCost | undefined, LayerCost | undefined];

/** Pairs in the order of the second model, with layers that it lacks behind the one that they followed in the first. */
function align(a: readonly LayerCost[], b: readonly LayerCost[]): Pair[] {
  const partner = partners(a, b);
  const taken = new Set(partner.values());
  const pairs: Pair[] = [];
  let next = 0;
  const removed = (until: LayerCost | undefined): void => {
    while (next < a.length && a[next] !== until) {
      if (!taken.has(a[next])) pairs.push([a[next], undefined]);
      next++;
    }
  };
  for (const layer of b) {
    const other = partner.get(layer);
    if (other && a.indexOf(other, next) >= 0) {
      removed(other);
      next++;
    }
    pairs.push([other, layer]);
  }
  removed(undefined);
  return pairs;
}

/** The layer of the first model that each layer of the second stands for. */
function partners(a: readonly LayerCost[], b: readonly LayerCost[]): Map<LayerCost, LayerCost> {
  const byName = new Map(a.map((layer) => [layer.name, layer]));
  const found = new Map<LayerCost, LayerCost>();
  for (const layer of b) {
    const same = byName.get(layer.name);
    if (same) found.set(layer, same);
  }
  const taken = new Set(found.values());
  const left = Map.groupBy(
    a.filter((layer) => !taken.has(layer)),
    ({ type }) => type,
  );
  for (const layer of b) {
    const other = found.has(layer) ? undefined : left.get(layer.type)?.shift();
    if (other) found.set(layer, other);
  }
  return found;
}

/** What a layer says of itself, by what it is called within the layer. */
type Description = ReadonlyMap<string, string>;

function layerDiff(
  a: LayerCost | undefined,
  b: LayerCost | undefined,
  left: ReadonlyMap<string, Description>,
  right: ReadonlyMap<string, Description>,
): LayerDiff {
  const shown = (b ?? a)!;
  const changes = a && b ? changesOf(a, b, left.get(a.name) ?? new Map(), right.get(b.name) ?? new Map()) : [];
  return {
    status: !a ? 'added' : !b ? 'removed' : changes.length > 0 ? 'changed' : 'same',
    name: (a ?? b)!.name,
    ...(a && b && a.name !== b.name && { otherName: b.name }),
    type: shown.type,
    block: shown.block,
    parameters: [a?.parameters ?? 0, b?.parameters ?? 0],
    macs: [a?.macs ?? 0, b?.macs ?? 0],
    changes,
  };
}

function changesOf(a: LayerCost, b: LayerCost, left: Description, right: Description): Change[] {
  const said: [string, string, string][] = [
    ['type', a.type, b.type],
    ['output', shapeText(a.output), shapeText(b.output)],
    ...[...new Set([...left.keys(), ...right.keys()])].map((what): [string, string, string] => [
      what,
      left.get(what) ?? 'none',
      right.get(what) ?? 'none',
    ]),
  ];
  return said.filter(([, from, to]) => from !== to).map(([what, from, to]) => ({ what, from, to }));
}

const shapeText = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

/** Parameters with their shapes, and attributes of the operators, of each layer. Shapes in attributes follow from the rest. */
function describe(graph: Graph): Map<string, Map<string, string>> {
  const layers = new Map(graph.layers.map(({ name }) => [name, new Map<string, string>()]));
  for (const { parameter } of graph.parameters) {
    const { layer, name, shape, frozen } = parameter;
    const own = name.startsWith(layer) ? name.slice(layer.length + 1) || name : name;
    layers.get(layer)?.set(own, `${shapeText(shape)}${frozen ? ' frozen' : ''}`);
  }
  for (const operator of graph.operators) {
    const description = layers.get(operator.layer);
    for (const [what, value] of attributesOf(operator)) {
      const before = description?.get(what);
      description?.set(what, before === undefined ? value : `${before}; ${value}`);
    }
  }
  return layers;
}

const DERIVED = new Set(['shape', 'sizes', 'permutation', 'equation', 'ends', 'starts', 'steps', 'rows']);

const attributesOf = ({ attributes }: Operator): [string, string][] =>
  Object.entries(attributes)
    .filter(([what, value]) => value !== undefined && !DERIVED.has(what))
    .map(([what, value]) => [what, typeof value === 'object' ? JSON.stringify(value) : String(value)]);

function totalsOf(a: Analysis, b: Analysis): TotalDiff[] {
  const values: [TotalDiff['what'], (one: Analysis) => number][] = [
    ['parameters', ({ parameters }) => parameters.total],
    ['macs', ({ macs }) => macs],
    ['trainingMacs', ({ trainingMacs }) => trainingMacs],
    ['activations', ({ activations }) => activations],
    ['trainingBytes', ({ memory }) => memory.training.total],
    ['inferenceBytes', ({ memory }) => memory.inference.total],
  ];
  return values.map(([what, of]) => {
    const [from, to] = [of(a), of(b)];
    return { what, values: [from, to], ratio: from === 0 ? null : to / from };
  });
}
