import { GraphBuilder } from '../../graph/builder.ts';
import type { Graph, TensorId } from '../../graph/types.ts';
import type { LowerOptions, ModelInput } from '../../model/model.ts';
import type { JsonCursor } from '../json/cursor.ts';
import { DEEPEST_SUBGRAPH, MOST_NODES } from '../limits.ts';
import { TensorArgument } from './argument.ts';
import type { Argument } from './argument.ts';
import type { Bindings } from './bindings.ts';
import { Call } from './call.ts';
import type { Surroundings } from './call.ts';
import { runFunctional } from './functional.ts';
import { inputShape, inputsOf } from './inputs.ts';
import { lowerLayer } from './known.ts';
import { join } from './part.ts';
import type { Host, Named, Part, PlacedLayer } from './part.ts';
import { runSequential } from './sequential.ts';
import { sharedLayers } from './shared.ts';
import type { SharedLayers } from './shared.ts';
import { classOf, isFunctional, isModel, layersOf, leavesOf } from './structure.ts';

/** A graph in Keras's own shapes, and how its sizes follow from the document. */
export interface Lowered {
  readonly graph: Graph;
  readonly bindings: Bindings;
}

/** Lowers the document's model. */
export function lowerModel(model: JsonCursor, options: LowerOptions): Lowered {
  const lowering = new Lowering(sharedLayers(model));
  const inputs = inputsOf(model).map((input) => lowering.input(input, options));
  const part: Part = { model, prefix: '', isFrozen: isFrozen(model), depth: 0 };
  const ids = lowering.model(part, [inputs.length === 1 ? inputs[0] : inputs]);
  const outputs = Object.fromEntries(outputNames(model).map((name, index) => [name, ids[index]]));
  return { graph: lowering.builder.finish(outputs), bindings: lowering.bindings };
}

class Lowering implements Host {
  readonly builder = new GraphBuilder();
  readonly bindings: Bindings = {
    weights: new Map(),
    operators: new Map(),
    places: new Map(),
    recorded: [],
    images: [],
    misfits: [],
  };
  private readonly around: Surroundings = {
    builder: this.builder,
    bindings: this.bindings,
    weights: new Map(),
    run: (layer, outer, path, args) => this.inside(layer, outer, path, args),
  };
  /** By the entry of a layer that several models share: the path of its weights. */
  private readonly sharedPaths = new Map<unknown, string>();
  private readonly shared: SharedLayers;
  private calls = 0;

  constructor(shared: SharedLayers) {
    this.shared = shared;
  }

  input(input: ModelInput, options: LowerOptions): TensorArgument {
    const shape = inputShape(input, options);
    return new TensorArgument(this.builder.at(input.name, 'InputLayer', '').input(input.name, shape, input.dtype));
  }

  model(part: Part, args: readonly Argument[]): TensorId[] {
    this.refuseDeep(part.depth, part.model);
    return isFunctional(part.model) ? runFunctional(this, part, args) : runSequential(this, part, args);
  }

  layer({ part, entry, block }: PlacedLayer, args: readonly Argument[], named: Named): TensorId[] {
    if (++this.calls > MOST_NODES) throw entry.cursor.refusal(`more than ${MOST_NODES} calls of layers`);
    const { name, className, cursor, config } = entry;
    const { places } = this.bindings;
    const path = join(part.prefix, name);
    const place = places.get(path) ?? {
      model: part.model,
      name,
      prefix: part.prefix,
      isModel: isModel(cursor),
      outputs: [],
    };
    places.set(path, place);
    const about = { isFrozen: part.isFrozen || isFrozen(cursor), depth: part.depth + (place.isModel ? 1 : 0) };
    if (!place.isModel) this.builder.at(path, className, block);
    const ids = place.isModel
      ? this.model({ model: cursor, prefix: path, ...about }, args)
      : lowerLayer(
          cursor,
          new Call(
            this.around,
            { className, config, path: this.weightsPath(cursor.value, path), owner: path, ...about },
            args,
            named,
          ),
        );
    place.outputs.push(ids.map((id) => this.builder.shapeOf(id)));
    return ids;
  }

  /** Where the weights of a layer stand: with the first one that was called of those that are the same object. */
  private weightsPath(entry: unknown, path: string): string {
    const first = this.shared.get(entry);
    if (first === undefined) return path;
    const known = this.sharedPaths.get(first) ?? path;
    this.sharedPaths.set(first, known);
    return known;
  }

  /** A layer or model that a wrapper holds. A model's layers stand in the graph, a layer is part of its wrapper. */
  private inside(layer: JsonCursor, outer: Call, path: string, args: readonly Argument[]): TensorId[] {
    const about = { isFrozen: outer.isFrozen || isFrozen(layer), depth: outer.depth + 1 };
    if (isModel(layer)) {
      const ids = this.model({ model: layer, prefix: path, ...about }, args);
      this.builder.at(outer.owner);
      return ids;
    }
    this.refuseDeep(about.depth, layer);
    const config = layer.get('config');
    return lowerLayer(
      layer,
      new Call(this.around, { className: classOf(layer), config, path, owner: outer.owner, ...about }, args),
    );
  }

  private refuseDeep(depth: number, layer: JsonCursor): void {
    if (depth > DEEPEST_SUBGRAPH)
      throw layer.refusal(`models stand more than ${DEEPEST_SUBGRAPH} deep inside one another`);
  }
}

const isFrozen = (layer: JsonCursor): boolean => layer.get('config').find('trainable')?.value === false;

/** Names of a model's outputs: the layers that give them, with a number where one gives several. */
function outputNames(model: JsonCursor): string[] {
  if (!isFunctional(model)) return [[...layersOf(model).keys()].at(-1)!];
  const names = leavesOf(model.get('config').get('output_layers')).map((leaf) => leaf.layer);
  return names.map((name, index) => (names.indexOf(name) === index ? name : `${name}_${index}`));
}
