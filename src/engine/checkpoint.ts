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
  readonly parameters: Float32Array;
  readonly moments1: Float32Array;
  readonly moments2: Float32Array;
}

const MAGIC = 'isoflop.checkpoint/1\n';
const ARRAYS = ['parameters', 'moments1', 'moments2'] as const;

/** One binary document: magic, header length, JSON header, the three arrays (little-endian float32), CRC-32 of all before. */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const { step, firstLoss, lossSum, lossCount, parameters } = checkpoint;
  const header = Buffer.from(JSON.stringify({ step, firstLoss, lossSum, lossCount, floats: parameters.length }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const arrays = ARRAYS.map((name) => {
    const { buffer, byteOffset, byteLength } = checkpoint[name];
    return new Uint8Array(buffer, byteOffset, byteLength);
  });
  const body = Buffer.concat([Buffer.from(MAGIC), length, header, ...arrays]);
  const check = Buffer.alloc(4);
  check.writeUInt32LE(crc32(body));
  return Buffer.concat([body, check]);
}

/** Reads a checkpoint; refuses what is torn or foreign. */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const refuse = (why: string): never => {
    throw new IsoflopError('invalid-input', `the checkpoint ${why}`, { hint: 'Delete it to start the trial afresh.' });
  };
  if (buffer.length < MAGIC.length + 8 || buffer.toString('latin1', 0, MAGIC.length) !== MAGIC)
    refuse('is not of this format');
  const end = buffer.length - 4;
  if (crc32(buffer.subarray(0, end)) !== buffer.readUInt32LE(end)) refuse('is damaged: its checksum does not match');
  const headerStart = MAGIC.length + 4;
  const dataStart = headerStart + buffer.readUInt32LE(MAGIC.length);
  const header = JSON.parse(buffer.toString('utf8', headerStart, dataStart)) as Omit<
    Checkpoint,
    (typeof ARRAYS)[number]
  > & {
    floats: number;
  };
  const { floats } = header;
  if (end - dataStart !== 4 * ARRAYS.length * floats) refuse('has not the size that its header says');
  const arrayAt = (index: number): Float32Array => {
    const copy = new Uint8Array(4 * floats);
    copy.set(buffer.subarray(dataStart + 4 * floats * index, dataStart + 4 * floats * (index + 1)));
    return new Float32Array(copy.buffer);
  };
  const { step, firstLoss, lossSum, lossCount } = header;
  return { step, firstLoss, lossSum, lossCount, parameters: arrayAt(0), moments1: arrayAt(1), moments2: arrayAt(2) };
}
