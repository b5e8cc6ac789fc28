import { Inflate } from 'fflate';
import { IsoflopError } from '../../terms/errors.ts';
import { INFLATE_CHUNK_BYTES } from '../limits.ts';
import { refusalAt } from '../refusal.ts';
import type { ByteSource } from '../source.ts';
import { crc32 } from './crc32.ts';
import type { ZipEntry } from './directory.ts';
import { LOCAL_HEADER_BYTES, readZipDirectory } from './directory.ts';

const LOCAL_SIGNATURE = 0x04034b50;
const STORED = 0;
const DEFLATE = 8;

/** A zip whose entries are read one by one, when asked for. */
export class ZipArchive {
  readonly entries: readonly ZipEntry[];
  readonly #source: ByteSource;
  readonly #directory: number;

  /** Reads the list of entries; throws where the zip contradicts itself. */
  constructor(source: ByteSource) {
    const { entries, start } = readZipDirectory(source);
    this.entries = entries;
    this.#source = source;
    this.#directory = start;
  }

  /** The entry of this name, or that fulfils the condition. */
  find(wanted: string | ((name: string) => boolean)): ZipEntry | undefined {
    return this.entries.find(({ name }) => (typeof wanted === 'string' ? name === wanted : wanted(name)));
  }

  /** The inflated bytes of an entry, at most `most` of them; checked against its CRC. */
  read(entry: ZipEntry, most: number): Uint8Array {
    const { name, bytes, compressedBytes, offset } = entry;
    const fault = (message: string, hint?: string): IsoflopError =>
      refusalAt(offset, `the zip's entry '${name.slice(0, 100)}' ${message}`, hint === undefined ? {} : { hint });
    if (entry.encrypted) throw fault('is encrypted', 'Unpack it with its password and give the files.');
    if (entry.method !== STORED && entry.method !== DEFLATE)
      throw fault(`is compressed by method ${entry.method}; stored and deflate are read`, 'Pack it again with zip.');
    if (bytes > most) throw fault(`has ${bytes} bytes; at most ${most} are read`);
    const start = this.#dataStart(entry, fault);
    const packed = this.#source.read(start, start + compressedBytes);
    if (entry.method === STORED && bytes !== compressedBytes)
      throw fault(`is stored in ${compressedBytes} bytes but claims ${bytes}`);
    const content = entry.method === STORED ? packed : inflate(packed, bytes, fault);
    if (crc32(content) !== entry.crc)
      throw fault('does not have the checksum that the zip states', 'The file is damaged.');
    return content;
  }

  /** An entry that is not compressed, to be read in parts; its checksum is not looked at. */
  stored(entry: ZipEntry): ByteSource | undefined {
    if (entry.method !== STORED || entry.encrypted || entry.bytes !== entry.compressedBytes) return undefined;
    const start = this.#dataStart(entry, (message) =>
      refusalAt(entry.offset, `the zip's entry '${entry.name.slice(0, 100)}' ${message}`),
    );
    return { size: entry.bytes, read: (from, to) => this.#source.read(start + from, start + to) };
  }

  #dataStart({ name, offset, compressedBytes, method }: ZipEntry, fault: (message: string) => IsoflopError): number {
    const bytes = this.#source.read(offset, offset + LOCAL_HEADER_BYTES);
    const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (header.getUint32(0, true) !== LOCAL_SIGNATURE) throw fault('does not begin where the list of entries says');
    if (header.getUint16(8, true) !== method) throw fault('has two compression methods');
    const nameLength = header.getUint16(26, true);
    const start = offset + LOCAL_HEADER_BYTES + nameLength + header.getUint16(28, true);
    if (start + compressedBytes > this.#directory) throw fault('runs into the list of entries');
    const inner = this.#source.read(offset + LOCAL_HEADER_BYTES, offset + LOCAL_HEADER_BYTES + nameLength);
    if (new TextDecoder().decode(inner) !== name) throw fault('has another name in its own header');
    return start;
  }
}

/** Inflates in small chunks, so that a bomb is noticed before it has filled the memory. */
function inflate(
  packed: Uint8Array,
  bytes: number,
  fault: (message: string, hint?: string) => IsoflopError,
): Uint8Array {
  const content = new Uint8Array(bytes);
  let filled = 0;
  const stream = new Inflate((chunk) => {
    if (filled + chunk.length > bytes) throw fault(`inflates to more than the ${bytes} bytes that it claims`);
    content.set(chunk, filled);
    filled += chunk.length;
  });
  try {
    for (let at = 0; at < packed.length; at += INFLATE_CHUNK_BYTES) {
      const end = Math.min(packed.length, at + INFLATE_CHUNK_BYTES);
      stream.push(packed.subarray(at, end), end === packed.length);
    }
  } catch (cause) {
    if (cause instanceof IsoflopError) throw cause;
    throw fault(`cannot be inflated: ${(cause as Error).message}`, 'The file is damaged.');
  }
  if (filled !== bytes) throw fault(`inflates to ${filled} bytes but claims ${bytes}`, 'Is the file complete?');
  return content;
}
