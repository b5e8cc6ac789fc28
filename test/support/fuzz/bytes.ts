import type { Random } from '../../../src/core/math/random.ts';

/** A file made from another one, with what was done to it in words. */
export type Mutation = (bytes: Uint8Array, random: Random) => Uint8Array;

const MOST_CHUNK = 4096;

export const pick = <T>(list: readonly T[], random: Random): T => list[random.integer(list.length)];

export function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const place = (bytes: Uint8Array, random: Random): number => random.integer(bytes.length + 1);

/** A range of up to 4 KiB, mostly short. */
function range(bytes: Uint8Array, random: Random): [number, number] {
  const start = place(bytes, random);
  const length = 1 + random.integer(2 ** (1 + random.integer(Math.log2(MOST_CHUNK))));
  return [start, Math.min(bytes.length, start + length)];
}

const flipBits: Mutation = (bytes, random) => {
  const changed = bytes.slice();
  if (changed.length === 0) return changed;
  const flips = 1 + random.integer(16);
  for (let flip = 0; flip < flips; flip++) changed[random.integer(changed.length)] ^= 1 << random.integer(8);
  return changed;
};

/** Near the ends stand the headers and the lists. */
const flipNearAnEnd: Mutation = (bytes, random) => {
  const changed = bytes.slice();
  if (changed.length === 0) return changed;
  const distance = random.integer(Math.min(256, changed.length));
  changed[random.integer(2) === 0 ? distance : changed.length - 1 - distance] ^= 1 << random.integer(8);
  return changed;
};

const truncate: Mutation = (bytes, random) => bytes.slice(0, place(bytes, random));

const deleteChunk: Mutation = (bytes, random) => {
  const [start, end] = range(bytes, random);
  return join([bytes.subarray(0, start), bytes.subarray(end)]);
};

const duplicateChunk: Mutation = (bytes, random) => {
  const [start, end] = range(bytes, random);
  const copies = 1 + random.integer(8);
  const chunk = bytes.subarray(start, end);
  return join([bytes.subarray(0, start), ...Array.from({ length: copies }, () => chunk), bytes.subarray(start)]);
};

const insertNoise: Mutation = (bytes, random) => {
  const at = place(bytes, random);
  const noise = Uint8Array.from({ length: 1 + random.integer(64) }, () => random.integer(256));
  return join([bytes.subarray(0, at), noise, bytes.subarray(at)]);
};

const fillChunk: Mutation = (bytes, random) => {
  const [start, end] = range(bytes, random);
  const changed = bytes.slice();
  changed.fill(pick([0x00, 0xff, 0x7f, 0x80, 0x22, 0x5b], random), start, end);
  return changed;
};

/** Lengths, counts and offsets that lie: fixed numbers of 2, 4 and 8 bytes. */
const lieAboutNumber: Mutation = (bytes, random) => {
  const changed = bytes.slice();
  const width = pick([2, 4, 8], random);
  if (changed.length < width) return changed;
  const at = random.integer(changed.length - width + 1);
  const value = pick([0n, 1n, 0x7fn, 0xffffn, 0x7fffffffn, 0xffffffffn, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n], random);
  for (let index = 0; index < width; index++) changed[at + index] = Number((value >> BigInt(8 * index)) & 0xffn);
  return changed;
};

/** Numbers of protobuf that lie. */
const lieAboutVarint: Mutation = (bytes, random) => {
  const changed = bytes.slice();
  const lie = pick(
    [
      [0xff, 0xff, 0xff, 0xff, 0x0f],
      [0xff, 0xff, 0x7f],
      [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
      [0x00],
      [0x7f],
    ],
    random,
  );
  changed.set(lie.slice(0, changed.length), random.integer(Math.max(1, changed.length - lie.length)));
  return changed;
};

/** Mutations of any file. */
export const BYTE_MUTATIONS: readonly Mutation[] = [
  flipBits,
  flipNearAnEnd,
  truncate,
  deleteChunk,
  duplicateChunk,
  insertNoise,
  fillChunk,
  lieAboutNumber,
  lieAboutVarint,
];
