import { describe, expect, test } from 'vitest';
import { Random } from '../../../core/math/random.ts';
import { augmentSchema, imagesDataSchema } from '../../../core/schema/data.ts';
import type { Augment } from '../../../core/schema/data.ts';
import type { Images } from '../../../core/terms/dataset.ts';
import { Exclusions } from '../../../core/terms/exclusions.ts';
import { heldOutImages, imageBatches } from './batches.ts';
import type { ImagePart } from './batches.ts';
import { divideImages } from './image-dataset.ts';
import { betaDraw, mixRows } from './mixup.ts';
import { OPERATIONS } from './rand-augment.ts';

const HEIGHT = 6;
const WIDTH = 5;
const SIZE = HEIGHT * WIDTH * 3;

/** Images whose every value differs from its neighbours'; labels 0, 1, 2 in turn. */
function imagesOf(count: number): Images {
  const pixels = Uint8Array.from({ length: count * SIZE }, (_, at) => (at * 37 + (at >> 4) * 11) % 256);
  const labels = Int32Array.from({ length: count }, (_, index) => index % 3);
  return { count, height: HEIGHT, width: WIDTH, channels: 3, pixels, labels };
}

function partsOf(options: Record<string, unknown> = {}, count = 30): Record<'train' | 'heldOut', ImagePart> {
  const files = { kind: 'images' as const, classes: ['a', 'b', 'c'], train: imagesOf(count), excluded: [] };
  const parsed = imagesDataSchema.parse({ kind: 'images', train: 'x', ...options });
  return divideImages(files, parsed, new Exclusions()).parts;
}

const NONE = augmentSchema.parse({});
const ALL = augmentSchema.parse({ crop: 2, flip: true, cutout: 0.4, mixup: 0.8, randAugment: 2 });

/** Values and targets of the steps, one after another. */
function run(steps: readonly number[], augment: Augment, seed = 1, layout: 'NCHW' | 'NHWC' = 'NCHW'): number[][] {
  const source = imageBatches(partsOf().train, { input: { name: 'x', layout }, batch: 4, seed, augment });
  return steps.map((step) => {
    const inputs = { x: new Float32Array(4 * SIZE), targets: new Float32Array(4 * 3) };
    void source.fill(step, inputs);
    return [...inputs.x, ...inputs.targets];
  });
}

describe('a batch', () => {
  test('has mean 0 and deviation 1 a channel over the training part', () => {
    const { train } = partsOf();
    const source = heldOutImages(train, { name: 'x' });
    const inputs = { x: new Float32Array(source.count * SIZE), targets: new Int32Array(source.count) };
    for (let row = 0; row < source.count; row++) source.fill(row, row, inputs);
    const area = HEIGHT * WIDTH;
    for (let channel = 0; channel < 3; channel++) {
      const values = [...inputs.x].filter((_, at) => Math.floor(at / area) % 3 === channel);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(mean).toBeCloseTo(0, 5);
      expect(values.reduce((sum, value) => sum + value * value, 0) / values.length).toBeCloseTo(1, 5);
    }
  });

  test('of scaled or stated levels', () => {
    const value = (normalize: unknown): number => partsOf({ normalize }).train.levels[1][51];
    expect(value('unit')).toBeCloseTo(0.2, 7);
    expect(value({ mean: [0, 0.1, 0], deviation: [1, 0.5, 1] })).toBeCloseTo(0.2, 7);
    expect(() => value({ mean: [0], deviation: [1] })).toThrow(/1 means; images have 3 channels/);
  });

  test('lies by channels last or first', () => {
    const [first, last] = (['NCHW', 'NHWC'] as const).map((layout) => run([0], NONE, 1, layout)[0]);
    const area = HEIGHT * WIDTH;
    for (let at = 0; at < area; at++)
      for (let channel = 0; channel < 3; channel++) expect(first[channel * area + at]).toBe(last[at * 3 + channel]);
  });

  test('takes classes as whole numbers, one-hot rows, or the share of the second', () => {
    const part = { ...partsOf().train, classes: 2, rows: Uint32Array.of(0, 1) };
    const filled = (targets: Float32Array | Int32Array): number[] => {
      const source = heldOutImages(part, { name: 'x' });
      for (let row = 0; row < 2; row++) source.fill(row, row, { x: new Float32Array(2 * SIZE), targets });
      return [...targets];
    };
    expect(filled(new Int32Array(2))).toEqual([0, 1]);
    expect(filled(new Float32Array(4))).toEqual([1, 0, 0, 1]);
    expect(filled(new Float32Array(2))).toEqual([0, 1]);
    expect(() => filled(new Float32Array(10))).toThrow(/5 outputs; the data have 2 classes/);
  });

  test('of a model of another size is resized, one of another width refused', () => {
    const source = heldOutImages(partsOf().heldOut, { name: 'x', height: 3, width: 3 });
    source.fill(0, 0, { x: new Float32Array(27), targets: new Int32Array(1) });
    expect(() => source.fill(0, 0, { x: new Float32Array(28), targets: new Int32Array(1) })).toThrow(
      /28 numbers in all/,
    );
  });
});

