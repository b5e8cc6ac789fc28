import type { TensorId } from '../../graph/types.ts';
import { refusal } from '../refusal.ts';
import { TensorArgument, tensorsOf } from './argument.ts';
import type { Argument } from './argument.ts';
import { blocksOf } from './blocks.ts';
import { recordInput } from './inputs.ts';
import { ConstantTemplate, ReferenceTemplate } from './node.ts';
import type { Template } from './node.ts';
import { callIndex, callOrder, keyOf, nodeOffsets, outputIndex } from './order.ts';
import type { Step } from './order.ts';
import { join, mapValues } from './part.ts';
import type { Host, Part } from './part.ts';
import { layersOf, leavesOf } from './structure.ts';
import type { LayerEntry, Leaf } from './structure.ts';

/** Runs the calls of a functional model, each after those that it needs. */
export function runFunctional(host: Host, part: Part, args: readonly Argument[]): TensorId[] {
  return new FunctionalRun(host, part).run(args);
}

class FunctionalRun {
  private readonly host: Host;
  private readonly part: Part;
  private readonly layers: ReadonlyMap<string, LayerEntry>;
  private readonly offsets: ReadonlyMap<string, number>;
  private readonly blocks: ReadonlyMap<string, string>;
  /** Tensors that each call gave. */
  private readonly results = new Map<string, TensorId[]>();

  constructor(host: Host, part: Part) {
    this.host = host;
    this.part = part;
    this.layers = layersOf(part.model);
    this.offsets = nodeOffsets(this.layers);
    this.blocks = blocksOf([...this.layers.keys()], part.prefix);
  }

  run(args: readonly Argument[]): TensorId[] {
    const config = this.part.model.get('config');
    this.takeInputs(leavesOf(config.get('input_layers')), args);
    for (const step of callOrder(this.layers)) this.call(step);
    return leavesOf(config.get('output_layers')).map((leaf) =>
      this.result(leaf.layer, outputIndex(this.layers, leaf), leaf.tensor),
    );
  }

  /** The tensors that the model is called with go to its input layers: by name where a dictionary says names, else in order. */
  private takeInputs(leaves: readonly Leaf[], args: readonly Argument[]): void {
    const flat = tensorsOf(args);
    for (const [index, leaf] of leaves.entries()) {
      const id = namedTensor(args[0], leaf.layer) ?? flat[index];
      const layer = this.layers.get(leaf.layer);
      if (id === undefined || layer === undefined)
        throw this.part.model.refusal(`the input '${leaf.layer}' of '${this.part.prefix || 'the model'}' is not given`);
      recordInput(this.host.bindings, layer, this.host.builder.shapeOf(id), this.part.prefix);
      this.results.set(keyOf(leaf.layer, 0), [id]);
    }
  }

  private call({ layer, index }: Step): void {
    const block = this.blocks.get(layer.name)!;
    const { args, named } = layer.calls[index];
    // Constants among the arguments belong to the layer that is called with them.
    this.host.builder.at(join(this.part.prefix, layer.name), layer.className, block);
    const given = args.map((template) => this.resolve(template));
    const results = this.host.layer({ part: this.part, entry: layer, block }, given, this.resolveAll(named));
    this.results.set(keyOf(layer.name, index), results);
  }

  private resolveAll(templates: Readonly<Record<string, Template>>): Record<string, Argument> {
    return mapValues(templates, (template) => this.resolve(template));
  }

  private resolve(template: Template): Argument {
    if (template instanceof ReferenceTemplate) return this.resolveReference(template);
    if (template instanceof ConstantTemplate) {
      const attributes = { shape: template.shape, function: 'constant' };
      return new TensorArgument(this.host.builder.add('generate', [], attributes));
    }
    if (Array.isArray(template)) return (template as readonly Template[]).map((item) => this.resolve(item));
    if (typeof template !== 'object' || template === null) return template as Argument;
    return this.resolveAll(template as Record<string, Template>);
  }

  private resolveReference(reference: ReferenceTemplate): TensorArgument {
    const source = this.layers.get(reference.layer)!;
    const id = this.result(reference.layer, callIndex(source, reference, this.offsets), reference.tensor);
    const { record } = reference;
    if (record) this.host.bindings.recorded.push({ record, key: 'shape', shape: this.host.builder.shapeOf(id) });
    return new TensorArgument(id);
  }

  private result(layer: string, index: number, tensor: number): TensorId {
    const id = this.results.get(keyOf(layer, index))?.[tensor];
    if (id !== undefined) return id;
    throw refusal(`result ${tensor} of its call ${index} is wanted, which is not there`, {
      path: `layer '${join(this.part.prefix, layer)}'`,
    });
  }
}

function namedTensor(argument: Argument | undefined, name: string): TensorId | undefined {
  if (typeof argument !== 'object' || argument === null || argument instanceof TensorArgument) return undefined;
  return Object.hasOwn(argument, name) ? tensorsOf((argument as Record<string, Argument>)[name])[0] : undefined;
}
