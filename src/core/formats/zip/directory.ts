import { MOST_ZIP_DIRECTORY_BYTES, MOST_ZIP_ENTRIES } from '../limits.ts';
import { refusalAt } from '../refusal.ts';
import type { ByteSource } from '../source.ts';

/** A file in a zip, as the list at the zip's end describes it; the bytes themselves may disagree. */
export interface ZipEntry {
  readonly name: string;
  /** 0 stored, 8 deflate. */
  readonly method: number;
  readonly encrypted: boolean;
  /** CRC-32 of the inflated bytes. */
  readonly crc: number;
  readonly compressedBytes: number;
  readonly bytes: number;
  /** Offset of its local header. */
  readonly offset: number;
}

const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const LONGEST_COMMENT = 0xffff;
const LOCATOR_SIGNATURE = 0x07064b50;
const LOCATOR_BYTES = 20;
const END64_SIGNATURE = 0x06064b50;
const END64_BYTES = 56;
const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_BYTES = 46;
const ZIP64_EXTRA = 0x0001;
/** Fields of 16 and 32 bits that hold this are found in a zip64 record. */
const IN_ZIP64_16 = 0xffff;
const IN_ZIP64_32 = 0xffffffff;

const TRUNCATED = 'Is the file complete?';

/** Where the list of entries stands. */
interface Directory {
  readonly start: number;
  readonly size: number;
  readonly entries: number;
}

/** Reads the list of entries at the end of a zip and checks each: names, sizes, and that no two share bytes. */
export function readZipDirectory(source: ByteSource): { entries: ZipEntry[]; start: number } {
  const directory = findDirectory(source);
  const { start, size } = directory;
  if (directory.entries > MOST_ZIP_ENTRIES)
    throw refusalAt(start, `the zip lists ${directory.entries} entries; at most ${MOST_ZIP_ENTRIES} are read`);
  if (size > MOST_ZIP_DIRECTORY_BYTES)
    throw refusalAt(start, `the zip's list of entries has ${size} bytes; at most ${MOST_ZIP_DIRECTORY_BYTES} are read`);
  const view = viewOf(source.read(start, start + size));
  const entries: ZipEntry[] = [];
  let at = 0;
  while (entries.length < directory.entries) {
    const [entry, next] = readEntry(view, at, start);
    entries.push(entry);
    at = next;
  }
  checkNames(entries, start);
  checkOverlaps(entries, start);
  return { entries, start };
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function findDirectory(source: ByteSource): Directory {
  const from = Math.max(0, source.size - END_BYTES - LONGEST_COMMENT);
  const tail = viewOf(source.read(from, source.size));
  for (let at = tail.byteLength - END_BYTES; at >= 0; at--) {
    if (tail.getUint32(at, true) !== END_SIGNATURE) continue;
    if (at + END_BYTES + tail.getUint16(at + 20, true) !== tail.byteLength) continue;
    return checkedDirectory(readEnd(source, tail, at, from + at), from + at);
  }
  throw refusalAt(source.size, 'the end record of a zip is missing', { hint: TRUNCATED });
}

function readEnd(source: ByteSource, tail: DataView, at: number, offset: number): Directory {
  if (tail.getUint16(at + 4, true) !== 0 || tail.getUint16(at + 6, true) !== 0)
    throw refusalAt(offset, 'the zip spans several disks', { hint: 'Join its parts first.' });
  const entries = tail.getUint16(at + 10, true);
  const size = tail.getUint32(at + 12, true);
  const start = tail.getUint32(at + 16, true);
  const needs64 = entries === IN_ZIP64_16 || size === IN_ZIP64_32 || start === IN_ZIP64_32;
  return needs64 ? (readEnd64(source, offset) ?? { start, size, entries }) : { start, size, entries };
}

function readEnd64(source: ByteSource, end: number): Directory | undefined {
  if (end < LOCATOR_BYTES) return undefined;
  const locator = viewOf(source.read(end - LOCATOR_BYTES, end));
  if (locator.getUint32(0, true) !== LOCATOR_SIGNATURE) return undefined;
  const at = exact(locator.getBigUint64(8, true), end - LOCATOR_BYTES + 8);
  if (at + END64_BYTES > end - LOCATOR_BYTES)
    throw refusalAt(end - LOCATOR_BYTES + 8, `the zip64 end record would stand at ${at}, beyond its locator`);
  const record = viewOf(source.read(at, at + END64_BYTES));
  if (record.getUint32(0, true) !== END64_SIGNATURE) throw refusalAt(at, 'the zip64 end record is missing here');
  return {
    entries: exact(record.getBigUint64(32, true), at + 32),
    size: exact(record.getBigUint64(40, true), at + 40),
    start: exact(record.getBigUint64(48, true), at + 48),
  };
}

function exact(value: bigint, offset: number): number {
  if (value > Number.MAX_SAFE_INTEGER) throw refusalAt(offset, `the zip claims ${value} there`);
  return Number(value);
}

function checkedDirectory(directory: Directory, end: number): Directory {
  const { start, size, entries } = directory;
  if (start + size > end)
    throw refusalAt(end, `the zip's list of entries would run from ${start} over ${size} bytes, past its end record`);
  if (entries * ENTRY_BYTES > size)
    throw refusalAt(end, `the zip claims ${entries} entries in a list of ${size} bytes`);
  return directory;
}

/** One entry of the list, and where the next begins; `base` is the list's own offset. */
function readEntry(view: DataView, at: number, base: number): [ZipEntry, number] {
  if (at + ENTRY_BYTES > view.byteLength || view.getUint32(at, true) !== ENTRY_SIGNATURE)
    throw refusalAt(base + at, 'an entry of the zip is missing here', { hint: TRUNCATED });
  const nameEnd = at + ENTRY_BYTES + view.getUint16(at + 28, true);
  const extraEnd = nameEnd + view.getUint16(at + 30, true);
  const next = extraEnd + view.getUint16(at + 32, true);
  if (next > view.byteLength) throw refusalAt(base + at, 'an entry of the zip runs past the list of entries');
  const flags = view.getUint16(at + 8, true);
  const entry = {
    name: nameAt(view, at + ENTRY_BYTES, nameEnd, base),
    method: view.getUint16(at + 10, true),
    encrypted: (flags & 1) === 1,
    crc: view.getUint32(at + 16, true),
    compressedBytes: view.getUint32(at + 20, true),
    bytes: view.getUint32(at + 24, true),
    offset: view.getUint32(at + 42, true),
  };
  return [{ ...entry, ...zip64Fields(view, nameEnd, extraEnd, entry, base) }, next];
}

function nameAt(view: DataView, start: number, end: number, base: number): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(
      new Uint8Array(view.buffer, view.byteOffset + start, end - start),
    );
  } catch {
    throw refusalAt(base + start, 'the name of an entry is not UTF-8');
  }
}

