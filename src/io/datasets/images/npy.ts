import { IsoflopError } from '../../../core/terms/errors.ts';

/** An array of a .npy file: numbers, or texts. */
export interface NpyArray {
  readonly shape: readonly number[];
  /** NumPy's name of the type without its byte order, such as `u1`, `i8`, `f4`. */
  readonly type: string;
  readonly values: Uint8Array | Float64Array | readonly string[];
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** The header is a short line of text. */
const MOST_HEADER_BYTES = 65_536;
const MOST_AXES = 8;

type Reader = (view: DataView, at: number, little: boolean) => number;
const READERS: Readonly<Record<string, Reader>> = {
  b1: (view, at) => view.getUint8(at),
  i1: (view, at) => view.getInt8(at),
  i2: (view, at, little) => view.getInt16(at, little),
  u2: (view, at, little) => view.getUint16(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  i8: (view, at, little) => Number(view.getBigInt64(at, little)),
  u8: (view, at, little) => Number(view.getBigUint64(at, little)),
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
};

/** Reads a .npy array (format 1 to 3). Arrays of Python objects are refused: they are programs. */
export function readNpy(bytes: Uint8Array, place: string): NpyArray {
  const refuse = (what: string, hint: string): IsoflopError =>
    new IsoflopError('invalid-input', what, { path: place, hint });
  if (bytes.length < 12 || !MAGIC.every((byte, index) => bytes[index] === byte))
    throw refuse('the array does not begin as a .npy file does', 'Write it with numpy.savez.');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isFirst = bytes[6] === 1;
  const length = isFirst ? view.getUint16(8, true) : view.getUint32(8, true);
  const start = (isFirst ? 10 : 12) + length;
  if (length > MOST_HEADER_BYTES || start > bytes.length)
    throw refuse('the header of the array is cut off', 'The file is damaged: fetch it again.');
  const header = new TextDecoder('latin1').decode(bytes.subarray(start - length, start));
  const facts = /'descr':\s*'([<>|=]?)([a-zA-Z])(\d+)'/.exec(header);
  const axes = /'shape':\s*\(([\d,\s]*)\)/.exec(header);
  if (!facts || !axes)
    throw refuse(
      `the array's type cannot be read: ${header.slice(0, 80).trim()}`,
      'Save plain numbers or texts, not Python objects.',
    );
  if (/'fortran_order':\s*True/.test(header))
    throw refuse('the array is stored by columns', 'Save numpy.ascontiguousarray(x).');
  const shape = axes[1].split(',').flatMap((extent) => (extent.trim() === '' ? [] : [Number(extent)]));
  const type = facts[2] + facts[3];
  const itemBytes = facts[2] === 'U' ? 4 * Number(facts[3]) : Number(facts[3]);
  const count = shape.reduce((product, extent) => product * extent, 1);
  if (shape.length > MOST_AXES || itemBytes === 0 || bytes.length - start !== count * itemBytes)
    throw refuse(
      `the array has ${bytes.length - start} bytes; ${shape.join(' x ')} of ${itemBytes} bytes want ${count * itemBytes}`,
      'The file is damaged: write it again.',
    );
  const body = bytes.subarray(start);
  const little = facts[1] !== '>';
  if (type === 'u1') return { shape, type, values: body };
  if (facts[2] === 'U' || facts[2] === 'S')
    return { shape, type, values: readTexts(body, count, itemBytes, facts[2], little) };
  const read = READERS[type];
  if (!read)
    throw refuse(`the array has values of type '${type}'`, `Known: u1, U, S, ${Object.keys(READERS).join(', ')}.`);
  const content = new DataView(body.buffer, body.byteOffset, body.byteLength);
  return {
    shape,
    type,
    values: Float64Array.from({ length: count }, (_, index) => read(content, index * itemBytes, little)),
  };
}

function readTexts(body: Uint8Array, count: number, bytes: number, kind: string, little: boolean): string[] {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  return Array.from({ length: count }, (_, index) => {
    const start = index * bytes;
    if (kind === 'S') return new TextDecoder().decode(body.subarray(start, start + bytes)).replace(/\0+$/, '');
    let text = '';
    for (let at = 0; at < bytes; at += 4) {
      const point = view.getUint32(start + at, little);
      if (point !== 0 && point <= 0x10ffff) text += String.fromCodePoint(point);
    }
    return text;
  });
}
