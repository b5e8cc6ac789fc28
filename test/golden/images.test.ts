import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { resizeImage } from '../../src/core/math/resize.ts';
import type { PixelGrid } from '../../src/core/math/resize.ts';
import { imagesDataSchema } from '../../src/core/schema/data.ts';
import { Exclusions } from '../../src/core/terms/exclusions.ts';
import { transformImage } from '../../src/engine/data/images/affine.ts';
import * as colours from '../../src/engine/data/images/colour.ts';
import { ImageCollector } from '../../src/io/datasets/images/collector.ts';
import { imageDecoder } from '../../src/io/datasets/images/decode.ts';
import type { ImageDecoder } from '../../src/io/datasets/images/decode.ts';
import { CorruptImage } from '../../src/io/datasets/images/image-source.ts';
import { readParquet } from '../../src/io/datasets/tables/parquet.ts';

interface Golden {
  readonly files: readonly { name: string; file: string; shape: [number, number, number]; pixels: string }[];
  readonly resized: readonly { from: [number, number]; to: [number, number]; pixels: string; resized: string }[];
  readonly grey: { pixels: string; grey: string };
  readonly changed: { pixels: string; cases: { name: string; given: never[]; pixels: string }[] };
  readonly parquet: readonly { compression: string; file: string }[];
}

// tools/golden/images.py wrote it.
const GOLDEN = JSON.parse(readFileSync(join(import.meta.dirname, 'images.json'), 'utf8')) as Golden;
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

function largestDifference(ours: Uint8Array, theirs: Uint8Array): number {
  expect(ours.length).toBe(theirs.length);
  return ours.reduce((most, value, index) => Math.max(most, Math.abs(value - theirs[index])), 0);
}

let decode: ImageDecoder;
beforeAll(async () => {
  decode = imageDecoder();
});

describe('the pixels of a file are those that PIL decodes', () => {
  test.each(GOLDEN.files)('$name', ({ file, shape, pixels }) => {
    const image = decode(bytes(file));
    expect([image.height, image.width, image.channels]).toEqual(shape);
    expect(largestDifference(image.pixels, bytes(pixels))).toBe(0);
  });
});

describe('a file that is cut off or changed is no image', () => {
  test.each(GOLDEN.files)('$name', ({ file }) => {
    const whole = bytes(file);
    for (const share of [0, 0.1, 0.5, 0.9])
      expect(() => decode(whole.subarray(0, Math.floor(share * whole.length)))).toThrow(CorruptImage);
  });

  test('a checksum tells of a single changed byte of a PNG', () => {
    const whole = bytes(GOLDEN.files.find(({ name }) => name === 'png colour')!.file);
    whole[Math.floor(whole.length / 2)] ^= 1;
    expect(() => decode(whole)).toThrow(CorruptImage);
  });

  test('a header that claims a billion pixels is not believed', () => {
    const png = bytes(GOLDEN.files.find(({ name }) => name === 'png colour')!.file);
    new DataView(png.buffer).setUint32(16, 50_000);
    new DataView(png.buffer).setUint32(20, 50_000);
    expect(() => decode(png)).toThrow(/2500000000 pixels/);
    const jpeg = bytes(GOLDEN.files.find(({ name }) => name === 'jpeg grey')!.file);
    const frame = jpeg.findIndex((byte, at) => byte === 0xff && jpeg[at + 1] === 0xc0);
    new DataView(jpeg.buffer).setUint32(frame + 5, 0xfffffff0);
    expect(() => decode(jpeg)).toThrow(/pixels; at most/);
  });

  test('other bytes, and the next good image after a bad one', () => {
    expect(() => decode(new Uint8Array(0))).toThrow(/empty/);
    expect(() => decode(Buffer.from('GIF89a'))).toThrow(/neither as a JPEG nor as a PNG/);
    expect(decode(bytes(GOLDEN.files[0].file)).width).toBe(GOLDEN.files[0].shape[1]);
  });
});

describe('resizing', () => {
  // PIL rounds after each of the two axes, we once.
  test.each(GOLDEN.resized)('$from to $to as PIL does, within 1', ({ from, to, pixels, resized }) => {
    const image = { height: from[0], width: from[1], channels: 3, pixels: bytes(pixels) };
    expect(largestDifference(resizeImage(image, to[0], to[1]), bytes(resized))).toBeLessThanOrEqual(1);
  });
});

test('colour becomes grey as in PIL', () => {
  const { pixels, grey } = GOLDEN.grey;
  const options = imagesDataSchema.parse({ kind: 'images', train: 'x', channels: 1 });
  const collector = new ImageCollector(options, new Exclusions());
  collector.add({ height: 9, width: 11, channels: 3, pixels: bytes(pixels) }, 0, 'x', 1);
  expect(largestDifference(collector.finish().pixels, bytes(grey))).toBe(0);
});

describe('changes of augmentation are those of PIL, within 1', () => {
  const changes = { ...colours, transformImage } as unknown as Record<string, (image: PixelGrid, ...given: never[]) => PixelGrid>;
  const image = { height: 12, width: 10, channels: 3, pixels: bytes(GOLDEN.changed.pixels) };

  test.each(GOLDEN.changed.cases)('$name $given', ({ name, given, pixels }) => {
    expect(largestDifference(changes[name](image, ...given).pixels, bytes(pixels))).toBeLessThanOrEqual(1);
  });
});

describe('Parquet', () => {
  test.each(GOLDEN.parquet)('$compression', async ({ file }) => {
    const path = join(mkdtempSync(join(tmpdir(), 'isoflop parquet ')), 'a.parquet');
    writeFileSync(path, bytes(file));
    const table = await readParquet(bytes(file), path);
    expect(table.names).toEqual(['rooms', 'price', 'ocean', 'new']);
    const rows = Array.from({ length: table.count }, (_, row) => table.names.map((__, column) => table.cell(row, column)));
    expect(rows).toEqual([
      [1, 1.5, 'near', 'true'],
      [2, Number.NaN, 'far', 'false'],
      [undefined, 2.25, 'near', undefined],
      [4, -3, undefined, 'true'],
    ]);
  });

  test('a cut off file is an error that names it', async () => {
    const whole = bytes(GOLDEN.parquet[0].file);
    await expect(readParquet(whole.subarray(0, 200), 'a.parquet')).rejects.toThrow(/Parquet file is damaged/);
  });
});
