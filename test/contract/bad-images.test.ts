import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { flatPng, folderOf, idx, npy, npz, openImages, sentenceOf } from '../support/data-files.ts';

const GOLDEN = JSON.parse(readFileSync(join(import.meta.dirname, '../golden/images.json'), 'utf8')) as {
  files: { name: string; file: string }[];
};
const JPEG = Buffer.from(GOLDEN.files.find(({ name }) => name === 'jpeg 4:2:0')!.file, 'base64');

/** Twelve images of 4 x 3 pixels in three classes; the first four labels can be replaced. */
const LABELS = [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2];
const images = idx([12, 4, 3], new Uint8Array(144));
const mnist = (labels: readonly number[] = LABELS, more: Record<string, Uint8Array> = {}): string =>
  folderOf({ 'train-images': images, 'train-labels': idx([labels.length], labels), ...more });
const PAIR = { train: ['train-images', 'train-labels'] };

/** Two classes of eight PNG files each, and others. */
const classFolder = (more: Record<string, string | Uint8Array>): string =>
  folderOf({
    ...Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`train/cat/${n}.png`, flatPng(6, 5, 10 * n)])),
    ...Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`train/dog/${n}.png`, flatPng(6, 5, 10 * n)])),
    ...more,
  });

/** An npz of encoded images with these offsets. */
function encodedNpz(parts: readonly Uint8Array[], labels: readonly number[]): Uint8Array {
  const ends = parts.map((_, index) => parts.slice(0, index + 1).reduce((sum, { length }) => sum + length, 0));
  const offsets = new Uint8Array(new BigInt64Array([0, ...ends].map(BigInt)).buffer);
  return npz({
    blob: npy('|u1', [ends.at(-1)!], Buffer.concat(parts)),
    offsets: npy('<i8', [parts.length + 1], offsets),
    labels: npy('|u1', [labels.length], Uint8Array.from(labels)),
  });
}

describe('a corrupt image', () => {
  const damaged = JPEG.subarray(0, 300);
  const file = encodedNpz([JPEG, JPEG, damaged, JPEG, JPEG, JPEG, JPEG, JPEG], [0, 1, 0, 1, 0, 1, 0, 1]);

  test("in an npz is named by file and entry, with the decoder's own words", async () => {
    const sentence = await sentenceOf(openImages(folderOf({ 'a.npz': file }), { train: 'a.npz', heldOut: 0.5 }));
    expect(sentence).toMatch(/a\.npz: entry 2: the image cannot be decoded: Premature end of JPEG/);
    expect(sentence).toMatch(/onBad: skip/);
  });

  test('is left out and counted by option', async () => {
    const data = await openImages(folderOf({ 'a.npz': file }), { train: 'a.npz', heldOut: 0.5, onBad: 'skip' });
    expect(data.counts.train + data.counts.heldOut).toBe(7);
    expect(data.excluded).toEqual([
      { reason: 'a corrupt image', count: 1, examples: [expect.stringMatching(/a\.npz: entry 2$/)] },
    ]);
  });

  test.each([
    ['an empty file', new Uint8Array(0), /the file is empty/],
    ['no image', Buffer.from('hello'), /neither as a JPEG nor as a PNG/],
    ['half a PNG', flatPng(6, 5, 1).subarray(0, 50), /cut off|end/],
  ])('in a folder: %s', async (_, content, what) => {
    const folder = classFolder({ 'train/cat/bad.png': content });
    expect(await sentenceOf(openImages(folder, { train: 'train' }))).toMatch(what);
    expect(await sentenceOf(openImages(folder, { train: 'train' }))).toMatch(/cat\/bad\.png/);
    const data = await openImages(folder, { train: 'train', onBad: 'skip' });
    expect(data.excluded[0]).toMatchObject({ reason: 'a corrupt image', count: 1 });
  });

  test('offsets that leave the array are no image', async () => {
    const offsets = new Uint8Array(new BigInt64Array([0n, 9_999_999n, -5n, BigInt(JPEG.length)]).buffer);
    const bad = npz({
      blob: npy('|u1', [JPEG.length], JPEG),
      offsets: npy('<i8', [4], offsets),
      labels: npy('|u1', [3], Uint8Array.from([0, 1, 0])),
    });
    expect(await sentenceOf(openImages(folderOf({ 'a.npz': bad }), { train: 'a.npz' }))).toMatch(
      /entry 0: .* its bytes 0 to 9999999 do not lie/,
    );
  });
});

