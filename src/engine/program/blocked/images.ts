import { sizeOf } from '../../../core/graph/shapes.ts';
import type { Graph, TensorId } from '../../../core/graph/types.ts';
import type { Emitter } from '../emitter.ts';
import type { NodeAttributes } from '../onnx.ts';
import { Placement } from '../placement.ts';

/** Reorders work on channels in fours. */
const REORDERED_CHANNELS = 4;

export type Shape = readonly number[];

/**
 * Images [batch, channels, height, width] in onnxruntime's blocked order [batch, channels / block, height, width, block], in which its own
 * direct convolutions run (MLAS, nchwc). Channels are filled up to whole blocks; what stands in the added ones is finite and never read.
 * A tensor is reordered when an operator asks for the order in which it does not stand yet, and once only.
 */
export class BlockedImages {
  readonly e: Emitter;
  readonly block: number;
  /** Where other operators leave and look for their tensors. */
  readonly placement: Placement;
  readonly #graph: Graph;
  readonly #blocked = new Map<TensorId, string>();
  readonly #plain = new Set<TensorId>();
  readonly #rows = new Map<TensorId, string>();
  /** Tensors that an operator wrote as rows. */
  readonly #ours = new Set<TensorId>();
  /** Tensors that are written only if someone wants them as they are. */
  readonly #deferred = new Map<TensorId, () => void>();
  readonly #consumers = new Map<TensorId, number>();

