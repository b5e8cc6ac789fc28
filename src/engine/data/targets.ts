import { IsoflopError } from '../../core/terms/errors.ts';
import type { BatchInputs } from './contract.ts';

/** A batch of the program: the input of the samples and the targets. */
export interface BatchRows {
  readonly values: Float32Array;
  readonly rows: number;
}

/** The program's input of this name, which must hold `perSample` numbers for each of its rows (of `batch`, where given). */
export function rowsOf(inputs: BatchInputs, name: string, perSample: number, batch?: number): BatchRows {
  const values = inputs[name];
  if (!(values instanceof Float32Array)) {
    const came = values ? 'takes whole numbers' : `is none of ${Object.keys(inputs).join(', ')}`;
    throw new IsoflopError('invalid-input', `the model's input '${name}' ${came}; the data are real numbers`, {
      hint: 'Choose data of the kind that the model takes.',
    });
  }
  const rows = values.length / perSample;
  if (batch === undefined ? Number.isInteger(rows) : rows === batch) return { values, rows };
  const own = batch === undefined ? `${values.length} numbers in all` : `${values.length / batch} numbers a sample`;
  throw new IsoflopError('invalid-input', `the model's input '${name}' takes ${own}; the data have ${perSample}`, {
    hint: "Change the model's input shape, or the size and channels (columns) of the data.",
  });
}

/**
 * Writes a class of `classes` for a row of `rows`: as a whole number where the program takes int32; else as a one-hot row, or of
 * two classes as the share of the second one where the model has one output.
 */
export function writeClass(inputs: BatchInputs, row: number, rows: number, label: number, classes: number): void {
  const { targets } = inputs;
  if (targets instanceof Int32Array) {
    targets[row] = label;
    return;
  }
  const outputs = targets.length / rows;
  if (outputs === 1 && classes === 2) targets[row] = label;
  else if (outputs === classes) {
    targets.fill(0, row * classes, (row + 1) * classes);
    targets[row * classes + label] = 1;
  } else
    throw new IsoflopError('invalid-input', `the model has ${outputs} outputs; the data have ${classes} classes`, {
      hint: `Give the model ${classes} outputs.`,
    });
}

/** Writes a regression's target for a row of `rows`. */
export function writeNumber({ targets }: BatchInputs, row: number, rows: number, value: number): void {
  if (!(targets instanceof Float32Array) || targets.length !== rows)
    throw new IsoflopError(
      'invalid-input',
      `the model's targets are ${targets.length / rows} a sample; a regression has one`,
      {
        hint: 'Give the model one output, and a loss such as mse.',
      },
    );
  targets[row] = value;
}
