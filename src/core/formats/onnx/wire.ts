import { LONGEST_TEXT_BYTES, MOST_ONNX_FIELDS } from '../limits.ts';
import { refusalAt } from '../refusal.ts';
import type { ByteRange, ByteSource } from '../source.ts';
import type { Integer } from './types.ts';

export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

/** One field of a protobuf message. */
export interface WireField extends ByteRange {
  readonly number: number;
  /** 0 varint, 1 eight bytes, 2 bytes with a length, 5 four bytes. */
  readonly type: number;
  /** The number of a varint; 0 for the other types, whose bytes stand from start to end. */
  readonly value: Integer;
}

/** Bytes that are read at a time: most fields are short, and tensor data are passed over. */
const WINDOW_BYTES = 2 ** 16;
/** Bytes of the longest varint: 64 bits at 7 a byte. */
const LONGEST_VARINT = 10;
/** Up to so many bytes the number is exact as a double. */
const EXACT_BYTES = 7;
/** 29 bits of field number and 3 of type. */
const LARGEST_TAG = 2 ** 32 - 1;
const UTF8 = new TextDecoder('utf-8', { fatal: true });
const DAMAGED = 'Is the file complete, and is it an ONNX file?';

/**
 * Reads the protobuf wire format strictly: a number or a message that leaves its parent is refused at its offset. (The
 * package that writes it, pbf, reads leniently: past the end it returns wrong numbers without a word, and 64-bit numbers
 * are rounded.) Only windows of the source are in memory.
 */
export class WireReader {
  readonly source: ByteSource;
  #window: Uint8Array;
  #windowStart = 0;
  #fields = 0;
  #next = 0;

  constructor(source: ByteSource) {
    this.source = source;
    this.#window = source.read(0, Math.min(WINDOW_BYTES, source.size));
  }

