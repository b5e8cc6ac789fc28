import type { ImagesData } from '../../../core/schema/data.ts';
import type { DataPart, ImageFiles } from '../../../core/terms/dataset.ts';
import type { Exclusions } from '../../../core/terms/exclusions.ts';
import { constantClassLoss, withLearntClasses } from '../classes.ts';
import { refuseEmpty, splitRows } from '../split.ts';
import type { Parts } from '../split.ts';
import type { ImagePart } from './batches.ts';
import { channelStatistics, levelTables } from './normalize.ts';

/** Images divided into parts, with the scaling fitted on the training part. */
export interface ImageDataset {
  readonly parts: Readonly<Record<DataPart, ImagePart>>;
  readonly constantLoss: number;
}

/** Divides what was read, and checks that each class is in each part. */
export function divideImages(files: ImageFiles, options: ImagesData, exclusions: Exclusions): ImageDataset {
  const { train, test, classes } = files;
  const labels = { train: train.labels, heldOut: (test ?? train).labels };
  const parts = withLearntClasses(divide(files, options), labels, classes, options.onBad, exclusions);
  refuseEmpty(parts);
  const fitted = channelStatistics(train, parts.train);
  const levels = levelTables(options.normalize, fitted);
  const mean = Uint8Array.from(fitted.mean, (value) => Math.round(255 * value));
  const part = (name: DataPart): ImagePart => ({
    images: name === 'heldOut' ? (test ?? train) : train,
    rows: parts[name],
    classes: classes.length,
    levels,
    mean,
  });
  return {
    parts: { train: part('train'), validation: part('validation'), heldOut: part('heldOut') },
    constantLoss: constantClassLoss(parts, labels, classes.length),
  };
}

function divide({ train, test }: ImageFiles, { heldOut, validation, seed, stratified }: ImagesData): Parts {
  const shares = { heldOut: test ? 0 : heldOut, validation, seed };
  const parts = splitRows(train.count, shares, stratified ? train.labels : undefined);
  return test ? { ...parts, heldOut: Uint32Array.from({ length: test.count }, (_, row) => row) } : parts;
}
