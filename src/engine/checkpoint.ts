import { crc32 } from 'node:zlib';
import { IsoflopError } from '../core/terms/errors.ts';

/** Where a run stands between two steps: all that is needed to go on as if it had not stopped. */
export interface Checkpoint {
  /** Steps done. */
  readonly step: number;
  /** Loss of the first step. */
  readonly firstLoss: number;
  /** Sum and number of losses since the last logged point. */
  readonly lossSum: number;
  readonly lossCount: number;
  /** Losses of the last steps, oldest first, by which divergence is told. */
  readonly recentLosses: readonly number[];
  /** What the session keeps, by name: parameters, moments, averages, kept statistics. */
  readonly slots: ReadonlyMap<string, Float32Array>;
}

/** What stands before the numbers. `/1` had parameters, moments1 and moments2 of equal length, no other slots, no recent losses. */
interface Header extends Omit<Checkpoint, 'slots' | 'recentLosses'> {
  readonly recentLosses?: readonly number[];
  readonly slots?: readonly { readonly name: string; readonly floats: number }[];
  readonly floats?: number;
}

const MAGIC = 'isoflop.checkpoint/2\n';
const MAGIC_1 = 'isoflop.checkpoint/1\n';
const SLOTS_1 = ['parameters', 'moments1', 'moments2'] as const;

/** One binary document: magic, header length, JSON header, the slots (little-endian float32), CRC-32 of all before. */
export function encodeCheckpoint({ slots, ...rest }: Checkpoint): Uint8Array {
  const sizes = [...slots].map(([name, { length }]) => ({ name, floats: length }));
  const header = Buffer.from(JSON.stringify({ ...rest, slots: sizes }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const arrays = [...slots.values()].map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
  );
  const body = Buffer.concat([Buffer.from(MAGIC), length, header, ...arrays]);
  const check = Buffer.alloc(4);
  check.writeUInt32LE(crc32(body));
  return Buffer.concat([body, check]);
}

/** Reads a checkpoint of this version or the first; refuses what is torn or foreign. */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = buffer.toString('latin1', 0, MAGIC.length);
  if (buffer.length < MAGIC.length + 8 || (magic !== MAGIC && magic !== MAGIC_1))
    throw refusal('is not of this format');
  const end = buffer.length - 4;
  if (crc32(buffer.subarray(0, end)) !== buffer.readUInt32LE(end))
    throw refusal('is damaged: its checksum does not match');
  const headerStart = MAGIC.length + 4;
  const dataStart = headerStart + buffer.readUInt32LE(MAGIC.length);
  const header = JSON.parse(buffer.toString('utf8', headerStart, dataStart)) as Header;
  const { step, firstLoss, lossSum, lossCount, recentLosses = [] } = header;
  const slots = readSlots(header, buffer.subarray(dataStart, end));
  return { step, firstLoss, lossSum, lossCount, recentLosses, slots };
}

function readSlots(header: Header, data: Buffer): Map<string, Float32Array> {
  const sizes = header.slots ?? SLOTS_1.map((name) => ({ name, floats: header.floats ?? 0 }));
  if (data.length !== 4 * sizes.reduce((sum, { floats }) => sum + floats, 0))
    throw refusal('has not the size that its header says');
  let start = 0;
  const slots = new Map<string, Float32Array>();
  for (const { name, floats } of sizes) {
    const copy = Uint8Array.from(data.subarray(start, start + 4 * floats));
    slots.set(name, new Float32Array(copy.buffer));
    start += 4 * floats;
  }
  return slots;
}

/** Fills what a session keeps from a checkpoint; refuses one of another model or another recipe. */
export function restoreSlots(slots: ReadonlyMap<string, Float32Array>, checkpoint: Checkpoint): void {
  const missing = [...slots.keys()].filter((name) => !checkpoint.slots.has(name));
  const surplus = [...checkpoint.slots.keys()].filter((name) => !slots.has(name));
  if (missing.length > 0 || surplus.length > 0)
    throw refusal(
      `belongs to another recipe: it ${missing.length > 0 ? `lacks ${missing.join(', ')}` : `has ${surplus.join(', ')}`}`,
    );
  const isOfSize = [...slots].every(([name, { length }]) => checkpoint.slots.get(name)!.length === length);
  if (!isOfSize) throw refusal('belongs to a model of another size');
  for (const [name, values] of slots) values.set(checkpoint.slots.get(name)!);
}

const refusal = (why: string): IsoflopError =>
  new IsoflopError('invalid-input', `the checkpoint ${why}`, { hint: 'Delete it to start the trial afresh.' });
