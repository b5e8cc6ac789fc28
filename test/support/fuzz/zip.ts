import { constants, deflateRawSync } from 'node:zlib';
import { unzipSync, zipSync } from 'fflate';
import type { Mutation } from './bytes.ts';
import { BYTE_MUTATIONS, join, pick } from './bytes.ts';
import { HOSTILE_JSON, mutateJson } from './json.ts';

type Files = Record<string, Uint8Array>;

const MOST_ENTRIES = 1000;

/** The entries of a zip. A damaged one may claim millions, and fflate goes through all that are claimed. */
function filesOf(bytes: Uint8Array): Files {
  let entries = 0;
  const isWanted = (): boolean => {
    if (++entries > MOST_ENTRIES) throw new Error('more entries than any golden file has');
    return true;
  };
  return unzipSync(bytes, { filter: isWanted });
}

/** Changes the JSON inside a zip and packs it again with right checksums: what a hostile writer would do. */
export const mutateInsideZip: Mutation = (bytes, random) => {
  const files = filesOf(bytes);
  const json = Object.keys(files).filter((name) => name.endsWith('.json'));
  const name = pick(json.length > 0 ? json : Object.keys(files), random);
  const change = random.integer(4) === 0 ? pick(BYTE_MUTATIONS, random) : mutateJson;
  return zipSync({ ...files, [name]: change(files[name], random) }, { level: pick([0, 6] as const, random) });
};

/** Renames or leaves out an entry. */
export const mutateEntries: Mutation = (bytes, random) => {
  const files = filesOf(bytes);
  const name = pick(Object.keys(files), random);
  const { [name]: content, ...rest } = files;
  if (random.integer(3) === 0) return zipSync(rest);
  return zipSync({
    ...rest,
    [pick(['../config.json', '/config.json', 'config.json/', 'a\\b', 'code/x.py', 'data.pkl', ''], random)]: content,
  });
};

const LIST_SIGNATURE = [0x50, 0x4b, 0x01, 0x02];

/** Offsets of the entries in the list at the end. */
function listed(bytes: Uint8Array): number[] {
  const found: number[] = [];
  for (let at = 0; at + 46 <= bytes.length; at++)
    if (LIST_SIGNATURE.every((byte, index) => bytes[at + index] === byte)) found.push(at);
  return found;
}

/** Fields of an entry in the list, and their widths: flags, method, crc, sizes, name length, extra length, offset. */
const FIELDS: readonly (readonly [number, number])[] = [
  [8, 2],
  [10, 2],
  [16, 4],
  [20, 4],
  [24, 4],
  [28, 2],
  [30, 2],
  [42, 4],
];

export const lieInDirectory: Mutation = (bytes, random) => {
  const changed = bytes.slice();
  const view = new DataView(changed.buffer);
  const [offset, width] = pick(FIELDS, random);
  const at = pick(listed(changed), random) + offset;
  const value = pick([0, 1, 8, 99, 0xffff, 0x7fffffff, 0xffffffff, bytes.length], random);
  if (width === 2) view.setUint16(at, value & 0xffff, true);
  else view.setUint32(at, value, true);
  return changed;
};

const MEBIBYTE = 2 ** 20;

/** Deflated zeros, made by repeating a block that ends at a byte. */
function deflatedZeros(mebibytes: number): Uint8Array {
  const block = deflateRawSync(new Uint8Array(MEBIBYTE), { finishFlush: constants.Z_FULL_FLUSH });
  return join([...Array.from({ length: mebibytes }, () => block), Uint8Array.of(0x03, 0x00)]);
}

interface RawEntry {
  readonly name: string;
  readonly packed: Uint8Array;
  readonly method: number;
  readonly claims: number;
  readonly offset?: number;
}

/** A zip as its writer wants it, lies included. */
function rawZip(entries: readonly RawEntry[], listedEntries = entries.length): Uint8Array {
  const locals: Uint8Array[] = [];
  const list: Uint8Array[] = [];
  let at = 0;
  for (const entry of entries) {
    const name = new TextEncoder().encode(entry.name);
    const local = header(30, [
      [0, 4, 0x04034b50],
      [8, 2, entry.method],
      [18, 4, entry.packed.length],
      [22, 4, entry.claims],
      [26, 2, name.length],
    ]);
    list.push(
      header(46, [
        [0, 4, 0x02014b50],
        [10, 2, entry.method],
        [20, 4, entry.packed.length],
        [24, 4, entry.claims],
        [28, 2, name.length],
        [42, 4, entry.offset ?? at],
      ]),
      name,
    );
    if (entry.offset === undefined) locals.push(local, name, entry.packed);
    at = locals.reduce((sum, part) => sum + part.length, 0);
  }
  const size = list.reduce((sum, part) => sum + part.length, 0);
  const end = header(22, [
    [0, 4, 0x06054b50],
    [8, 2, listedEntries],
    [10, 2, listedEntries],
    [12, 4, size],
    [16, 4, at],
  ]);
  return join([...locals, ...list, end]);
}

function header(length: number, fields: readonly (readonly [number, number, number])[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(length));
  for (const [at, width, value] of fields) {
    if (width === 2) view.setUint16(at, value & 0xffff, true);
    else view.setUint32(at, value, true);
  }
  return new Uint8Array(view.buffer);
}

/** Zips that ask for more than there is; `name` is the entry that the reader inflates. */
export const hostileZips = (name: string, marker: string): readonly (() => Uint8Array)[] => {
  const other = { name: marker, packed: new Uint8Array(0), method: 0, claims: 0 };
  const bomb = (mebibytes: number, claims: number) => (): Uint8Array =>
    rawZip([{ name, packed: deflatedZeros(mebibytes), method: 8, claims }, other]);
  return [
    bomb(1024, 1000),
    bomb(1024, 64 * MEBIBYTE),
    bomb(63, 64 * MEBIBYTE),
    bomb(64, 64 * MEBIBYTE),
    bomb(1024, 0xfffffffe),
    () => rawZip([{ name, packed: new Uint8Array(10), method: 0, claims: 0xffffffff }, other]),
    () =>
      rawZip([
        { name, packed: new Uint8Array(10), method: 0, claims: 10 },
        ...Array.from({ length: 65_000 }, (_, index) => ({ ...other, name: `${index}`, offset: 0 })),
      ]),
    () => rawZip([other, other]),
    () => rawZip([{ ...other, name }, other], 0xffff),
    () => rawZip([], 0),
    ...HOSTILE_JSON.slice(0, 10).map(
      (make) => () => zipSync({ [name]: make(), [marker]: new Uint8Array(0) }, { level: 1 }),
    ),
  ];
};

/** Mutations of a zip that holds JSON. */
export const ZIP_MUTATIONS: readonly Mutation[] = [
  mutateInsideZip,
  mutateInsideZip,
  mutateInsideZip,
  mutateEntries,
  lieInDirectory,
  ...BYTE_MUTATIONS,
];
