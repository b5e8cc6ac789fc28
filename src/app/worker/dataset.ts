import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { datasetManifestSchema } from '../../core/schema/dataset.ts';
import type { DatasetManifest } from '../../core/schema/dataset.ts';
import type { Augment, ImagesData, TableData } from '../../core/schema/data.ts';
import type { DataPart, DataTask, Exclusion } from '../../core/terms/dataset.ts';
import { Exclusions } from '../../core/terms/exclusions.ts';
import type { BatchSource, EvaluationSource, SampleInput } from '../../engine/data/contract.ts';
import { heldOutImages, imageBatches } from '../../engine/data/images/batches.ts';
import { divideImages } from '../../engine/data/images/image-dataset.ts';
import { heldOutTable, tableBatches } from '../../engine/data/tables/batches.ts';
import { divideTable } from '../../engine/data/tables/table-dataset.ts';
import { heldOutWindows, windowBatches } from '../../engine/data/windows.ts';
import { openTokens } from '../../io/datasets/tokens.ts';
import { fileError } from '../../io/files/errors.ts';
import { prefetchedBatches } from './prefetch.ts';
import type { ThreadedSource } from './prefetch.ts';

/** Text that was tokenised before (`prepareText`): the folder of train.bin, validation.bin and manifest.json. */
export interface TokenData {
  readonly kind: 'text';
  readonly cache: string;
}

/** What one sample is. */
export type SampleShape =
  | { readonly kind: 'image'; readonly height: number; readonly width: number; readonly channels: number }
  | { readonly kind: 'row'; readonly features: number; readonly names: readonly string[] }
  | { readonly kind: 'tokens'; readonly vocabulary: number };

export interface BatchOptions {
  readonly input: SampleInput;
  /** Samples in a batch. */
  readonly batch: number;
  /** Decides order and augmentation. */
  readonly seed: number;
  /** Text: tokens in a window. */
  readonly context?: number;
  /** Images: instead of the augmentation of the data's own document. */
  readonly augment?: Augment;
  /** Images: whether a thread of its own makes the batches ahead; the bytes are the same. Default true. */
  readonly prefetch?: boolean;
}

export interface EvaluationOptions {
  readonly input: SampleInput;
  /** Default `heldOut`. Of the training part it gives samples without augmentation. */
  readonly part?: DataPart;
  /** At most so many samples, spread evenly over the part. Default: all. */
  readonly most?: number;
  /** Text: tokens in a window. */
  readonly context?: number;
}

/**
 * Data ready to train on. Targets go to the program's input `targets`: int32 classes where it is an Int32Array; where it is
 * a Float32Array `[batch, classes]` one-hot rows (mixed ones under mixup); for a regression float32 `[batch, 1]`.
 */
export interface Dataset {
  readonly task: DataTask;
  readonly sample: SampleShape;
  /** Names of the classes by label; empty where there are none. */
  readonly classes: readonly string[];
  /** Samples of each part (text: tokens). */
  readonly counts: Readonly<Record<DataPart, number>>;
  /** Regression: raw target = mean + deviation x what the model learns. A loss of squares is times deviation^2 in raw units. */
  readonly target?: { readonly name: string; readonly mean: number; readonly deviation: number };
  /** Loss of the best constant answer on the held-out part in the unit that the model learns: nats, or squared deviations. */
  readonly constantLoss: number;
  readonly excluded: readonly Exclusion[];
  batches(options: BatchOptions): BatchSource;
  heldOut(options: EvaluationOptions): EvaluationSource;
  /** Frees files and threads. */
  close(): Promise<void>;
}

/** Opens a data set; relative paths start from `base`. Errors name file and row or entry. */
export async function openDataset(data: ImagesData | TableData | TokenData, base: string): Promise<Dataset> {
  switch (data.kind) {
    case 'images':
      return openImages(data, base);
    case 'table':
      return openTable(data, base);
    default:
      return openText(data, base);
  }
}

async function openImages(data: ImagesData, base: string): Promise<Dataset> {
  // Decoders are loaded only where they are needed: text trials start by the thousand.
  const { readImages } = await import('../../io/datasets/images/read-images.ts');
  const files = await readImages(data, base);
  const exclusions = new Exclusions(files.excluded);
  const { parts, constantLoss } = divideImages(files, data, exclusions);
  const { height, width, channels } = files.train;
  const threads: ThreadedSource[] = [];
  return {
    task: 'classification',
    sample: { kind: 'image', height, width, channels },
    classes: files.classes,
    counts: countsOf((name) => parts[name].rows.length),
    constantLoss,
    excluded: exclusions.list(),
    batches: ({ input, batch, seed, augment = data.augment, prefetch = true }) => {
      const options = { input, batch, seed, augment };
      if (!prefetch) return imageBatches(parts.train, options);
      const source = prefetchedBatches({ part: parts.train, options });
      threads.push(source);
      return source;
    },
    heldOut: ({ input, part = 'heldOut', most }) => heldOutImages(parts[part], input, most),
    close: async () => {
      await Promise.all(threads.map((source) => source.close()));
    },
  };
}

async function openTable(data: TableData, base: string): Promise<Dataset> {
  const { readTable } = await import('../../io/datasets/tables/read-table.ts');
  const files = await readTable(data, base);
  const exclusions = new Exclusions(files.excluded);
  const { parts, features, classes, target, constantLoss } = divideTable(files, data, exclusions);
  return {
    task: data.task,
    sample: { kind: 'row', features: features.length, names: features },
    classes,
    counts: countsOf((name) => parts[name].count),
    ...(target && { target }),
    constantLoss,
    excluded: exclusions.list(),
    batches: (options) => tableBatches(parts.train, options),
    heldOut: ({ input, part = 'heldOut', most }) => heldOutTable(parts[part], input, most),
    close: async () => {},
  };
}

function openText({ cache }: TokenData, base: string): Dataset {
  const folder = resolve(base, cache);
  const manifest = readManifest(folder);
  const files = { train: openTokens(join(folder, 'train.bin')), heldOut: openTokens(join(folder, 'validation.bin')) };
  return {
    task: 'language',
    sample: { kind: 'tokens', vocabulary: manifest.vocabulary },
    classes: [],
    counts: { train: files.train.length, validation: 0, heldOut: files.heldOut.length },
    constantLoss: manifest.unigramLoss,
    excluded: [],
    batches: ({ input, context, batch, seed }) =>
      windowBatches(files.train, contextOf(context), batch, seed, input.name),
    heldOut: ({ input, context, part = 'heldOut', most = Infinity }) =>
      heldOutWindows(part === 'train' ? files.train : files.heldOut, contextOf(context), most, input.name),
    close: async () => {
      files.train.close();
      files.heldOut.close();
    },
  };
}

const countsOf = (count: (part: DataPart) => number): Record<DataPart, number> => ({
  train: count('train'),
  validation: count('validation'),
  heldOut: count('heldOut'),
});

function contextOf(context: number | undefined): number {
  if (context === undefined) throw new Error('internal: text wants the tokens of a window');
  return context;
}

function readManifest(folder: string): DatasetManifest {
  const path = join(folder, 'manifest.json');
  try {
    return datasetManifestSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw fileError(cause, 'reading the tokenised text', path);
  }
}
