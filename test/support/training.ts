import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { encode } from 'fast-png';
import { stringify } from 'yaml';
import { Random } from '../../src/core/math/random.ts';
import { folderOf, idx } from './data-files.ts';

const SIDE = 8;
const CLASSES = 3;

/** Grey images of 8x8: each class lights another third of the rows, over noise. */
function pixelsOf(label: number, random: Random): Uint8Array {
  return Uint8Array.from({ length: SIDE * SIDE }, (_, at) => {
    const isLit = Math.floor((Math.floor(at / SIDE) * CLASSES) / SIDE) === label;
    return (isLit ? 120 : 40) + Math.floor(80 * random.next());
  });
}

const labelsOf = (count: number): number[] => Array.from({ length: count }, (_, index) => index % CLASSES);

/** IDX files of images and labels. */
function idxFiles(name: string, count: number, seed: number): Record<string, Uint8Array> {
  const random = new Random(seed);
  const labels = labelsOf(count);
  const pixels = labels.flatMap((label) => [...pixelsOf(label, random)]);
  return {
    [`${name}-images`]: idx([count, SIDE, SIDE], pixels),
    [`${name}-labels`]: idx([count], labels),
  };
}

/** A folder of images, one folder a class. */
export function imageFolder(count: number, seed: number): Record<string, Uint8Array> {
  const random = new Random(seed);
  return Object.fromEntries(
    labelsOf(count).map((label, index) => [
      `images/class-${label}/${index}.png`,
      encode({ width: SIDE, height: SIDE, channels: 1, depth: 8, data: pixelsOf(label, random) }),
    ]),
  );
}

/** A grey PNG of another size. */
export const pngOf = (height: number, width: number): Uint8Array =>
  encode({ width, height, channels: 1, depth: 8, data: new Uint8Array(height * width) });

/** Rows of a table: the price follows area and district, with a little noise. */
export function houses(count: number, seed: number): string[] {
  const random = new Random(seed);
  const rows = Array.from({ length: count }, () => {
    const area = 40 + Math.round(160 * random.next());
    const district = ['north', 'south'][Math.floor(2 * random.next())];
    const price = 1000 * area + (district === 'north' ? 50_000 : 0) + Math.round(10_000 * random.next());
    return `${area},${district},${price}`;
  });
  return ['area,district,price', ...rows];
}

const FAST = {
  recipe: { batch: 32, learningRate: 0.02, parametrization: 'standard', horizon: 0 },
  run: { threads: 1, workers: 1, checkpointSeconds: 0.2 },
  output: 'results',
};

export const IMAGES = {
  ...FAST,
  name: 'bars',
  model: {
    family: 'convnet',
    stem: { width: 4, kernel: 3, stride: 1 },
    stages: [{ block: 'basic', depth: 1, width: 8, stride: 2 }],
  },
  data: { kind: 'images', train: ['train-images', 'train-labels'], test: ['test-images', 'test-labels'] },
  epochs: 6,
};

export const TABLE = {
  ...FAST,
  name: 'houses',
  model: { family: 'mlp', hidden: [16], activation: 'gelu' },
  data: { kind: 'table', train: 'houses.csv', target: 'price', task: 'regression' },
  epochs: 20,
};

export const TEXT = {
  ...FAST,
  name: 'text',
  model: { family: 'gpt', depth: 1, heads: 2, width: 16, context: 16 },
  data: { kind: 'text', paths: 'corpus', vocabulary: 'bytes', validation: 0.2 },
  recipe: { ...FAST.recipe, batchTokens: 128 },
  evaluation: { windows: 32 },
  steps: 60,
};

/** 120 images to learn from, 30 held out; 200 houses; 60 short texts. */
export const DATA: Readonly<Record<string, string | Uint8Array>> = {
  ...idxFiles('train', 120, 1),
  ...idxFiles('test', 30, 2),
  'houses.csv': houses(200, 3).join('\n'),
  ...Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => [
      `corpus/${index}.txt`,
      `Number ${index} is followed by number ${index + 1}, and its square is ${index ** 2}. `.repeat(4),
    ]),
  ),
};

export interface TrainingFixture {
  readonly file: string;
  readonly output: string;
}

/** Writes a training or a comparison beside its data into a folder of its own. */
export function writeTraining(
  training: object,
  files: Readonly<Record<string, string | Uint8Array>> = DATA,
): TrainingFixture {
  const folder = folderOf(files);
  const file = join(folder, 'training.yaml');
  writeFileSync(file, stringify(training));
  return { file, output: join(folder, 'results') };
}
