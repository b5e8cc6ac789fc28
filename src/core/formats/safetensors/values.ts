import { IsoflopError } from '../../terms/errors.ts';
import type { ByteSource } from '../source.ts';
import type { StoredTensor } from './header.ts';

type Read = (view: DataView, index: number) => number;

/** Types that weights are stored in; the values become float32. */
const READS: Readonly<Record<string, { readonly bytes: number; readonly read: Read }>> = {
  F64: { bytes: 8, read: (view, index) => view.getFloat64(8 * index, true) },
  F32: { bytes: 4, read: (view, index) => view.getFloat32(4 * index, true) },
  F16: { bytes: 2, read: (view, index) => half(view.getUint16(2 * index, true)) },
  BF16: { bytes: 2, read: (view, index) => upper(view.getUint16(2 * index, true)) },
};

/** IEEE 754 binary16: 1 sign, 5 exponent, 10 mantissa bits. */
function half(bits: number): number {
  const [sign, exponent, mantissa] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? mantissa * 2 ** -24 : (1 + mantissa / 1024) * 2 ** (exponent - 15));
}

const word = new DataView(new ArrayBuffer(4));

/** bfloat16 is the upper half of a float32. */
function upper(bits: number): number {
  word.setUint32(0, bits << 16);
  return word.getFloat32(0);
}

/** The values of a stored tensor. Throws `invalid-input` for types that weights are not kept in. */
export function readValues(source: ByteSource, { name, dtype, elements, start, end }: StoredTensor): Float32Array {
  const type = Object.hasOwn(READS, dtype) ? READS[dtype] : undefined;
  if (!type)
    throw new IsoflopError('invalid-input', `the tensor '${name.slice(0, 100)}' is stored as ${dtype}`, {
      hint: `Weights are read from ${Object.keys(READS).join(', ')}.`,
    });
  const bytes = source.read(start, end);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: elements }, (_, index) => type.read(view, index));
}
