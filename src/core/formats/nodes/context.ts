import type { GraphBuilder } from '../../graph/builder.ts';
import type { ParameterRole } from '../../graph/parameter.ts';
import { sizeOf } from '../../graph/shapes.ts';
import type { Attributes, OperatorKind, TensorId } from '../../graph/types.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { DocumentNode, Override, Weight } from './document.ts';
import { keepingExtents } from './grow.ts';
import type { Known } from './known.ts';

/** What a name of the document stands for: a tensor of the graph, or numbers that are known. */
export type Value = { readonly tensor: TensorId } | { readonly known: Known } | { readonly weight: Weight };

/** What the lowering of every node of one model shares. */
export interface Lowering {
  readonly builder: GraphBuilder;
  readonly values: Map<string, Value>;
  /** Weights that stand in the graph already, by name. */
  readonly placed: Map<string, TensorId>;
  /** Samples at which the model is lowered. */
  readonly batch: number;
}

/** How a weight is used where it is first met. */
export interface Use {
  readonly role: ParameterRole;
  readonly fanIn?: number;
}

const CONSTANT: Use = { role: 'bias' };

/** One node as its operator's lowering sees it. */
export class NodeContext {
  readonly node: DocumentNode;
  readonly builder: GraphBuilder;
  private readonly lowering: Lowering;
  private readonly met = new Map<string, number>();

  constructor(node: DocumentNode, lowering: Lowering) {
    this.node = node;
    this.lowering = lowering;
    this.builder = lowering.builder;
  }

  refusal(message: string, hint?: string): IsoflopError {
    const path = `node '${this.node.name}' (${this.node.type})`;
    return new IsoflopError('invalid-input', message, { path, ...(hint ? { hint } : {}) });
  }

  has(index: number): boolean {
    return Boolean(this.node.inputs[index]);
  }

  value(index: number): Value {
    const name = this.node.inputs[index];
    const value = name ? this.lowering.values.get(name) : undefined;
    if (!value) throw this.refusal(name ? `nothing computes its input '${name}'` : `its input ${index} is missing`);
    return value;
  }

  /** The numbers of an input, where they are known when the model is read. */
  known(index: number): Known | undefined {
    if (!this.has(index)) return undefined;
    const value = this.value(index);
    if ('known' in value) return value.known;
    return 'weight' in value && value.weight.kind === 'constant' ? value.weight.known : undefined;
  }

  /** As `known`, of small weights too: a clip's bounds, an axis. */
  numbers(index: number, what: string): readonly number[] {
    const value = this.value(index);
    const known = this.known(index) ?? ('weight' in value ? value.weight.known : undefined);
    if (!known) throw this.refusal(`${what} is computed from the data`, 'Export the model with fixed shapes.');
    return known.values;
  }

  shape(index: number): readonly number[] {
    const value = this.value(index);
    if ('known' in value) return value.known.shape;
    return 'weight' in value ? value.weight.shape : this.builder.shapeOf(value.tensor);
  }

  isWeight(index: number): boolean {
    const value = this.has(index) ? this.value(index) : undefined;
    return value !== undefined && 'weight' in value && value.weight.kind !== 'constant';
  }

  /** An input as a tensor of the graph; `use` says what it is for, should it be a weight. */
  tensor(index: number, use: Use = CONSTANT): TensorId {
    const value = this.value(index);
    if ('tensor' in value) return value.tensor;
    if ('known' in value) return this.constant(value.known);
    return this.place(value.weight, use);
  }

  /** Numbers as a tensor of the graph. */
  constant({ shape, values }: Pick<Known, 'shape' | 'values'>): TensorId {
    return this.builder.add('generate', [], constantAttributes(shape, values));
  }

  /** An input as a buffer: statistics that no gradient reaches, whatever the document calls them. */
  buffer(index: number): TensorId {
    const value = this.value(index);
    return 'weight' in value ? this.place({ ...value.weight, kind: 'buffer' }, CONSTANT) : this.tensor(index);
  }

  add(kind: OperatorKind, inputs: readonly TensorId[], attributes: Attributes = {}): TensorId {
    return this.addAll(kind, inputs, attributes)[0];
  }

  addAll(kind: OperatorKind, inputs: readonly TensorId[], attributes: Attributes = {}): TensorId[] {
    const overridden = this.overridden(attributes);
    const kept = this.node.keepsExtents && kind === 'convolution';
    return this.builder.addAll(kind, inputs, kept ? keepingExtents(overridden, this.shapeOf(inputs[1])) : overridden);
  }

  /** Elements of an input picked one by one into another shape: a part of it where it fits into it. */
  picked(index: number, shape: readonly number[]): TensorId {
    const whole = this.shape(index);
    const fits = whole.length === shape.length && shape.every((extent, axis) => extent <= whole[axis]);
    if (!fits) return this.add('generate', [], { shape, function: 'picked' });
    const [starts, steps] = [shape.map(() => 0), shape.map(() => 1)];
    return this.add('slice', [this.tensor(index)], { starts, ends: shape, steps });
  }

  reshape(x: TensorId, shape: readonly number[]): TensorId {
    return this.add('reshape', [x], { shape });
  }

  shapeOf(x: TensorId): readonly number[] {
    return this.builder.shapeOf(x);
  }

  private place(weight: Weight, use: Use): TensorId {
    const before = this.lowering.placed.get(weight.name);
    if (before !== undefined) return before;
    const id = placeWeight(this.builder, weight, use, this.node.name);
    this.lowering.placed.set(weight.name, id);
    return id;
  }

  /** The attributes with the sizes that edits have set. */
  private overridden(attributes: Attributes): Attributes {
    if (!this.node.overrides) return attributes;
    const changed: Record<string, unknown> = { ...attributes };
    for (const [name, values] of Object.entries(this.node.overrides)) {
      if (!(name in attributes)) continue;
      const index = this.met.get(name) ?? 0;
      this.met.set(name, index + 1);
      const override = values[index];
      if (override) changed[name] = forSamples(override, this.lowering.batch);
    }
    return changed as Attributes;
  }
}

const forSamples = ({ value, batchAxes }: Override, batch: number): readonly number[] | number =>
  typeof value === 'number' ? value : value.map((extent, axis) => (batchAxes.includes(axis) ? extent * batch : extent));

/** A constant whose numbers a document does not keep can be analysed, not run. */
const constantAttributes = (shape: readonly number[], values: readonly number[] | undefined): Attributes => ({
  shape,
  function: 'constant',
  ...(values ? { values } : {}),
});

export function placeWeight(builder: GraphBuilder, weight: Weight, use: Use, layer: string): TensorId {
  const { name, shape, kind } = weight;
  if (kind === 'constant') return builder.add('generate', [], constantAttributes(shape, weight.known?.values));
  if (kind === 'buffer') return builder.buffer(name, shape);
  const fanIn = use.fanIn ?? (use.role === 'matrix' ? sizeOf(shape.slice(1)) : 1);
  const frozen = kind === 'frozen' ? { frozen: true } : {};
  return builder.parameter({ name, shape, role: use.role, fanIn, residual: false, layer, ...frozen });
}