  constructor(e: Emitter, graph: Graph, block: number) {
    this.placement = new Placement(e, graph, (id) => this.#write(id));
    this.e = e;
    this.block = block;
    this.#graph = graph;
    for (const { inputs } of graph.operators)
      for (const id of inputs) this.#consumers.set(id, (this.#consumers.get(id) ?? 0) + 1);
  }

  shapeOf(id: TensorId): Shape {
    return this.#graph.tensors[id].shape;
  }

  consumers(id: TensorId): number {
    return this.#consumers.get(id) ?? 0;
  }

  /** Whether an image stands in an order of ours, be it blocked or rows. */
  isBlocked(id: TensorId): boolean {
    return this.#blocked.has(id) || this.#ours.has(id);
  }

  /** Channels filled up to whole blocks. */
  filled(channels: number): number {
    return Math.ceil(channels / this.block) * this.block;
  }

  /** Shape of a blocked image as its operators see it. */
  blockedShape(id: TensorId): Shape {
    const [samples, channels, ...places] = this.shapeOf(id);
    return [samples, this.filled(channels), ...places];
  }

  /** Says that an operator wrote a tensor in blocked order. */
  placeBlocked(id: TensorId, name: string): void {
    this.#blocked.set(id, name);
  }

  /** Says that an operator wrote an image as rows [batch places, channels]. */
  placeRows(id: TensorId, name: string): void {
    const [samples, channels, ...places] = this.shapeOf(id);
    if (sizeOf(places) === 1) {
      this.reshape(name, [samples, channels, ...places], this.plain(id));
      return;
    }
    this.#ours.add(id);
    this.#rows.set(id, this.reshape(name, [samples, ...places, channels]));
  }

  /** Leaves a tensor unwritten until someone wants it. */
  defer(id: TensorId, write: () => void): void {
    this.#deferred.set(id, write);
  }

  /** Name of a tensor with its axes as the graph says. */
  plain(id: TensorId): string {
    return this.placement.plain(id);
  }

  /** Writes a tensor with its axes as the graph says, if it stands in an order of ours alone. */
  #write(id: TensorId): void {
    this.#settle(id);
    if (!this.isBlocked(id) || this.#plain.has(id)) return;
    this.#plain.add(id);
    const { name } = this.#graph.tensors[id];
    const blocked = this.#blocked.get(id);
    if (blocked === undefined)
      this.e.node('Transpose', [this.#rows.get(id)!], { integers: { perm: [0, 3, 1, 2] } }, name);
    else this.node('ReorderOutput', [blocked], { integers: { channels: this.shapeOf(id)[1] } }, name);
  }

  /** Name of an image in blocked order. */
  blocked(id: TensorId): string {
    this.#settle(id);
    const known = this.#blocked.get(id);
    if (known !== undefined) return known;
    const made = this.#reordered(id);
    this.#blocked.set(id, made);
    return made;
  }

  #reordered(id: TensorId): string {
    const shape = this.shapeOf(id);
    if (!this.#ours.has(id)) {
      const plain = this.plain(id);
      this.#plain.add(id);
      return this.reorder(plain, shape[1]);
    }
    const [samples, channels, ...places] = shape;
    const rows = this.extend(this.#rows.get(id)!, [samples, ...places, channels], 3, fours(channels));
    return this.node('ReorderInput', [rows], { integers: { channels_last: 1 } });
  }

  /** Something of `channels` in the second of four axes in blocked order. */
  reorder(name: string, channels: number): string {
    const filled = fours(channels);
    const whole =
      filled === channels
        ? name
        : this.e.node('Pad', [name, this.e.integers([0, 0, 0, 0, 0, filled - channels, 0, 0])]);
    return this.node('ReorderInput', [whole]);
  }

  /** Name of an image as [batch, height, width, channels]. */
  rows(id: TensorId): string {
    this.#settle(id);
    const known = this.#rows.get(id);
    if (known !== undefined) return known;
    const made = this.#madeRows(id);
    this.#rows.set(id, made);
    return made;
  }

  #madeRows(id: TensorId): string {
    const [samples, channels, ...places] = this.shapeOf(id);
    const blocked = this.#blocked.get(id);
    if (blocked !== undefined)
      return this.node('ReorderOutput', [blocked], { integers: { channels, channels_last: 1 } });
    if (sizeOf(places) === 1) return this.reshape(this.plain(id), [samples, ...places, channels]);
    return this.e.node('Transpose', [this.plain(id)], { integers: { perm: [0, 2, 3, 1] } });
  }

  /** Adds a node of onnxruntime's blocked operators. */
  node(type: string, inputs: readonly string[], attributes: NodeAttributes = {}, output = this.e.fresh(type)): string {
    this.e.raw({ type, domain: 'com.microsoft.nchwc', inputs, outputs: [output], ...attributes });
    return output;
  }

  /** A tensor of the given shape with zeros added at the end of one axis. */
  extend(name: string, shape: Shape, axis: number, extent: number): string {
    if (extent === shape[axis]) return name;
    const after = shape.map((_, at) => (at === axis ? extent - shape[axis] : 0));
    return this.e.node('Pad', [name, this.e.integers([...shape.map(() => 0), ...after])]);
  }

  reshape(name: string, shape: Shape, output?: string): string {
    return this.e.node('Reshape', [name, this.e.integers(shape)], {}, output);
  }

  /** One number a channel [channels], filled up with zeros. */
  channelVector(name: string, channels: number): string {
    return this.extend(name, [channels], 0, this.filled(channels));
  }

  #settle(id: TensorId): void {
    const write = this.#deferred.get(id);
    this.#deferred.delete(id);
    write?.();
  }

  /** y = factor x + constant (+ sum), one of each a channel of `count`: a depthwise convolution with windows of one cell, in one pass. */
  affine(x: string, count: number, shape: Shape, { factor, constant = '', sum }: Affine): string {
    const samples = sizeOf(shape.slice(0, 2)) / count;
    const places = sizeOf(shape.slice(2));
    const flat = (name: string): string => this.reshape(name, [samples, count, 1, places]);
    const weights = this.reshape(factor, [count, 1, 1, 1]);
    const inputs = [flat(x), weights, constant, ...(sum === undefined ? [] : [flat(sum)])];
    const y = this.node('Conv', inputs, { integers: { group: count, kernel_shape: [1, 1] } });
    return this.reshape(y, shape);
  }

  /** Sums of products over the places of each image: [batch, filled channels] of two blocked images, in one pass. */
  dot(a: string, b: string, shape: Shape): string {
    const [images, places] = [shape[0] * shape[1], sizeOf(shape.slice(2))];
    const [x, w] = [this.reshape(a, [1, images, 1, places]), this.reshape(b, [images, 1, 1, places])];
    const sums = this.node('Conv', [x, w], { integers: { group: images, kernel_shape: [1, places] } });
    return this.reshape(sums, [shape[0], shape[1]]);
  }

  /** Means over the places of each image, [batch, filled channels]. */
  means(x: string, shape: Shape): string {
    return this.reshape(this.node('GlobalAveragePool', [x]), [shape[0], shape[1]]);
  }
}

interface Affine {
  readonly factor: string;
  readonly constant?: string;
  readonly sum?: string;
}

const fours = (channels: number): number => Math.ceil(channels / REORDERED_CHANNELS) * REORDERED_CHANNELS;
