import { GraphBuilder } from '../../graph/builder.ts';
import type { Graph, TensorId } from '../../graph/types.ts';
import type { LowerOptions, ModelInput } from '../../model/model.ts';
import type { JsonCursor } from '../json/cursor.ts';
import { DEEPEST_SUBGRAPH, MOST_NODES } from '../limits.ts';
import { refusal } from '../refusal.ts';
import { TensorArgument, tensorsOf } from './argument.ts';
import type { Argument } from './argument.ts';
import type { Bindings } from './bindings.ts';
import { blocksOf } from './blocks.ts';
import { Call } from './call.ts';
import type { Surroundings } from './call.ts';
import { inputShape, inputsOf, recordInput } from './inputs.ts';
import { lowerLayer } from './known.ts';
import { ConstantTemplate, ReferenceTemplate } from './node.ts';
import type { Template } from './node.ts';
import { callIndex, callOrder, keyOf, nodeOffsets, outputIndex } from './order.ts';
import { classOf, isFunctional, isModel, layersOf, leavesOf } from './structure.ts';
import type { LayerEntry } from './structure.ts';

/** A model or a part of it on its way into the graph. */
interface Part {
  readonly model: JsonCursor;
  /** Path of the model in the names of the graph; '' at the top. */
  readonly prefix: string;
  readonly isFrozen: boolean;
  readonly depth: number;
}

/** Lowers the document's model: a graph in Keras's own shapes, and how its sizes follow from the document. */
export function lowerModel(model: JsonCursor, options: LowerOptions): { graph: Graph; bindings: Bindings } {
  const lowering = new Lowering(options);
  const outputs = lowering.run(model);
  return { graph: lowering.builder.finish(outputs), bindings: lowering.bindings };
}

class Lowering {
  readonly builder = new GraphBuilder();
  readonly bindings: Bindings = { weights: new Map(), operators: new Map(), places: new Map(), recorded: [], misfits: [] };
  private readonly options: LowerOptions;
  private readonly around: Surroundings;
  private calls = 0;

  constructor(options: LowerOptions) {
    this.options = options;
    this.around = {
      builder: this.builder,
      bindings: this.bindings,
      weights: new Map(),
      run: (layer, call, path, args) => this.inside(layer, call, path, args),
    };
  }

  run(model: JsonCursor): Record<string, TensorId> {
    const part: Part = { model, prefix: '', isFrozen: isFrozen(model), depth: 0 };
    const outputs = this.model(part, [inputsOf(model).map((input) => this.input(input))]);
    const names = outputNames(model);
    return Object.fromEntries(outputs.map((id, index) => [unique(names, index), id]));
  }

  private input(input: ModelInput): TensorArgument {
    const shape = inputShape(input, this.options);
    return new TensorArgument(this.builder.at(input.name, 'InputLayer', '').input(input.name, shape, input.dtype));
  }

  private model(part: Part, args: readonly Argument[]): TensorId[] {
    if (part.depth > DEEPEST_SUBGRAPH) throw part.model.refusal(`models stand more than ${DEEPEST_SUBGRAPH} deep inside one another`);
    return isFunctional(part.model) ? this.functional(part, args) : this.sequential(part, args);
  }

  private sequential(part: Part, args: readonly Argument[]): TensorId[] {
    const layers = layersOf(part.model);
    const blocks = blocksOf([...layers.keys()], part.prefix);
    let value = args;
    for (const layer of layers.values()) {
      if (layer.className === 'InputLayer') recordInput(this.bindings, layer, this.builder.shapeOf(tensorsOf(args[0])[0]), part.prefix !== '');
      else value = [valueOf(this.layer(part, layer, blocks.get(layer.name)!, value, {}))];
    }
    const [first] = tensorsOf(args[0]);
    if (part.model.get('config').find('build_input_shape')?.isArray)
      this.bindings.recorded.push({ record: part.model.get('config').value as Record<string, unknown>, key: 'build_input_shape', shape: this.builder.shapeOf(first) });
    return tensorsOf(value[0]);
  }

