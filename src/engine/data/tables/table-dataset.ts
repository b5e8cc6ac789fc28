import type { TableData } from '../../../core/schema/data.ts';
import type { DataPart, Table, TableFiles } from '../../../core/terms/dataset.ts';
import type { Exclusions } from '../../../core/terms/exclusions.ts';
import { constantClassLoss, withLearntClasses } from '../classes.ts';
import { refuseEmpty, splitRows } from '../split.ts';
import type { Parts } from '../split.ts';
import type { TablePart } from './batches.ts';
import { encodeRows, featureNames, fitColumn, meanAndDeviation, rowsOfKnownCategories } from './encoding.ts';
import type { ColumnEncoding } from './encoding.ts';
import { classesOf, labelsOf, rowsOfKnownClasses, scaledTargets, targetScale } from './targets.ts';
import type { TargetScale } from './targets.ts';

/** Coded rows by part; all that is fitted is fitted on the training part. */
export interface TableDataset {
  readonly parts: Readonly<Record<DataPart, TablePart>>;
  readonly features: readonly string[];
  /** Empty for a regression. */
  readonly classes: readonly string[];
  readonly target?: TargetScale;
  readonly constantLoss: number;
}

/** Divides, fits and codes what was read. */
export function divideTable(files: TableFiles, options: TableData, exclusions: Exclusions): TableDataset {
  return options.task === 'classification'
    ? divideClasses(files, options, exclusions)
    : divideNumbers(files, options, exclusions);
}

function divideClasses(files: TableFiles, options: TableData, exclusions: Exclusions): TableDataset {
  const { train, test = train } = files;
  const classes = classesOf(train);
  const labels = { train: labelsOf(train, classes), heldOut: labelsOf(test, classes) };
  const divided = divide(files, options, options.stratified ? labels.train : undefined);
  const heldOut = rowsOfKnownClasses(test, labels.heldOut, divided.heldOut, classes, options.onBad, exclusions);
  const fitted = fit(files, { ...divided, heldOut }, options, exclusions);
  const parts = withLearntClasses(fitted.parts, labels, classes, options.onBad, exclusions);
  const part = (name: DataPart): TablePart => ({
    ...codedFeatures(name === 'heldOut' ? test : train, parts[name], fitted.encodings),
    targets: Int32Array.from(parts[name], (row) => labels[name === 'heldOut' ? 'heldOut' : 'train'][row]),
    classes: classes.length,
  });
  return {
    parts: byPart(part),
    features: featureNames(fitted.encodings),
    classes,
    constantLoss: constantClassLoss(parts, labels, classes.length),
  };
}

function divideNumbers(files: TableFiles, options: TableData, exclusions: Exclusions): TableDataset {
  const { train, test = train } = files;
  const { parts, encodings } = fit(files, divide(files, options), options, exclusions);
  const target = targetScale(train, parts.train, options);
  const part = (name: DataPart): TablePart => {
    const table = name === 'heldOut' ? test : train;
    return {
      ...codedFeatures(table, parts[name], encodings),
      targets: scaledTargets(table, parts[name], target),
      classes: 0,
    };
  };
  const coded = byPart(part);
  return {
    parts: coded,
    features: featureNames(encodings),
    classes: [],
    target,
    constantLoss: constantSquareLoss(coded),
  };
}

const byPart = (part: (name: DataPart) => TablePart): Record<DataPart, TablePart> => ({
  train: part('train'),
  validation: part('validation'),
  heldOut: part('heldOut'),
});

function codedFeatures(
  table: Table,
  rows: Uint32Array,
  encodings: readonly ColumnEncoding[],
): Pick<TablePart, 'count' | 'width' | 'features'> {
  return { count: rows.length, width: featureNames(encodings).length, features: encodeRows(table, rows, encodings) };
}

function divide({ train, test }: TableFiles, { heldOut, validation, seed }: TableData, labels?: Int32Array): Parts {
  const parts = splitRows(train.count, { heldOut: test ? 0 : heldOut, validation, seed }, labels);
  return test ? { ...parts, heldOut: Uint32Array.from({ length: test.count }, (_, row) => row) } : parts;
}

/** Fits every column on the training part, then drops or refuses rows of categories that it lacks. */
function fit(
  { train, test = train }: TableFiles,
  parts: Parts,
  { missing, newCategory }: TableData,
  exclusions: Exclusions,
): { parts: Parts; encodings: readonly ColumnEncoding[] } {
  const encodings = train.columns.slice(0, -1).map((column) => fitColumn(column, parts.train, missing));
  const known = (table: Table, rows: Uint32Array): Uint32Array =>
    rowsOfKnownCategories(table, rows, encodings, newCategory, exclusions);
  const kept = { ...parts, validation: known(train, parts.validation), heldOut: known(test, parts.heldOut) };
  refuseEmpty(kept);
  return { parts: kept, encodings };
}

/** Mean square of the held-out targets around the training mean, in the unit that is learnt. */
function constantSquareLoss({ train, heldOut }: Record<DataPart, TablePart>): number {
  const { mean } = meanAndDeviation(train.targets);
  return (
    Float64Array.from(heldOut.targets, (value) => (value - mean) ** 2).reduce((sum, one) => sum + one, 0) /
    heldOut.count
  );
}