describe('a label out of range', () => {
  test('with stated classes is named, or left out and counted', async () => {
    const labels = LABELS.with(3, 9);
    const classes = ['a', 'b', 'c'];
    const sentence = await sentenceOf(openImages(mnist(labels), { ...PAIR, classes }));
    expect(sentence).toMatch(/train-images: entry 3: the label is 9; labels are whole numbers from 0 to 2/);
    const data = await openImages(mnist(labels), { ...PAIR, classes, onBad: 'skip', heldOut: 0.34 });
    expect(data.excluded).toMatchObject([{ reason: 'a label out of range', count: 1 }]);
    expect(data.counts.train + data.counts.heldOut).toBe(11);
  });

  test('without stated classes shows by the gap that it leaves', async () => {
    const sentence = await sentenceOf(openImages(mnist(LABELS.with(3, 200)), PAIR));
    expect(sentence).toMatch(/entry 3: a label is 200, but only 4 labels from 0 to 200 occur/);
  });

  test('in CIFAR-10 is a label from 10 on', async () => {
    const records = Array.from({ length: 20 }, (_, n) =>
      Uint8Array.from({ length: 3073 }, (__, at) => (at ? n : n % 10)),
    );
    records[4][0] = 77;
    const folder = folderOf({ 'batch.bin': Buffer.concat(records) });
    expect(await sentenceOf(openImages(folder, { train: 'batch.bin' }))).toMatch(
      /batch\.bin: entry 4: the label is 77/,
    );
  });

  test('a fraction or a negative number', async () => {
    for (const label of [0.5, -1]) {
      const labels = new Uint8Array(Float64Array.from(LABELS.with(5, label)).buffer);
      const file = npz({ images: npy('|u1', [12, 4, 3], new Uint8Array(144)), labels: npy('<f8', [12], labels) });
      const sentence = await sentenceOf(
        openImages(folderOf({ 'a.npz': file }), { train: 'a.npz', classes: ['a', 'b', 'c'] }),
      );
      expect(sentence).toMatch(`entry 5: the label is ${label}`);
    }
  });
});

describe('an image of another size', () => {
  const folder = classFolder({ 'train/dog/odd.png': flatPng(9, 8, 7) });

  test('is named, with both sizes', async () => {
    const sentence = await sentenceOf(openImages(folder, { train: 'train' }));
    expect(sentence).toMatch(/dog\/odd\.png: the image has 8 x 9 pixels; 5 x 6 are wanted/);
    expect(sentence).toMatch(/otherSize: resize/);
  });

  test('is left out and counted, or resized, by option', async () => {
    const skipped = await openImages(folder, { train: 'train', otherSize: 'skip', heldOut: 0.25 });
    expect(skipped.excluded).toMatchObject([{ reason: 'an image of another size', count: 1 }]);
    const resized = await openImages(folder, { train: 'train', otherSize: 'resize', heldOut: 0.25 });
    expect(resized.excluded).toEqual([]);
    expect(resized.counts.train + resized.counts.heldOut).toBe(17);
  });

  test('a grey image among colour ones', async () => {
    const mixed = classFolder({ 'train/dog/grey.png': flatPng(6, 5, 7, 1) });
    expect(await sentenceOf(openImages(mixed, { train: 'train' }))).toMatch(/dog\/grey\.png: the image is grey/);
    expect((await openImages(mixed, { train: 'train', channels: 3, heldOut: 0.25 })).sample).toMatchObject({
      channels: 3,
    });
    expect((await openImages(mixed, { train: 'train', channels: 1, heldOut: 0.25 })).sample).toMatchObject({
      channels: 1,
    });
  });
});

