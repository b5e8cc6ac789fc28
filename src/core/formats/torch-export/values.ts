import type { JsonCursor } from '../json/cursor.ts';

type Reader = (view: DataView, at: number) => number;

const BITS = new DataView(new ArrayBuffer(4));

/** A float whose upper half is all that is kept. */
function brainFloat(half: number): number {
  BITS.setUint32(0, half << 16);
  return BITS.getFloat32(0);
}

function halfFloat(half: number): number {
  const [exponent, fraction] = [(half >> 10) & 0x1f, half & 0x3ff];
  const sign = half & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Readers of little-endian numbers and their bytes, by torch's number of the type. */
const READERS: Readonly<Record<number, readonly [number, Reader]>> = {
  1: [1, (view, at) => view.getUint8(at)],
  2: [1, (view, at) => view.getInt8(at)],
  3: [2, (view, at) => view.getInt16(at, true)],
  4: [4, (view, at) => view.getInt32(at, true)],
  5: [8, (view, at) => Number(view.getBigInt64(at, true))],
  6: [2, (view, at) => halfFloat(view.getUint16(at, true))],
  7: [4, (view, at) => view.getFloat32(at, true)],
  8: [8, (view, at) => view.getFloat64(at, true)],
  12: [1, (view, at) => view.getUint8(at)],
  13: [2, (view, at) => brainFloat(view.getUint16(at, true))],
};

/** The values of a buffer or a constant, row-major; undefined where they are not kept as plain numbers of that count. */
export type ValuesOf = (name: string, tensor: string, count: number) => readonly number[] | undefined;

/** `name` is that of the weight, `tensor` the graph's for it. Views on part of a storage are left alone. */
export const valuesIn =
  (tensors: JsonCursor, bytesOf: (name: string) => Uint8Array | undefined): ValuesOf =>
  (name, tensor, count) => {
    const reader = READERS[tensors.get(tensor).get('dtype').integer()];
    const bytes = reader && bytesOf(name);
    if (!bytes || bytes.length !== count * reader[0]) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return Array.from({ length: count }, (_, index) => reader[1](view, index * reader[0]));
  };
