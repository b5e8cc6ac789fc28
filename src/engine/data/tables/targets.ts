import type { TableData } from '../../../core/schema/data.ts';
import type { Table, TableColumn } from '../../../core/terms/dataset.ts';
import { IsoflopError } from '../../../core/terms/errors.ts';
import type { Exclusions } from '../../../core/terms/exclusions.ts';
import { listed } from '../../../core/terms/names.ts';
import { meanAndDeviation, sortedCategories } from './encoding.ts';

/** More classes than this are names or numbers, not classes. */
const MOST_CLASSES = 10_000;

/** Regression: raw target = mean + deviation x what is learnt. */
export interface TargetScale {
  readonly name: string;
  readonly mean: number;
  readonly deviation: number;
}

const targetOf = (table: Table): TableColumn => table.columns[table.columns.length - 1];

/** The classes that occur in the training table, in ascending order. */
export function classesOf(train: Table): string[] {
  const { name, values } = targetOf(train) as TableColumn & { type: 'category' };
  const classes = sortedCategories(values as readonly string[]);
  if (classes.length >= 2 && classes.length <= MOST_CLASSES) return classes;
  throw new IsoflopError(
    'invalid-input',
    `the target '${name}' has ${classes.length} classes; 2 to ${MOST_CLASSES} are learnt`,
    {
      path: 'data.target',
      hint: classes.length < 2 ? 'Choose another target.' : 'Say `task: regression` where it is a number.',
    },
  );
}

/** The class of each row, or -1 where it is none of `classes`. */
export function labelsOf(table: Table, classes: readonly string[]): Int32Array {
  const places = new Map(classes.map((name, label) => [name, label]));
  const { values } = targetOf(table) as TableColumn & { type: 'category' };
  return Int32Array.from(values, (value) => places.get(value!) ?? -1);
}

/** The rows whose class is known; the others are bad by option. */
export function rowsOfKnownClasses(
  table: Table,
  labels: Int32Array,
  rows: Uint32Array,
  classes: readonly string[],
  policy: TableData['onBad'],
  exclusions: Exclusions,
): Uint32Array {
  return rows.filter((row) => {
    if (labels[row] >= 0) return true;
    const { name, values } = targetOf(table);
    exclusions.handle(policy, {
      reason: 'a class that is not in the training part',
      what: `the target '${name}' is '${values[row]}', which the training files lack (they have ${listed(classes, 8)})`,
      place: table.placeOf(row),
      hint: 'Mend the row, or leave such rows out with `onBad: skip`.',
    });
    return false;
  });
}

/** The scale of a regression's target, fitted on the training rows; 0 and 1 where it is not to be standardised. */
export function targetScale(train: Table, rows: Uint32Array, { standardizeTarget }: TableData): TargetScale {
  const { name, values } = targetOf(train) as TableColumn & { type: 'number' };
  if (!standardizeTarget) return { name, mean: 0, deviation: 1 };
  return { name, ...meanAndDeviation(Float64Array.from(rows, (row) => values[row])) };
}

/** Targets of the rows as they are learnt. */
export function scaledTargets(table: Table, rows: Uint32Array, { mean, deviation }: TargetScale): Float32Array {
  const { values } = targetOf(table) as TableColumn & { type: 'number' };
  return Float32Array.from(rows, (row) => (values[row] - mean) / deviation);
}
