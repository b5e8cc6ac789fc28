import type { JsonCursor } from '../json/cursor.ts';
import { parseJsonBytes } from '../json/parse.ts';
import { HIGHEST_RANK, LARGEST_EXTENT, MOST_ELEMENTS, MOST_SAFETENSORS_HEADER_BYTES, MOST_TENSORS } from '../limits.ts';
import { refusalAt, within } from '../refusal.ts';
import type { ByteSource } from '../source.ts';

/** Bits of one value of each type that the format knows (safetensors 0.6, `Dtype`). */
const BITS: Readonly<Record<string, number>> = {
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  BOOL: 8,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E5M2FNUZ: 8,
  F8_E4M3FNUZ: 8,
  U16: 16,
  I16: 16,
  F16: 16,
  BF16: 16,
  U32: 32,
  I32: 32,
  F32: 32,
  C64: 64,
  U64: 64,
  I64: 64,
  F64: 64,
};

export interface StoredTensor {
  readonly name: string;
  /** As the file writes it, such as `BF16`. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Values in it: the product of the shape. */
  readonly elements: number;
  /** Where its bytes stand in the file. */
  readonly start: number;
  readonly end: number;
}

/** What the header of a safetensors file says; the values themselves are not read. */
export interface SafetensorsHeader {
  readonly tensors: readonly StoredTensor[];
  /** Values in all tensors. */
  readonly elements: number;
  readonly metadata: Readonly<Record<string, string>>;
}

const METADATA = '__metadata__';
const LENGTH_BYTES = 8;

/** Reads the header of a safetensors file and checks that its tensors fill the file without gap or overlap. */
export function readSafetensors(source: ByteSource): SafetensorsHeader {
  const length = headerLength(source);
  const base = LENGTH_BYTES + length;
  return within('header', () => {
    const header = parseJsonBytes(source.read(LENGTH_BYTES, base));
    const names = header.keys().filter((name) => name !== METADATA);
    if (names.length > MOST_TENSORS) throw header.refusal(`${names.length} tensors; at most ${MOST_TENSORS} are read`);
    const tensors = names.map((name) => readTensor(name, header.get(name), base, source.size));
    checkFilled(tensors, base, source.size);
    const elements = tensors.reduce((sum, one) => sum + one.elements, 0);
    return { tensors, elements, metadata: readMetadata(header) };
  });
}

function headerLength(source: ByteSource): number {
  if (source.size < LENGTH_BYTES) throw refusalAt(0, `a safetensors file has at least 8 bytes, got ${source.size}`);
  const bytes = source.read(0, LENGTH_BYTES);
  const length = new DataView(bytes.buffer, bytes.byteOffset, LENGTH_BYTES).getBigUint64(0, true);
  if (length > MOST_SAFETENSORS_HEADER_BYTES || Number(length) > source.size - LENGTH_BYTES)
    throw refusalAt(0, `the header claims ${length} bytes in a file of ${source.size}`, {
      hint: 'Is the file complete, and is it a safetensors file?',
    });
  return Number(length);
}

function readTensor(name: string, cursor: JsonCursor, base: number, size: number): StoredTensor {
  const dtype = cursor.get('dtype').string();
  const shape = cursor.get('shape').integers({ min: 0, max: LARGEST_EXTENT });
  if (shape.length > HIGHEST_RANK)
    throw cursor.get('shape').refusal(`${shape.length} axes; at most ${HIGHEST_RANK} are read`);
  const elements = shape.reduce((product, extent) => product * extent, 1);
  if (elements > MOST_ELEMENTS) throw cursor.get('shape').refusal(`a tensor of ${elements} values`);
  const [start, end] = [0, 1].map((index) =>
    cursor
      .get('data_offsets')
      .at(index)
      .integer({ min: 0, max: size - base }),
  );
  const bits = Object.hasOwn(BITS, dtype) ? BITS[dtype] : undefined;
  if (bits === undefined) throw cursor.get('dtype').unlike(`one of ${Object.keys(BITS).join(', ')}`);
  if (Math.ceil((elements * bits) / 8) !== end - start)
    throw cursor
      .get('data_offsets')
      .refusal(
        `${end - start} bytes for ${elements} values of ${dtype}, which need ${Math.ceil((elements * bits) / 8)}`,
      );
  return { name, dtype, shape, elements, start: base + start, end: base + end };
}

function checkFilled(tensors: readonly StoredTensor[], base: number, size: number): void {
  let reached = base;
  for (const { name, start, end } of tensors.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (start !== reached)
      throw refusalAt(
        start,
        `the tensor '${name.slice(0, 100)}' begins at ${start}, but the one before ends at ${reached}`,
      );
    reached = end;
  }
  if (reached !== size)
    throw refusalAt(reached, `the tensors end at ${reached} in a file of ${size} bytes`, {
      hint: 'Is the file complete?',
    });
}

function readMetadata(header: JsonCursor): Record<string, string> {
  const metadata = header.find(METADATA);
  if (metadata === undefined) return {};
  return Object.fromEntries(metadata.keys().map((key) => [key, metadata.get(key).string()]));
}
