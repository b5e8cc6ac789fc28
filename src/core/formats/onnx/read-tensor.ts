import { HIGHEST_RANK, LARGEST_EXTENT, MOST_DECODED_VALUES, MOST_ELEMENTS } from '../limits.ts';
import { refusalAt } from '../refusal.ts';
import type { ByteRange } from '../source.ts';
import { DATA_TYPES } from './data-types.ts';
import type { Integer, OnnxTensor } from './types.ts';
import type { WireField, WireReader } from './wire.ts';

/** Fields of TensorProto. */
const DIMS = 1;
const DATA_TYPE = 2;
const NAME = 8;
const RAW_DATA = 9;
const LOCATION = 14;
/** Where values stand that are not raw: float_data, int32_data, int64_data, double_data, uint64_data. */
const TYPED_DATA: ReadonlySet<number> = new Set([4, 5, 7, 10, 11]);
const FLOAT_DATA = 4;
const DOUBLE_DATA = 10;
const EXTERNAL = 1;

interface TensorParts {
  name: string;
  dims: Integer[];
  dataType: number;
  external: boolean;
  raw?: ByteRange;
  readonly typed: WireField[];
}

/** Reads a TensorProto. The values stay where they are, unless they are few. */
export function readTensor(wire: WireReader, range: ByteRange): OnnxTensor {
  const parts = readParts(wire, range);
  const { name, dataType, external, dims } = parts;
  const elements = countElements(dims, range.start, name);
  const facts = DATA_TYPES.get(dataType);
  if (facts === undefined)
    throw refusalAt(range.start, `the tensor '${name.slice(0, 100)}' has the unknown element type ${dataType}`);
  if (parts.raw !== undefined && facts.bits > 0) checkLength(parts.raw, elements, facts.bits, name);
  const values = elements <= MOST_DECODED_VALUES && !external ? decode(wire, parts, elements) : undefined;
  return { name, dims: dims.map(Number), dataType, external, source: range, ...(values ? { values } : {}) };
}

function readParts(wire: WireReader, range: ByteRange): TensorParts {
  const parts: TensorParts = { name: '', dims: [], dataType: 0, external: false, typed: [] };
  for (const field of wire.fields(range)) {
    if (field.number === DIMS) wire.integers(field, parts.dims);
    else if (field.number === DATA_TYPE) parts.dataType = Number(wire.integer(field));
    else if (field.number === NAME) parts.name = wire.text(field);
    else if (field.number === RAW_DATA) parts.raw = wire.bytes(field);
    else if (field.number === LOCATION) parts.external = wire.integer(field) === EXTERNAL;
    else if (TYPED_DATA.has(field.number) && parts.typed.length <= MOST_DECODED_VALUES) parts.typed.push(field);
  }
  return parts;
}

function countElements(dims: readonly Integer[], offset: number, name: string): number {
  const tensor = `the tensor '${name.slice(0, 100)}'`;
  if (dims.length > HIGHEST_RANK)
    throw refusalAt(offset, `${tensor} has ${dims.length} axes; at most ${HIGHEST_RANK} are read`);
  const wrong = dims.find((extent) => extent < 0 || extent > LARGEST_EXTENT);
  if (wrong !== undefined)
    throw refusalAt(offset, `${tensor} has an axis of ${wrong}; from 0 to ${LARGEST_EXTENT} is read`);
  const elements = dims.reduce<number>((product, extent) => product * Number(extent), 1);
  if (elements > MOST_ELEMENTS)
    throw refusalAt(offset, `${tensor} has ${elements} values; at most ${MOST_ELEMENTS} are read`);
  return elements;
}

function checkLength({ start, end }: ByteRange, elements: number, bits: number, name: string): void {
  const wanted = Math.ceil((elements * bits) / 8);
  if (end - start !== wanted && end > start)
    throw refusalAt(
      start,
      `the tensor '${name.slice(0, 100)}' has ${end - start} bytes for ${elements} values, which need ${wanted}`,
    );
}

/** The values; undefined where the file has none (weights were stripped) or the type is not decoded. */
function decode(wire: WireReader, parts: TensorParts, elements: number): number[] | undefined {
  const read = DATA_TYPES.get(parts.dataType)?.read;
  if (read === undefined) return undefined;
  if (elements === 0) return [];
  if (parts.raw !== undefined && parts.raw.end > parts.raw.start) {
    wire.count(parts.raw.start, elements);
    const view = wire.view(parts.raw.start, parts.raw.end);
    return Array.from({ length: elements }, (_, index) => read(view, index));
  }
  const values = decodeTyped(wire, parts.typed, elements);
  if (values.length === 0) return undefined;
  const name = parts.name.slice(0, 100);
  if (values.length !== elements)
    throw refusalAt(
      parts.typed[0].start,
      `the tensor '${name}' has ${values.length} values where ${elements} are wanted`,
    );
  return parts.dataType === FLOAT16 || parts.dataType === BFLOAT16 ? reinterpret(values, read) : values;
}

const FLOAT16 = 10;
const BFLOAT16 = 16;

/** `int32_data` holds the bits of 16-bit floats, one in each number. */
function reinterpret(values: readonly number[], read: (view: DataView, index: number) => number): number[] {
  const view = new DataView(new ArrayBuffer(2 * values.length));
  values.forEach((value, index) => view.setUint16(2 * index, value, true));
  return values.map((_, index) => read(view, index));
}

function decodeTyped(wire: WireReader, fields: readonly WireField[], elements: number): number[] {
  const integers: Integer[] = [];
  const floats: number[] = [];
  for (const field of fields) {
    if (field.end - field.start > LONGEST_VALUE_BYTES * elements)
      throw refusalAt(field.start, `${field.end - field.start} bytes for ${elements} values`);
    if (field.number === FLOAT_DATA) wire.floats(field, floats);
    else if (field.number === DOUBLE_DATA) wire.doubles(field, floats);
    else wire.integers(field, integers);
  }
  return [...integers.map(Number), ...floats];
}

/** A varint of 64 bits. */
const LONGEST_VALUE_BYTES = 10;
