import { describe, expect, test } from 'vitest';
import { parseJson } from '../json/parse.ts';
import { sourceOf } from '../source.ts';
import type { SafetensorsHeader } from './header.ts';
import { readSafetensors } from './header.ts';
import { readShardedIndex } from './sharded-index.ts';

function read(header: string, values: number): SafetensorsHeader {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + values);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return readSafetensors(sourceOf(bytes));
}

const tensor = (dtype: string, shape: readonly number[], start: number, end: number): string =>
  JSON.stringify({ dtype, shape, data_offsets: [start, end] });

describe('the header of a safetensors file', () => {
  test('lists tensors with shapes and counts', () => {
    const { tensors, elements, metadata } = read(
      `{"__metadata__":{"format":"pt"},"b":${tensor('BF16', [3], 24, 30)},"a":${tensor('F32', [2, 3], 0, 24)}}`,
      30,
    );
    expect(tensors.map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual([
      ['b', 'BF16', [3]],
      ['a', 'F32', [2, 3]],
    ]);
    expect(elements).toBe(9);
    expect(metadata).toEqual({ format: 'pt' });
  });

  test('is refused where sizes, gaps or the end disagree', () => {
    expect(() => read(`{"a":${tensor('F32', [2, 3], 0, 20)}}`, 20)).toThrow(
      /20 bytes for 6 values of F32, which need 24/,
    );
    expect(() => read(`{"a":${tensor('U8', [2], 0, 2)},"b":${tensor('U8', [2], 1, 3)}}`, 3)).toThrow(/begins at/);
    expect(() => read(`{"a":${tensor('U8', [2], 0, 2)}}`, 3)).toThrow(/the tensors end at/);
    expect(() => read(`{"a":${tensor('U8', [2], 0, 2)}}`, 1)).toThrow(/a number from 0 to 1 is wanted, got 2/);
    expect(() => read(`{"a":${tensor('Q9', [2], 0, 2)}}`, 2)).toThrow(/one of "?F4/);
    expect(() => readSafetensors(sourceOf(new Uint8Array(8).fill(0x7f)))).toThrow(/the header claims/);
  });
});

test('an index of shards may not name files elsewhere', () => {
  const index = (file: string): string => JSON.stringify({ metadata: { total_size: 8 }, weight_map: { a: file } });
  const { files, totalBytes } = readShardedIndex(parseJson(index('model-00001-of-00002.safetensors')));
  expect([files.get('a'), totalBytes]).toEqual(['model-00001-of-00002.safetensors', 8]);
  for (const file of ['../x', '/etc/passwd', 'a/b', ''])
    expect(() => readShardedIndex(parseJson(index(file)))).toThrow(/beside/);
});