  /** The fields of the message that stands in a range, in order. */
  *fields(range: ByteRange): Generator<WireField> {
    let at = range.start;
    while (at < range.end) {
      this.count(at, 1);
      const tag = Number(this.#unsigned(at, range.end));
      if (tag < 8 || tag > LARGEST_TAG) throw refusalAt(at, `no protobuf field begins with ${tag}`, { hint: DAMAGED });
      const field = this.#field(tag >>> 3, tag & 7, this.#next, range.end);
      yield field;
      at = field.end;
    }
  }

  /** Counts what is taken from the file, so that it stays within memory. */
  count(at: number, more: number): void {
    this.#fields += more;
    if (this.#fields > MOST_ONNX_FIELDS)
      throw refusalAt(at, `more than ${MOST_ONNX_FIELDS} fields outside of tensor data`);
  }

  /** The message or bytes of a field. */
  bytes(field: WireField): ByteRange {
    if (field.type !== BYTES) throw this.#unlike(field, 'bytes');
    return { start: field.start, end: field.end };
  }

  /** Text of a field; undefined where it is too long or not UTF-8. */
  maybeText(field: WireField): string | undefined {
    const { start, end } = this.bytes(field);
    if (end === start) return '';
    if (end - start > LONGEST_TEXT_BYTES) return undefined;
    try {
      return UTF8.decode(this.slice(start, end));
    } catch {
      return undefined;
    }
  }

  text(field: WireField): string {
    const text = this.maybeText(field);
    if (text !== undefined) return text;
    const length = field.end - field.start;
    throw refusalAt(
      field.start,
      length > LONGEST_TEXT_BYTES
        ? `a text of ${length} bytes; at most ${LONGEST_TEXT_BYTES} are read`
        : 'a text is not UTF-8',
      { hint: DAMAGED },
    );
  }

  integer(field: WireField): Integer {
    if (field.type !== VARINT) throw this.#unlike(field, 'a whole number');
    return field.value;
  }

  /** A whole number that must be exact and within bounds, such as a version or an extent. */
  bounded(field: WireField, what: string, min: number, max: number): number {
    const value = this.integer(field);
    if (value >= min && value <= max) return Number(value);
    throw refusalAt(field.start, `${what} from ${min} to ${max} is wanted, got ${value}`);
  }

  /** Whole numbers of a repeated field: one, or many packed. */
  integers(field: WireField, into: Integer[]): void {
    if (field.type !== BYTES) {
      into.push(this.integer(field));
      return;
    }
    for (let at = field.start; at < field.end;) {
      this.count(at, 1);
      into.push(signed(this.#unsigned(at, field.end)));
      at = this.#next;
    }
  }

  float(field: WireField): number {
    if (field.type !== FIXED32) throw this.#unlike(field, 'a number of 4 bytes');
    return this.view(field.start, field.end).getFloat32(0, true);
  }

  /** Numbers of 4 bytes of a repeated field: one, or many packed. */
  floats(field: WireField, into: number[]): void {
    this.#fixed(field, 4, (view, at) => into.push(view.getFloat32(at, true)));
  }

  /** Numbers of 8 bytes of a repeated field: one, or many packed. */
  doubles(field: WireField, into: number[]): void {
    this.#fixed(field, 8, (view, at) => into.push(view.getFloat64(at, true)));
  }

  #fixed(field: WireField, width: 4 | 8, take: (view: DataView, at: number) => void): void {
    const length = field.end - field.start;
    const fits = field.type === BYTES || field.type === (width === 4 ? FIXED32 : FIXED64);
    if (!fits || length % width !== 0) throw this.#unlike(field, `numbers of ${width} bytes`);
    this.count(field.start, length / width);
    const view = this.view(field.start, field.end);
    for (let at = 0; at < length; at += width) take(view, at);
  }

  view(start: number, end: number): DataView {
    const bytes = this.slice(start, end);
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bytes of the source, from the window where it holds them. */
  slice(start: number, end: number): Uint8Array {
    if (end - start > WINDOW_BYTES) return this.source.read(start, end);
    if (start < this.#windowStart || end > this.#windowStart + this.#window.length) {
      this.#windowStart = start;
      this.#window = this.source.read(start, Math.min(start + WINDOW_BYTES, this.source.size));
    }
    return this.#window.subarray(start - this.#windowStart, end - this.#windowStart);
  }

  #field(number: number, type: number, at: number, end: number): WireField {
    if (type === VARINT) {
      const value = signed(this.#unsigned(at, end));
      return { number, type, start: at, end: this.#next, value };
    }
    const length = type === BYTES ? this.#unsigned(at, end) : WIDTHS.get(type);
    const start = type === BYTES ? this.#next : at;
    if (length === undefined)
      throw refusalAt(at, `a protobuf field of the unknown wire type ${type}`, { hint: DAMAGED });
    if (length > end - start)
      throw refusalAt(at, `a field claims ${length} bytes, but its message ends after ${end - start}`, {
        hint: DAMAGED,
      });
    return { number, type, start, end: start + Number(length), value: 0 };
  }

  /** The unsigned varint at a place; leaves the offset after it in `#next`. */
  #unsigned(at: number, end: number): Integer {
    const first = at < end ? this.#window[at - this.#windowStart] : undefined;
    if (first !== undefined && first < 0x80) {
      this.#next = at + 1;
      return first;
    }
    const bytes = this.slice(at, Math.min(at + LONGEST_VARINT, end));
    let low = 0;
    for (let index = 0; index < bytes.length; index++) {
      const byte = bytes[index];
      if (index < EXACT_BYTES) low += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) {
        this.#next = at + index + 1;
        return index < EXACT_BYTES ? low : wide(bytes.subarray(0, index + 1));
      }
    }
    throw refusalAt(at, bytes.length === LONGEST_VARINT ? 'a number of more than 64 bits' : 'a number is cut off', {
      hint: DAMAGED,
    });
  }

  #unlike(field: WireField, wanted: string): Error {
    const came = field.type === VARINT ? 'a varint' : `${field.end - field.start} bytes`;
    return refusalAt(field.start, `field ${field.number} should be ${wanted}, but is ${came}`, { hint: DAMAGED });
  }
}

const WIDTHS: ReadonlyMap<number, number> = new Map([
  [FIXED64, 8],
  [FIXED32, 4],
]);

function wide(bytes: Uint8Array): bigint {
  let value = 0n;
  bytes.forEach((byte, index) => (value |= BigInt(byte & 0x7f) << BigInt(7 * index)));
  return BigInt.asUintN(64, value);
}

/** 64 bits in two's complement, as a number where that is exact. */
function signed(value: Integer): Integer {
  if (typeof value === 'number') return value;
  const whole = BigInt.asIntN(64, value);
  const number = Number(whole);
  return Number.isSafeInteger(number) ? number : whole;
}
