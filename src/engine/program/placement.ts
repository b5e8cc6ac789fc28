import type { Graph, TensorId } from '../../core/graph/types.ts';
import type { Emitter } from './emitter.ts';

/**
 * In which order the values of a program's tensors stand: as the graph says, [batch, channels, ...], or with channels first,
 * [channels, batch, ...], where a product with all places of all samples is one matrix product and a channel's values stand in one
 * row. Orders are exchanged only where an operator asks for the other one, and once.
 */
export class Placement {
  private readonly e: Emitter;
  private readonly graph: Graph;
  private readonly majors = new Map<TensorId, string>();
  /** Tensors whose plain form is not there until someone asks. */
  private readonly pending = new Set<TensorId>();
  /** Writes a tensor in the graph's order that stands in yet another one. */
  private readonly elsewhere: (id: TensorId) => void;

  constructor(e: Emitter, graph: Graph, elsewhere: (id: TensorId) => void = () => {}) {
    this.e = e;
    this.graph = graph;
    this.elsewhere = elsewhere;
  }

  /** Whether the values came with channels before the batch. */
  isMajor(id: TensorId): boolean {
    return this.pending.has(id);
  }

  /** The values in the graph's order. */
  plain(id: TensorId): string {
    const { name } = this.graph.tensors[id];
    if (this.pending.delete(id)) this.exchange(this.majors.get(id)!, id, name);
    else this.elsewhere(id);
    return name;
  }

  /** The values with channels before the batch. */
  major(id: TensorId): string {
    const known = this.majors.get(id);
    if (known !== undefined) return known;
    const made = this.exchange(this.plain(id), id, this.nameOf(id));
    this.majors.set(id, made);
    return made;
  }

  /** Says that the values will come with channels before the batch, and under which name. */
  placeMajor(id: TensorId): string {
    const name = this.nameOf(id);
    this.majors.set(id, name);
    this.pending.add(id);
    return name;
  }

  private nameOf(id: TensorId): string {
    return `${this.graph.tensors[id].name}:channels`;
  }

  private exchange(from: string, id: TensorId, to: string): string {
    const perm = this.graph.tensors[id].shape.map((_, axis) => (axis < 2 ? 1 - axis : axis));
    return this.e.node('Transpose', [from], { integers: { perm } }, to);
  }
}

/** A shape with its first two axes exchanged. */
export const exchanged = ([first, second, ...rest]: readonly number[]): readonly number[] => [second, first, ...rest];
