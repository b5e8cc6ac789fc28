import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { crc32, gzipSync } from 'node:zlib';
import { unzipSync, zipSync } from 'fflate';
import { openDataset } from '../../../src/app/worker/dataset.ts';
import { imagesDataSchema, tableDataSchema } from '../../../src/core/schema/data.ts';
import { flatPng, idx, npy, npz } from '../data-files.ts';
import { BYTE_MUTATIONS, pick } from './bytes.ts';
import type { Mutation } from './bytes.ts';
import type { FuzzedReader } from './readers.ts';
import { hostileZips, ZIP_MUTATIONS } from './zip.ts';

interface Golden {
  readonly files: readonly { name: string; file: string }[];
}

const golden = (): Golden =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../golden/images.json'), 'utf8')) as Golden;
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

const LABELS = Uint8Array.from({ length: 20 }, (_, at) => at % 2);
const PIXELS = Uint8Array.from({ length: 20 * 48 }, (_, at) => (at * 7) % 256);

/** Opens the data set of a folder that holds the file under its name, and other files. */
const opening =
  (name: string, data: Record<string, unknown>, others: () => Readonly<Record<string, Uint8Array>> = () => ({})) =>
  async (bytes: Uint8Array): Promise<void> => {
    const folder = mkdtempSync(join(tmpdir(), 'isoflop-fuzz-'));
    try {
      for (const [path, content] of Object.entries({ ...others(), [name]: bytes })) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), content);
      }
      const spec = data.kind === 'table' ? tableDataSchema.parse(data) : imagesDataSchema.parse(data);
      await (await openDataset(spec, folder)).close();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };

const IMAGES = { kind: 'images', train: 'x', heldOut: 0.5 };

/** JPEG files one after another, as npz. */
function encodedNpz(): Uint8Array {
  const files = golden()
    .files.filter(({ name }) => name.startsWith('jpeg 4'))
    .map(({ file }) => bytesOf(file));
  const ends = files.map((_, index) => files.slice(0, index + 1).reduce((sum, { length }) => sum + length, 0));
  return npz({
    blob: npy('|u1', [ends.at(-1)!], Buffer.concat(files)),
    offsets: npy('<i8', [4], new Uint8Array(new BigInt64Array([0, ...ends].map(BigInt)).buffer)),
    labels: npy('|u1', [3], Uint8Array.from([0, 1, 0])),
  });
}

const rawNpz = (): Uint8Array =>
  npz({
    images: npy('|u1', [20, 4, 4, 3], PIXELS),
    labels: npy('<i8', [20], new Uint8Array(new BigInt64Array(20).buffer)),
  });

const CSV = new TextEncoder().encode(
  `rooms,ocean,price\n${Array.from({ length: 40 }, (_, n) => `${n % 7 ? n : ''},${n % 3 ? 'far' : '"near, by"'},${n * 1.5}`).join('\n')}\n`,
);
const TABLE = { kind: 'table', train: 'x', target: 'price', task: 'regression', missing: 'median' };

/** One image among good ones, so that what is damaged is the one that is read. */
const goodImages = (): Record<string, Uint8Array> =>
  Object.fromEntries(['a', 'b'].flatMap((name) => [0, 1, 2].map((n) => [`t/${name}/${n}.png`, flatPng(17, 13, n)])));
const FOLDER = {
  kind: 'images',
  train: 't',
  heldOut: 0.4,
  otherSize: 'resize',
  size: { height: 8, width: 8 },
  channels: 3,
};

const encoded = (kind: string) => (): Uint8Array[] =>
  golden()
    .files.filter(({ name }) => name.startsWith(kind))
    .map(({ file }) => bytesOf(file));

/** Damages the arrays within an npz, which then carry right checksums. */
const mutateArray: Mutation = (bytes, random) => {
  const entries = unzipSync(bytes);
  const name = pick(Object.keys(entries), random);
  return zipSync({ ...entries, [name]: pick(BYTE_MUTATIONS, random)(entries[name], random) }, { level: 0 });
};

/** Damages the content of a chunk of a PNG, whose checksum is then right. */
const mutateChunk: Mutation = (bytes, random) => {
  const changed = bytes.slice();
  const view = new DataView(changed.buffer);
  const starts: number[] = [];
  for (let at = 8; at + 12 <= changed.length; at += 12 + view.getUint32(at)) starts.push(at);
  const at = pick(starts, random);
  const end = at + 8 + view.getUint32(at);
  changed[at + 8 + random.integer(Math.max(1, end - at - 8))] = random.integer(256);
  view.setUint32(end, crc32(changed.subarray(at + 4, end)));
  return changed;
};

/**
 * Readers of data sets, one line each. Parquet is not among them: hyparquet believes the length of a run, so that about one damaged file in a
 * thousand takes 20 s before it is refused.
 */
export const DATA_READERS: readonly FuzzedReader[] = [
  {
    name: 'data idx',
    seeds: () => [idx([20, 8, 6], PIXELS), gzipSync(idx([20, 8, 6], PIXELS))],
    mutations: BYTE_MUTATIONS,
    hostile: [
      () => idx([2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1], []),
      () => new Uint8Array(gzipSync(new Uint8Array(2 ** 26))),
    ],
    read: opening('x', { ...IMAGES, train: ['x', 'y'] }, () => ({ y: idx([20], LABELS) })),
  },
  {
    name: 'data cifar',
    seeds: () => [Uint8Array.from({ length: 6 * 3073 }, (_, at) => (at % 3073 === 0 ? (at / 3073) % 2 : at % 256))],
    mutations: BYTE_MUTATIONS,
    hostile: [],
    read: opening('x', { ...IMAGES, onBad: 'skip' }),
  },
  {
    name: 'data npz',
    seeds: () => [rawNpz(), encodedNpz()],
    mutations: [...ZIP_MUTATIONS, ...BYTE_MUTATIONS.map(() => mutateArray)],
    hostile: hostileZips('images.npy', 'labels.npy'),
    read: opening('x', { ...IMAGES, classes: ['a', 'b'], onBad: 'skip' }),
  },
  {
    name: 'data png',
    seeds: encoded('png'),
    mutations: [...BYTE_MUTATIONS, ...BYTE_MUTATIONS.map(() => mutateChunk)],
    hostile: [],
    read: opening('t/a/x.png', FOLDER, goodImages),
  },
  {
    name: 'data jpeg',
    seeds: encoded('jpeg'),
    mutations: BYTE_MUTATIONS,
    hostile: [],
    read: opening('t/a/x.jpg', FOLDER, goodImages),
  },
  {
    name: 'data csv',
    seeds: () => [CSV, gzipSync(CSV)],
    mutations: BYTE_MUTATIONS,
    hostile: [],
    read: opening('x', TABLE),
  },
];