describe('augmented batches follow from seed and step alone', () => {
  test('a resumed run sees what an uninterrupted one does', () => {
    expect(run([5, 6], ALL)).toEqual(run([0, 1, 2, 3, 4, 5, 6], ALL).slice(5));
  });

  test('another seed gives other batches, and strength 0 the images themselves', () => {
    expect(run([3], ALL, 2)).not.toEqual(run([3], ALL, 1));
    expect(run([0, 7], { ...ALL, strength: 0 })).toEqual(run([0, 7], NONE));
    expect(run([0, 7], ALL)).not.toEqual(run([0, 7], NONE));
  });
});

/** How one image of a single bright pixel looks after 400 draws. */
function placesOf(augment: Partial<Augment>): Map<string, number> {
  const pixels = new Uint8Array(HEIGHT * WIDTH);
  pixels[2 * WIDTH + 1] = 255;
  const part: ImagePart = {
    ...{ images: { count: 1, height: HEIGHT, width: WIDTH, channels: 1, pixels, labels: new Int32Array(1) } },
    ...{
      rows: Uint32Array.of(0),
      classes: 2,
      levels: [Float32Array.from({ length: 256 }, (_, level) => level)],
      mean: Uint8Array.of(9),
    },
  };
  const source = imageBatches(part, { input: { name: 'x' }, batch: 400, seed: 4, augment: { ...NONE, ...augment } });
  const inputs = { x: new Float32Array(400 * HEIGHT * WIDTH), targets: new Int32Array(400) };
  void source.fill(0, inputs);
  const counts = new Map<string, number>();
  for (let row = 0; row < 400; row++) {
    const image = inputs.x.subarray(row * HEIGHT * WIDTH, (row + 1) * HEIGHT * WIDTH);
    const at = image.indexOf(255);
    const key = at < 0 ? 'gone' : `${Math.floor(at / WIDTH)},${at % WIDTH}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

test('an image is changed otherwise at each visit', () => {
  // One image alone: batches of two steps differ by their changes or not at all.
  const part = { ...partsOf().train, rows: Uint32Array.of(4) };
  const source = imageBatches(part, { input: { name: 'x' }, batch: 8, seed: 1, augment: { ...NONE, crop: 2 } });
  const batches = [0, 1].map((step) => {
    const inputs = { x: new Float32Array(8 * SIZE), targets: new Int32Array(8) };
    void source.fill(step, inputs);
    return [...inputs.x];
  });
  expect(batches[0]).not.toEqual(batches[1]);
});

describe('each change does what it says', () => {
  test('a crop of padding 1 moves by at most one pixel, each way equally often', () => {
    const counts = placesOf({ crop: 1 });
    expect([...counts.keys()].sort()).toEqual(['1,0', '1,1', '1,2', '2,0', '2,1', '2,2', '3,0', '3,1', '3,2']);
    // 400 / 9 = 44 each; six standard deviations of a binomial are 38.
    for (const count of counts.values()) expect(Math.abs(count - 400 / 9)).toBeLessThan(38);
  });

  test('half of the images are mirrored, a quarter at strength 1/2', () => {
    for (const [strength, share] of [
      [1, 0.5],
      [0.5, 0.25],
    ]) {
      const counts = placesOf({ flip: true, strength });
      expect([...counts.keys()].sort()).toEqual(['2,1', '2,3']);
      expect(Math.abs(counts.get('2,3')! / 400 - share)).toBeLessThan(6 * Math.sqrt((share * (1 - share)) / 400));
    }
  });

  test('cutout covers a pixel as often as its square lies over it', () => {
    // Side round(0.6 x 5) = 3: 9 of the 30 centres cover the pixel at row 2, column 1.
    const gone = placesOf({ cutout: 0.6 }).get('gone')! / 400;
    expect(Math.abs(gone - 0.3)).toBeLessThan(6 * Math.sqrt((0.3 * 0.7) / 400));
  });

  test('the further RandAugment goes, the further it changes', () => {
    const image = { height: HEIGHT, width: WIDTH, channels: 3, pixels: imagesOf(1).pixels };
    const distance = (name: string, magnitude: number): number =>
      OPERATIONS[name](image, magnitude).pixels.reduce((sum, value, at) => sum + Math.abs(value - image.pixels[at]), 0);
    for (const name of Object.keys(OPERATIONS).filter((one) => one !== 'identity' && one !== 'autocontrast')) {
      expect(distance(name, 0), name).toBe(0);
      expect(distance(name, 1), name).toBeGreaterThan(0);
      if (!/shear|rotate|translate/.test(name)) expect(distance(name, 0.5), name).toBeLessThan(distance(name, 1));
    }
  });
});

describe('mixup', () => {
  test('draws its share from Beta(alpha, alpha), whose variance is 1 / (4 (2 alpha + 1))', () => {
    for (const alpha of [0.2, 1, 4]) {
      const random = new Random(7);
      const draws = Array.from({ length: 20_000 }, () => betaDraw(alpha, random));
      const mean = draws.reduce((sum, one) => sum + one, 0) / draws.length;
      const variance = draws.reduce((sum, one) => sum + (one - mean) ** 2, 0) / draws.length;
      expect(Math.abs(mean - 0.5)).toBeLessThan(0.02);
      expect(variance * 4 * (2 * alpha + 1)).toBeGreaterThan(0.96);
      expect(variance * 4 * (2 * alpha + 1)).toBeLessThan(1.04);
    }
  });

  test('mixes rows with the partners as they were before', () => {
    const values = Float32Array.of(0, 0, 4, 8, 2, 2);
    mixRows(values, Uint32Array.of(1, 2, 0), 0.75);
    expect([...values]).toEqual([1, 2, 3.5, 6.5, 1.5, 1.5]);
  });

  test('mixes samples and targets by the same share; a loss of single classes refuses it', () => {
    const [batch] = run([0], { ...NONE, mixup: 1 });
    const targets = batch.slice(4 * SIZE);
    for (let row = 0; row < 4; row++)
      expect(targets.slice(3 * row, 3 * row + 3).reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 6);
    expect(targets.some((share) => share > 0 && share < 1)).toBe(true);
    const source = imageBatches(partsOf().train, {
      input: { name: 'x' },
      batch: 1,
      seed: 1,
      augment: { ...NONE, mixup: 1 },
    });
    expect(() => source.fill(0, { x: new Float32Array(SIZE), targets: new Int32Array(1) })).toThrow(
      /mixup gives shares/,
    );
  });
});
