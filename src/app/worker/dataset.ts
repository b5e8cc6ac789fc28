import type { Augment, ImagesData, TableData } from '../../core/schema/data.ts';
import type { DataPart, DataTask, Exclusion } from '../../core/terms/dataset.ts';
import type { BatchSource, EvaluationSource, SampleInput } from '../../engine/data/contract.ts';

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
export declare function openDataset(data: ImagesData | TableData | TokenData, base: string): Promise<Dataset>;
