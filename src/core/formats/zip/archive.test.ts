import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { sourceOf } from '../source.ts';
import { ZipArchive } from './archive.ts';
import { crc32 } from './crc32.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const open = (bytes: Uint8Array): ZipArchive => new ZipArchive(sourceOf(bytes));
const read = (bytes: Uint8Array, name = 'a.json'): string => {
  const archive = open(bytes);
  return new TextDecoder().decode(archive.read(archive.find(name)!, 1000));
};

/** A zip of one entry, with a field of its list overwritten. */
function listed(offset: number, value: number, level: 0 | 6 = 6): Uint8Array {
  const bytes = zipSync({ 'a.json': text('[1, 2, 3]'.repeat(50)) }, { level });
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  let at = bytes.length - 22;
  while (view.getUint32(at, true) !== 0x02014b50) at--;
  view.setUint32(at + offset, value, true);
  return bytes;
}

describe('a zip', () => {
  test('gives its entries, stored or deflated', () => {
    for (const level of [0, 6] as const) {
      const bytes = zipSync({ 'a.json': text('{"a":1}'), 'b/c': text('x') }, { level });
      expect(open(bytes).entries.map(({ name }) => name)).toEqual(['a.json', 'b/c']);
      expect(read(bytes)).toBe('{"a":1}');
    }
  });

  test('may not inflate to more than it claims or the reader takes', () => {
    expect(() => read(listed(24, 100))).toThrow(/inflates to more than the 100 bytes/);
    expect(() => read(listed(24, 600))).toThrow(/inflates to 450 bytes but claims 600/);
    expect(() => read(listed(24, 5000))).toThrow(/has 5000 bytes; at most 1000 are read/);
    expect(() => read(listed(24, 9, 0))).toThrow(/is stored in 450 bytes but claims 9/);
  });

  test('is refused where checksum, offset, method or entry disagree', () => {
    expect(() => read(listed(16, 12))).toThrow(/checksum/);
    expect(() => read(listed(42, 3))).toThrow(/does not begin where/);
    expect(() => read(listed(10, 9))).toThrow(/method 9|two compression methods/);
    expect(() => read(listed(8, 0x00080001))).toThrow(/is encrypted/);
    expect(() => open(listed(20, 100_000))).toThrow(/runs into what begins at/);
  });

  test('may not name a path out of its folder', () => {
    for (const name of ['../a', '/a', 'b/../../a', 'C:/a', 'a\\b'])
      expect(() => open(zipSync({ [name]: text('x') }))).toThrow(/a path out of its folder/);
  });

  test('that is cut off has no end record', () => {
    const bytes = zipSync({ 'a.json': text('{}') });
    for (let length = 0; length < bytes.length; length++) expect(() => open(bytes.subarray(0, length))).toThrow(/zip/);
  });
});

test('CRC-32 of the check value of its standard', () => {
  expect(crc32(text('123456789'))).toBe(0xcbf43926);
});