  private functional(part: Part, args: readonly Argument[]): TensorId[] {
    const layers = layersOf(part.model);
    const blocks = blocksOf([...layers.keys()], part.prefix);
    const offsets = nodeOffsets(layers);
    const results = this.givenInputs(part, layers, args);
    const find = (name: string, index: number, tensor: number): TensorId => {
      const id = results.get(keyOf(name, index))?.[tensor];
      if (id !== undefined) return id;
      throw refusal(`output ${tensor} of call ${index} is wanted, which is not there`, { path: `layer '${join(part.prefix, name)}'` });
    };
    const resolve = (template: Template): Argument => {
      if (template instanceof ReferenceTemplate) {
        const source = layers.get(template.layer)!;
        const id = find(template.layer, callIndex(source, template, offsets), template.tensor);
        if (template.record) this.bindings.recorded.push({ record: template.record, key: 'shape', shape: this.builder.shapeOf(id) });
        return new TensorArgument(id);
      }
      if (template instanceof ConstantTemplate) return new TensorArgument(this.builder.add('generate', [], { shape: template.shape, function: 'constant' }));
      if (Array.isArray(template)) return (template as readonly Template[]).map(resolve);
      if (typeof template !== 'object' || template === null) return template as Argument;
      return mapped(template as Record<string, Template>, resolve);
    };
    for (const { layer, index } of callOrder(layers)) {
      const { args: templates, named } = layer.calls[index];
      const [path, block] = [join(part.prefix, layer.name), blocks.get(layer.name)!];
      this.builder.at(path, layer.className, block);
      const values = this.layer(part, layer, block, templates.map(resolve), mapped(named, resolve));
      results.set(keyOf(layer.name, index), values);
    }
    return leavesOf(part.model.get('config').get('output_layers')).map((leaf) =>
      find(leaf.layer, outputIndex(layers, leaf), leaf.tensor),
    );
  }

  /** The tensors that a functional model is called with, by its input layers. */
  private givenInputs(part: Part, layers: ReadonlyMap<string, LayerEntry>, args: readonly Argument[]): Map<string, TensorId[]> {
    const leaves = leavesOf(part.model.get('config').get('input_layers'));
    const given = args[0];
    const byName = typeof given === 'object' && given !== null && !Array.isArray(given) && !(given instanceof TensorArgument) ? (given as Record<string, Argument>) : {};
    const flat = tensorsOf(args as Argument);
    return new Map(
      leaves.map((leaf, index): [string, TensorId[]] => {
        const named = Object.hasOwn(byName, leaf.layer) ? tensorsOf(byName[leaf.layer])[0] : undefined;
        const id = named ?? flat[index];
        const layer = layers.get(leaf.layer);
        if (id === undefined || layer === undefined)
          throw part.model.refusal(`the input '${leaf.layer}' of '${part.prefix || 'the model'}' is not given`);
        recordInput(this.bindings, layer, this.builder.shapeOf(id), part.prefix !== '');
        return [keyOf(leaf.layer, 0), [id]];
      }),
    );
  }

  private layer(part: Part, layer: LayerEntry, block: string, args: readonly Argument[], named: Readonly<Record<string, Argument>>): TensorId[] {
    if (++this.calls > MOST_NODES) throw layer.cursor.refusal(`more than ${MOST_NODES} calls of layers`);
    const path = join(part.prefix, layer.name);
    this.bindings.places.set(path, { model: part.model, name: layer.name, prefix: part.prefix });
    const frozen = part.isFrozen || isFrozen(layer.cursor);
    if (isModel(layer.cursor)) return this.model({ model: layer.cursor, prefix: path, isFrozen: frozen, depth: part.depth + 1 }, args);
    this.builder.at(path, layer.className, block);
    return lowerLayer(layer.cursor, new Call(this.around, { className: layer.className, config: layer.config, path, owner: path, isFrozen: frozen, depth: part.depth }, args, named));
  }

  private inside(cursor: JsonCursor, outer: Call, path: string, args: readonly Argument[]): TensorId[] {
    const frozen = outer.isFrozen || isFrozen(cursor);
    if (isModel(cursor)) {
      const ids = this.model({ model: cursor, prefix: path, isFrozen: frozen, depth: outer.depth + 1 }, args);
      this.builder.at(outer.owner);
      return ids;
    }
    if (outer.depth > DEEPEST_SUBGRAPH) throw cursor.refusal(`layers stand more than ${DEEPEST_SUBGRAPH} deep inside one another`);
    return lowerLayer(cursor, new Call(this.around, { className: classOf(cursor), config: cursor.get('config'), path, owner: outer.owner, isFrozen: frozen, depth: outer.depth + 1 }, args));
  }
}

const isFrozen = (layer: JsonCursor): boolean => layer.get('config').find('trainable')?.value === false;

const join = (prefix: string, name: string): string => (prefix === '' ? name : `${prefix}/${name}`);

const valueOf = (ids: readonly TensorId[]): Argument =>
  ids.length === 1 ? new TensorArgument(ids[0]) : ids.map((id) => new TensorArgument(id));

const mapped = <A, B>(entries: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, map(value)]));

/** Names of a model's outputs: the layers that give them. */
function outputNames(model: JsonCursor): string[] {
  if (!isFunctional(model)) return [[...layersOf(model).keys()].at(-1) ?? 'output'];
  return leavesOf(model.get('config').get('output_layers')).map((leaf) => leaf.layer);
}

const unique = (names: readonly string[], index: number): string => {
  const name = names[index] ?? names[0];
  return names.indexOf(name) === index ? name : `${name}_${index}`;
};
