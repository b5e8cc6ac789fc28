import { GraphBuilder } from '../../graph/builder.ts';
import type { Mask } from '../../graph/mask.ts';
import { sizeOf } from '../../graph/shapes.ts';
import type { Attributes, Graph, Operator, OperatorKind, TensorId } from '../../graph/types.ts';

/** How a tensor of the source graph stands in the new one: as it was, or, an image with channels last there, with channels first here. */
interface Placed {
  readonly id: TensorId;
  readonly channelsFirst: boolean;
}

/**
 * A graph that is written again, operator by operator, in the few forms that have derivatives: images with channels first, filters
 * [out, in, ...spatial], rows of two axes. Tensors are transposed only where an operator asks for the other order.
 */
export class Rewriting {
  readonly source: Graph;
  readonly builder = new GraphBuilder();
  /** Whether batch norms use the statistics of the batch. */
  readonly training: boolean;
  readonly #placed = new Map<TensorId, Placed>();
  readonly #plain = new Map<TensorId, TensorId>();
  #masks = 0;
  readonly #constants = new Map<string, TensorId>();

  constructor(source: Graph, training: boolean) {
    this.source = source;
    this.training = training;
  }

  add(kind: OperatorKind, inputs: readonly TensorId[], attributes: Attributes = {}): TensorId {
    return this.builder.add(kind, inputs, attributes);
  }

  shapeOf(id: TensorId): readonly number[] {
    return this.builder.shapeOf(id);
  }

  /** A constant of equal values, made once. */
  constant(name: string, shape: readonly number[], value: number): TensorId {
    return this.shared(name, shape, () => new Float32Array(sizeOf(shape)).fill(value));
  }

  /** A constant that several operators use, made once. */
  shared(name: string, shape: readonly number[], values: () => Float32Array): TensorId {
    const known = this.#constants.get(name);
    if (known !== undefined) return known;
    const made = this.builder.constant(name, shape, values());
    this.#constants.set(name, made);
    return made;
  }

  /** Random factors of a training step; masks are named by their order. */
  mask(shape: readonly number[], rate: number, drops: Mask['drops']): TensorId {
    return this.builder.mask({ name: `mask ${this.#masks++}`, shape, rate, drops });
  }

  reshape(id: TensorId, shape: readonly number[]): TensorId {
    return String(this.shapeOf(id)) === String(shape) ? id : this.add('reshape', [id], { shape });
  }

  place(source: TensorId, id: TensorId, channelsFirst = false): void {
    this.#placed.set(source, { id, channelsFirst });
  }

  /** Puts what is made of a tensor in its place. */
  change(source: TensorId, make: (id: TensorId) => TensorId): void {
    const { id, channelsFirst } = this.#placed.get(source)!;
    this.place(source, make(id), channelsFirst);
  }

  isChannelsFirst(source: TensorId): boolean {
    return this.#placed.get(source)!.channelsFirst;
  }

  /** A tensor with its axes in the order of the source. */
  plain(source: TensorId): TensorId {
    const { id, channelsFirst } = this.#placed.get(source)!;
    if (!channelsFirst) return id;
    const known = this.#plain.get(source);
    if (known !== undefined) return known;
    const made = this.add('transpose', [id], { permutation: channelsLastOrder(this.shapeOf(id).length) });
    this.#plain.set(source, made);
    return made;
  }

  /** An image of the source, whose channels stand last there, with channels first. */
  channelsFirst(source: TensorId): TensorId {
    const { id, channelsFirst } = this.#placed.get(source)!;
    if (channelsFirst) return id;
    const made = this.add('transpose', [id], { permutation: channelsFirstOrder(this.shapeOf(id).length) });
    this.#plain.set(source, id);
    this.place(source, made, true);
    return made;
  }

  /** An image by the order that an operator says of it. */
  image(source: TensorId, channelsLast: boolean | undefined): TensorId {
    return channelsLast ? this.channelsFirst(source) : this.plain(source);
  }

  inputs({ inputs }: Operator): TensorId[] {
    return inputs.map((id) => this.plain(id));
  }
}

/** [batch, channels, ...spatial] of [batch, ...spatial, channels]. */
const channelsFirstOrder = (rank: number): number[] => [
  0,
  rank - 1,
  ...Array.from({ length: rank - 2 }, (_, i) => i + 1),
];

const channelsLastOrder = (rank: number): number[] => [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1];
