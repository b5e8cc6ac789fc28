import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint, restoreSlots } from './checkpoint.ts';

const slots = new Map([
  ['parameters', Float32Array.of(1, 2, 3, 4)],
  ['buffers', Float32Array.of(5, 6)],
]);
const checkpoint = { step: 7, firstLoss: 2, lossSum: 3, lossCount: 2, recentLosses: [1.5, 1.25], slots };

/** The layout of the first version, written out. */
function firstVersion(): Uint8Array {
  const header = Buffer.from(JSON.stringify({ step: 7, firstLoss: 2, lossSum: 3, lossCount: 2, floats: 2 }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const numbers = Buffer.from(Float32Array.of(1, 2, 3, 4, 5, 6).buffer);
  const body = Buffer.concat([Buffer.from('isoflop.checkpoint/1\n'), length, header, numbers]);
  const check = Buffer.alloc(4);
  check.writeUInt32LE(crc32(body));
  return Buffer.concat([body, check]);
}

describe('a checkpoint', () => {
  it('gives back every slot', () => {
    expect(decodeCheckpoint(encodeCheckpoint(checkpoint))).toEqual(checkpoint);
  });

  it('of the first version is read', () => {
    const read = decodeCheckpoint(firstVersion());
    expect(Object.fromEntries(read.slots)).toEqual({
      parameters: Float32Array.of(1, 2),
      moments1: Float32Array.of(3, 4),
      moments2: Float32Array.of(5, 6),
    });
    expect(read.recentLosses).toEqual([]);
  });

  it('restores only what has the same slots', () => {
    expect(() => restoreSlots(new Map([['parameters', new Float32Array(4)]]), checkpoint)).toThrow('has buffers');
    expect(() => restoreSlots(new Map([...slots, ['averages', new Float32Array(4)]]), checkpoint)).toThrow(
      'lacks averages',
    );
    const smaller = new Map([...slots, ['parameters', new Float32Array(8)]]);
    expect(() => restoreSlots(smaller as typeof slots, checkpoint)).toThrow('another size');
    const target = new Map([...slots].map(([name, { length }]) => [name, new Float32Array(length)]));
    restoreSlots(target, checkpoint);
    expect(target).toEqual(slots);
  });
});