type Sizes = Pick<ZipEntry, 'bytes' | 'compressedBytes' | 'offset'>;

/** The fields that stand in the zip64 extra field, in its order: each only if its place in the entry says so. */
function zip64Fields(view: DataView, start: number, end: number, entry: Sizes, base: number): Partial<Sizes> {
  const wanted = (['bytes', 'compressedBytes', 'offset'] as const).filter((key) => entry[key] === IN_ZIP64_32);
  if (wanted.length === 0) return {};
  for (let at = start; at + 4 <= end; at += 4 + view.getUint16(at + 2, true)) {
    const extraEnd = at + 4 + view.getUint16(at + 2, true);
    if (view.getUint16(at, true) !== ZIP64_EXTRA || extraEnd > end || at + 4 + 8 * wanted.length > extraEnd) continue;
    return Object.fromEntries(
      wanted.map((key, index) => [key, exact(view.getBigUint64(at + 4 + 8 * index, true), base + at + 4 + 8 * index)]),
    );
  }
  return {};
}

/** Refuses names that would leave the folder if someone unpacked them, and names that stand twice. */
function checkNames(entries: readonly ZipEntry[], at: number): void {
  const seen = new Set<string>();
  for (const { name } of entries) {
    const parts = name.split('/');
    if (name === '' || parts[0] === '' || parts.includes('..') || /[\\\0]|^[A-Za-z]:/.test(name))
      throw refusalAt(at, `the zip has an entry named ${JSON.stringify(name.slice(0, 100))}, a path out of its folder`);
    if (seen.has(name)) throw refusalAt(at, `the zip has two entries named ${JSON.stringify(name.slice(0, 100))}`);
    seen.add(name);
  }
}

/** Bytes of a local header before its name. */
export const LOCAL_HEADER_BYTES = 30;

/** Entries that share bytes are how a small zip claims terabytes. */
function checkOverlaps(entries: readonly ZipEntry[], directory: number): void {
  const sorted = entries.toSorted((a, b) => a.offset - b.offset);
  sorted.forEach((entry, index) => {
    const next = sorted[index + 1]?.offset ?? directory;
    if (entry.offset + LOCAL_HEADER_BYTES + entry.compressedBytes > next)
      throw refusalAt(
        entry.offset,
        `the zip's entry '${entry.name.slice(0, 100)}' of ${entry.compressedBytes} bytes runs into what begins at ${next}`,
        { hint: TRUNCATED },
      );
  });
}
