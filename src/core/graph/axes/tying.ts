import type { Attributes, Graph, Operator, TensorId } from '../types.ts';
import { ONE, isOne } from './extent.ts';
import type { Extent } from './extent.ts';
import { AxisSystem } from './system.ts';

/** An attribute that holds sizes, and the extents that it must follow. */
export interface SizedAttribute {
  readonly operator: Operator;
  readonly name: 'shape' | 'sizes' | 'starts' | 'ends' | 'groups' | 'hidden';
  /** One for each of its numbers. */
  readonly extents: readonly Extent[];
}

/** A product of two activations: what it repeats over (heads) and what it sums over (the head size). */
export interface ActivationProduct {
  readonly batch: readonly Extent[];
  readonly inner: readonly Extent[];
}

/** What the rules of all operators fill in. */
export class Tying {
  readonly system = new AxisSystem();
  readonly graph: Graph;
  /** By tensor: the extent of every axis. */
  readonly extents: Extent[][] = [];
  readonly attributes: SizedAttribute[] = [];
  readonly products: ActivationProduct[] = [];
  /** Axes that a weight makes: units of a linear layer, channels of a convolution. */
  readonly made: Extent[] = [];
  /** Axes that windows slide over, of the model's inputs among them. */
  readonly slid: Extent[] = [];

  /** Axes that a reshape joined and split otherwise, and what it made of them. */
  readonly regrouped: { readonly from: readonly Extent[]; readonly to: readonly Extent[] }[] = [];

  constructor(graph: Graph) {
    this.graph = graph;
    for (const tensor of graph.tensors)
      if (tensor.source !== 'operator') this.extents[tensor.id] = this.leaf(tensor.id);
  }

  private leaf(id: TensorId): Extent[] {
    const { shape, source } = this.graph.tensors[id];
    const layer = (): string => this.graph.operators.find(({ inputs }) => inputs.includes(id))?.layer ?? '';
    return shape.map((size) => {
      if (source === 'constant') return this.system.constant(size, layer());
      return size === 1 ? ONE : this.system.fresh(size, source === 'input' ? 'input' : 'free');
    });
  }
}

/** One operator under its rule. */
export class OperatorAxes {
  readonly tying: Tying;
  readonly operator: Operator;

  constructor(tying: Tying, operator: Operator) {
    this.tying = tying;
    this.operator = operator;
  }

  get attributes(): Attributes {
    return this.operator.attributes;
  }

  get system(): AxisSystem {
    return this.tying.system;
  }

  get count(): number {
    return this.operator.inputs.length;
  }

  /** Extents of an input's axes. */
  input(index: number): readonly Extent[] {
    return this.tying.extents[this.operator.inputs[index]];
  }

  inputShape(index: number): readonly number[] {
    return this.tying.graph.tensors[this.operator.inputs[index]].shape;
  }

  outputShape(index = 0): readonly number[] {
    return this.tying.graph.tensors[this.operator.outputs[index]].shape;
  }

  /** Whether an input is a weight, trained or kept. */
  isWeight(index: number): boolean {
    const { source } = this.tying.graph.tensors[this.operator.inputs[index]];
    return source === 'parameter' || source === 'buffer';
  }

  give(extents: readonly Extent[], index = 0): void {
    this.tying.extents[this.operator.outputs[index]] = [...extents];
  }

  equal(a: Extent, b: Extent): void {
    this.system.equal(a, b, this.operator.layer);
  }

  /** One extent out of several that are equal or 1. */
  broadcast(extents: readonly Extent[]): Extent {
    const wide = extents.filter((extent) => !isOne(extent));
    for (const extent of wide.slice(1)) this.equal(wide[0], extent);
    return wide[0] ?? ONE;
  }

  /** Shapes that broadcast against each other, aligned at their last axes. */
  broadcastAll(shapes: readonly (readonly Extent[])[]): Extent[] {
    const rank = Math.max(...shapes.map((shape) => shape.length));
    return Array.from({ length: rank }, (_, axis) =>
      this.broadcast(shapes.map((shape) => shape[axis - rank + shape.length] ?? ONE)),
    );
  }

  /** The extent stays as it is, since the operator gives no rule for another one. */
  unclear(extent: Extent, reason: string): void {
    this.system.hold(extent, { layer: this.operator.layer, reason, unclear: true });
  }

  settle(extent: Extent, reason: string): void {
    this.system.hold(extent, { layer: this.operator.layer, reason, unclear: false });
  }

  /** An attribute of this operator follows the extents. */
  follow(name: SizedAttribute['name'], extents: readonly Extent[]): void {
    this.tying.attributes.push({ operator: this.operator, name, extents });
  }

  /** The axis of an input, counted from its start. */
  axis(value = 0, index = 0): number {
    return value < 0 ? value + this.input(index).length : value;
  }

  /** Extents that are computed from others by no polynomial; they stay one number where they stay the same. */
  computed(size: number, inputs: readonly Extent[], of: (extents: readonly number[]) => number): Extent {
    return this.system.fresh(size, 'follows', { inputs, of });
  }
}
