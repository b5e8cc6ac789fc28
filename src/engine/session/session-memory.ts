import { sizeOf } from '../../core/graph/shapes.ts';
import type { TrainingProgram } from '../program/contract.ts';
import { Layout } from './layout.ts';
import type { Region } from './layout.ts';

/** What a session keeps beside parameters and gradients. */
export interface SessionNeeds {
  /** Moments of each parameter that the optimiser keeps: 1 or 2. */
  readonly moments: 1 | 2;
  /** Whether gradients of several batches are added up. */
  readonly accumulates: boolean;
  /** Whether weights and kept statistics are averaged. */
  readonly averages: boolean;
}

/** Where everything that a training session reads and writes lies, in one memory. */
export class SessionMemory {
  readonly memory: WebAssembly.Memory;
  /** By parameter, in the program's order; the blocks are laid out alike, and empty where they are not needed. */
  readonly weights: readonly Region[];
  readonly gradients: readonly Region[];
  readonly moments1: readonly Region[];
  readonly moments2: readonly Region[];
  readonly sums: readonly Region[];
  readonly averages: readonly Region[];
  /** By input, in the program's order. */
  readonly inputs: readonly Region[];
  /** By mask, in the program's order. */
  readonly masks: readonly Region[];
  readonly loss: Region;
  /** What batch norms measure, in the program's order, and what is kept of it, by name. */
  readonly statistics: readonly Region[];
  readonly buffers: ReadonlyMap<string, Region>;
  readonly averageBuffers: ReadonlyMap<string, Region>;
  /** Gradient rows of looked-up tables, by parameter name. */
  readonly rows: ReadonlyMap<string, Region>;

  constructor(program: TrainingProgram, needs: SessionNeeds) {
    const layout = new Layout();
    const block = (isNeeded = true): Region[] =>
      isNeeded ? program.parameters.map(({ shape }) => layout.reserve(sizeOf(shape))) : [];
    this.weights = block();
    this.gradients = block();
    this.moments1 = block();
    this.moments2 = block(needs.moments === 2);
    this.sums = block(needs.accumulates);
    this.averages = block(needs.averages);
    this.inputs = program.inputs.map(({ shape }) => layout.reserve(sizeOf(shape)));
    this.masks = program.masks.map(({ shape }) => layout.reserve(sizeOf(shape)));
    this.loss = layout.reserve(1);
    this.statistics = program.statistics.map(({ output }) => layout.reserve(sizeOf(output.shape)));
    const kept = (isNeeded = true): Map<string, Region> => {
      const sizes = new Map([
        ...program.statistics.map(({ buffer, output }) => [buffer, sizeOf(output.shape)] as const),
        ...program.buffers.map(({ name, shape }) => [name, sizeOf(shape)] as const),
      ]);
      return new Map([...(isNeeded ? sizes : [])].map(([buffer, size]) => [buffer, layout.reserve(size)]));
    };
    this.buffers = kept();
    this.averageBuffers = kept(needs.averages);
    const rows = [...program.gradients].flatMap(([name, gradient]) =>
      gradient.rows ? [[name, layout.reserve(sizeOf(gradient.rows.shape))] as const] : [],
    );
    this.rows = new Map(rows);
    this.memory = layout.allocate();
  }

  floats({ address, length }: Region): Float32Array<ArrayBuffer> {
    return new Float32Array(this.memory.buffer, address, length);
  }

  integers({ address, length }: Region): Int32Array<ArrayBuffer> {
    return new Int32Array(this.memory.buffer, address, length);
  }

  /** A whole block with its padding: all parameters, all gradients, ... */
  block(regions: readonly Region[]): Float32Array<ArrayBuffer> {
    if (regions.length === 0) return new Float32Array(0);
    const last = regions.at(-1)!;
    const length = (last.address - regions[0].address) / 4 + last.floats;
    return new Float32Array(this.memory.buffer, regions[0].address, length);
  }
}
