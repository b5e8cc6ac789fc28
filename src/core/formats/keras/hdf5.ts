import type { ByteSource } from '../source.ts';

/** A file of another form of HDF5 than the oldest, which h5py writes by default and Keras with it. */
class Unreadable extends Error {}

/** Levels of a tree and entries of a group: a fitted model of 10,000 weights has 20,000 variables. */
const DEEPEST_TREE = 8;
const MOST_ENTRIES = 200_000;
const LONGEST_NAME = 256;

/** Address of a group's tree and of the heap that holds its names. */
interface Group {
  readonly tree: number;
  readonly heap: number;
}

/** Shapes of the datasets of a group, by its path; undefined where the group is absent or the file cannot be read. */
export function datasetShapes(source: ByteSource, path: readonly string[]): number[][] | undefined {
  const reader = new Reader(source);
  try {
    let group = reader.root();
    for (const name of path) {
      const header = reader.members(group).get(name);
      const inner = header === undefined ? undefined : reader.group(header);
      if (inner === undefined) return undefined;
      group = inner;
    }
    return [...reader.members(group).values()].map((header) => reader.extents(header));
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

/** Messages of an object header that matter here. */
const DATASPACE = 0x01;
const CONTINUATION = 0x10;
const SYMBOL_TABLE = 0x11;

/** Reads the parts of HDF5's first version (superblock 0): symbol tables, local heaps, dataspaces. */
class Reader {
  private readonly source: ByteSource;
  private entries = 0;

  constructor(source: ByteSource) {
    this.source = source;
  }

  root(): Group {
    const block = this.view(0, 96);
    if (
      block.getUint32(0) !== 0x89484446 ||
      block.getUint8(8) !== 0 ||
      block.getUint8(13) !== 8 ||
      block.getUint8(14) !== 8
    )
      throw new Unreadable();
    const group = this.group(this.word(block, 64));
    if (group === undefined) throw new Unreadable();
    return group;
  }

  /** Headers of a group's members by name. */
  members({ tree, heap }: Group): Map<string, number> {
    const names = this.word(this.tagged(heap, 'HEAP', 32), 24);
    const found = new Map<string, number>();
    for (const table of this.leaves(tree, 0)) {
      const count = this.tagged(table, 'SNOD', 8).getUint16(6, true);
      const view = this.view(table + 8, count * 40);
      for (let i = 0; i < count; i++)
        found.set(this.name(names + this.word(view, i * 40)), this.word(view, i * 40 + 8));
    }
    return found;
  }

  /** The group of an object header, undefined where it is none. */
  group(header: number): Group | undefined {
    const message = this.message(header, SYMBOL_TABLE);
    return message && { tree: this.word(message, 0), heap: this.word(message, 8) };
  }

  /** Extents of a dataset. */
  extents(header: number): number[] {
    const message = this.message(header, DATASPACE);
    if (message === undefined) throw new Unreadable();
    const [version, rank] = [message.getUint8(0), message.getUint8(1)];
    const start = version === 1 ? 8 : 4;
    if (message.byteLength < start + rank * 8) throw new Unreadable();
    return Array.from({ length: rank }, (_, axis) => this.word(message, start + axis * 8));
  }

  private leaves(tree: number, depth: number): number[] {
    const node = this.tagged(tree, 'TREE', 24);
    const [level, count] = [node.getUint8(5), node.getUint16(6, true)];
    this.entries += count;
    if (depth > DEEPEST_TREE || this.entries > MOST_ENTRIES) throw new Unreadable();
    const view = this.view(tree + 24, count * 16 + 8);
    const children = Array.from({ length: count }, (_, index) => this.word(view, index * 16 + 8));
    return level === 0 ? children : children.flatMap((child) => this.leaves(child, depth + 1));
  }

  /** The first message of a kind in an object header of version 1. */
  private message(header: number, kind: number): DataView | undefined {
    const head = this.view(header, 16);
    if (head.getUint8(0) !== 1) throw new Unreadable();
    const blocks = [{ start: header + 16, size: head.getUint32(8, true) }];
    for (let block = blocks.pop(), read = 0; block !== undefined && read < DEEPEST_TREE; block = blocks.pop(), read++) {
      const view = this.view(block.start, block.size);
      for (let at = 0; at + 8 <= block.size; at += 8 + view.getUint16(at + 2, true)) {
        const [type, size] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
        if (at + 8 + size > block.size) throw new Unreadable();
        const body = new DataView(view.buffer, view.byteOffset + at + 8, size);
        if (type === kind) return body;
        if (type === CONTINUATION) blocks.push({ start: this.word(body, 0), size: this.word(body, 8) });
      }
    }
    return undefined;
  }

  private name(start: number): string {
    const bytes = this.source.read(start, Math.min(this.source.size, start + LONGEST_NAME));
    const end = bytes.indexOf(0);
    if (end < 0) throw new Unreadable();
    return new TextDecoder().decode(bytes.subarray(0, end));
  }

  private tagged(start: number, tag: string, size: number): DataView {
    const view = this.view(start, size);
    if ([...tag].some((letter, index) => view.getUint8(index) !== letter.charCodeAt(0))) throw new Unreadable();
    return view;
  }

  private view(start: number, size: number): DataView {
    if (start + size > this.source.size) throw new Unreadable();
    const bytes = this.source.read(start, start + size);
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** An address or a size of 8 bytes. */
  private word(view: DataView, at: number): number {
    if (at + 8 > view.byteLength) throw new Unreadable();
    const value = Number(view.getBigUint64(at, true));
    if (!Number.isSafeInteger(value)) throw new Unreadable();
    return value;
  }
}
