import type { TableData } from '../../../core/schema/data.ts';
import type { Table, TableColumn } from '../../../core/terms/dataset.ts';
import { IsoflopError } from '../../../core/terms/errors.ts';
import type { Exclusions } from '../../../core/terms/exclusions.ts';
import { listed } from '../../../core/terms/names.ts';

/** One-hot columns of one categorical column: more are names or texts, not categories. */
const MOST_CATEGORIES = 4096;

/** How a column becomes features, fitted on the training part. */
export type ColumnEncoding =
  | {
      readonly type: 'number';
      readonly name: string;
      readonly mean: number;
      readonly deviation: number;
      readonly fill: number;
    }
  | { readonly type: 'category'; readonly name: string; readonly categories: readonly string[]; readonly fill: string };

/** Mean and population deviation; a column that never changes has deviation 1. */
export function meanAndDeviation(values: ArrayLike<number>): { mean: number; deviation: number } {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index];
  const mean = sum / values.length;
  let squares = 0;
  for (let index = 0; index < values.length; index++) squares += (values[index] - mean) ** 2;
  return { mean, deviation: Math.sqrt(squares / values.length) || 1 };
}

function median(values: Float64Array): number {
  const sorted = values.toSorted();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Texts in ascending order; as numbers where all are some. */
export function sortedCategories(values: Iterable<string>): string[] {
  const different = [...new Set(values)];
  const areNumbers = different.every((value) => value.trim() !== '' && Number.isFinite(Number(value)));
  return areNumbers ? different.sort((a, b) => Number(a) - Number(b)) : different.sort();
}

/** Fits a column's encoding on the training rows. Empty numbers are filled by mean or median before the deviation is taken. */
export function fitColumn(column: TableColumn, rows: Uint32Array, missing: TableData['missing']): ColumnEncoding {
  const { name } = column;
  if (column.type === 'number') {
    const all = Float64Array.from(rows, (row) => column.values[row]);
    const present = all.filter((value) => !Number.isNaN(value));
    if (present.length === 0) throw emptyColumn(name);
    const fill = missing === 'median' ? median(present) : meanAndDeviation(present).mean;
    return {
      type: 'number',
      name,
      fill,
      ...meanAndDeviation(all.map((value) => (Number.isNaN(value) ? fill : value))),
    };
  }
  const counts = new Map<string, number>();
  for (const row of rows) {
    const value = column.values[row];
    if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  if (counts.size === 0) throw emptyColumn(name);
  const categories = sortedCategories(counts.keys());
  if (categories.length > MOST_CATEGORIES)
    throw new IsoflopError(
      'invalid-input',
      `the column '${name}' has ${categories.length} categories; at most ${MOST_CATEGORIES} are coded`,
      {
        path: 'data.types',
        hint: `Leave it out: drop: ['${name}'].`,
      },
    );
  const fill = categories.reduce((best, one) => (counts.get(one)! > counts.get(best)! ? one : best));
  return { type: 'category', name, categories, fill };
}

const emptyColumn = (name: string): IsoflopError =>
  new IsoflopError('invalid-input', `the column '${name}' is empty in every row of the training part`, {
    path: 'data.train',
    hint: `Leave it out: drop: ['${name}'].`,
  });

/** Names of the features: `rooms`, and for a category `ocean=INLAND`. */
export const featureNames = (encodings: readonly ColumnEncoding[]): string[] =>
  encodings.flatMap((one) =>
    one.type === 'number' ? [one.name] : one.categories.map((value) => `${one.name}=${value}`),
  );

/** The rows whose categories the training part has, or all where new ones are coded as zeros; the others by option. */
export function rowsOfKnownCategories(
  table: Table,
  rows: Uint32Array,
  encodings: readonly ColumnEncoding[],
  policy: TableData['newCategory'],
  exclusions: Exclusions,
): Uint32Array {
  if (policy === 'zeros') return rows;
  return rows.filter((row) =>
    encodings.every((encoding, index) => {
      const column = table.columns[index];
      if (encoding.type === 'number' || column.type === 'number') return true;
      const value = column.values[row];
      if (value === undefined || encoding.categories.includes(value)) return true;
      exclusions.handle(policy, {
        reason: 'a category that the training part lacks',
        what: `the column '${encoding.name}' holds '${value}', which the training part lacks (it has ${listed(encoding.categories, 8)})`,
        place: table.placeOf(row),
        hint: 'Say `newCategory: drop` to leave such rows out, or `zeros` to code them as none of the known ones.',
      });
      return false;
    }),
  );
}

/** Features float32 `[rows, width]`: numbers standardised, categories one-hot. */
export function encodeRows(table: Table, rows: Uint32Array, encodings: readonly ColumnEncoding[]): Float32Array {
  const width = featureNames(encodings).length;
  const features = new Float32Array(new SharedArrayBuffer(4 * rows.length * width));
  let at = 0;
  for (const [index, encoding] of encodings.entries()) {
    const column = table.columns[index];
    for (let row = 0; row < rows.length; row++) {
      if (encoding.type === 'number') {
        const value = column.values[rows[row]] as number;
        features[row * width + at] =
          ((Number.isNaN(value) ? encoding.fill : value) - encoding.mean) / encoding.deviation;
      } else {
        const place = encoding.categories.indexOf((column.values[rows[row]] as string | undefined) ?? encoding.fill);
        if (place >= 0) features[row * width + at + place] = 1;
      }
    }
    at += encoding.type === 'number' ? 1 : encoding.categories.length;
  }
  return features;
}