describe('a class missing from the split', () => {
  test('a class that nothing is learnt of', async () => {
    const folder = mnist(LABELS.map((label) => label % 2));
    const classes = ['a', 'b', 'c'];
    expect(await sentenceOf(openImages(folder, { ...PAIR, classes }))).toMatch(
      /class 'c' has no sample in the training part/,
    );
    const data = await openImages(folder, { ...PAIR, classes, onBad: 'skip' });
    expect(data.excluded).toMatchObject([{ reason: 'a class without a sample in the training part', count: 1 }]);
  });

  test('a class that nothing is held out of', async () => {
    const folder = mnist([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 2]);
    expect(await sentenceOf(openImages(folder, PAIR))).toMatch(/class '1' has no sample in the held-out part/);
  });

  test('a test folder with a class of its own', async () => {
    const folder = classFolder({
      'test/cat/0.png': flatPng(6, 5, 1),
      'test/dog/0.png': flatPng(6, 5, 1),
      'test/emu/0.png': flatPng(6, 5, 1),
    });
    const sentence = await sentenceOf(openImages(folder, { train: 'train', test: 'test' }));
    expect(sentence).toMatch(/emu\/0\.png: the class 'emu' is none of cat, dog/);
    const data = await openImages(folder, { train: 'train', test: 'test', onBad: 'skip' });
    expect(data.counts.heldOut).toBe(2);
  });
});

describe('files that are no data', () => {
  const whole = gzipSync(images);
  test.each([
    ['an empty file', new Uint8Array(0), /x: the file is empty/],
    ['a gzip that is cut off', whole.subarray(0, whole.length - 12), /x: the gzip file is cut off/],
    ['a damaged gzip', whole.with(20, whole[20] ^ 255), /x: the gzip file is (damaged|cut off)/],
    [
      'an IDX file that is cut off',
      images.subarray(0, 100),
      /x: the IDX file has 84 values; its header, 12 x 4 x 3, wants 144/,
    ],
    ['IDX of doubles', images.with(2, 14), /values of type 0xe/],
    ['an unknown format', Buffer.from('%PDF-1.4'), /of no known format/],
    ['a pickle', Uint8Array.from([0x80, 4, 0x95, 0]), /pickle.*programs/],
    [
      'a zip that is no npz',
      npz({ a: npy('|u1', [1], new Uint8Array(1)) }),
      /none of the file's arrays is known as its images; the file holds a/,
    ],
    ['a zip that is cut off', npz({ images: npy('|u1', [12, 4, 3], new Uint8Array(144)) }).subarray(0, 150), /zip/],
  ])('%s', async (_, content, what) => {
    const folder = folderOf({ x: content, labels: idx([12], LABELS) });
    expect(await sentenceOf(openImages(folder, { train: ['x', 'labels'] }))).toMatch(what);
  });

  test('images and labels of different number', async () => {
    expect(await sentenceOf(openImages(mnist(LABELS.slice(1)), PAIR))).toMatch(
      /has 12 images, but there are 11 labels/,
    );
    expect(await sentenceOf(openImages(mnist(), { train: 'train-images', test: 'nowhere' }))).toMatch(/nowhere/);
  });

  test('an array of Python objects', async () => {
    const file = npz({
      images: npy('|O', [12], new Uint8Array(96)),
      labels: npy('|u1', [12], Uint8Array.from(LABELS)),
    });
    expect(await sentenceOf(openImages(folderOf({ 'a.npz': file }), { train: 'a.npz' }))).toMatch(
      /images: the array's type cannot be read/,
    );
  });

  test('a shape that claims more than the file holds', async () => {
    const file = npz({
      images: npy('|u1', [4_000_000_000, 4, 3], new Uint8Array(9)),
      labels: npy('|u1', [1], new Uint8Array(1)),
    });
    expect(await sentenceOf(openImages(folderOf({ 'a.npz': file }), { train: 'a.npz' }))).toMatch(/want 48000000000/);
  });
});
