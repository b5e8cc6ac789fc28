import { IsoflopError } from '../../core/terms/errors.ts';
import type { BatchInputs } from './contract.ts';

/** The program's input of this name, which must hold `perSample` numbers for each of `batch` samples. */
export function inputOf(inputs: BatchInputs, name: string, perSample: number, batch?: number): Float32Array {
  const values = inputs[name];
  if (!(values instanceof Float32Array)) {
    const came = values ? 'takes whole numbers' : `is none of ${Object.keys(inputs).join(', ')}`;
    throw new IsoflopError('invalid-input', `the model's input '${name}' ${came}; the data are real numbers`, {
      hint: 'Choose data of the kind that the model takes.',
    });
  }
  const fits = batch === undefined ? values.length % perSample === 0 : values.length === perSample * batch;
  if (fits) return values;
  const own = batch === undefined ? `${values.length} numbers in all` : `${values.length / batch} numbers a sample`;
  throw new IsoflopError('invalid-input', `the model's input '${name}' takes ${own}; the data have ${perSample}`, {
    hint: "Change the model's input shape, or the size and channels (columns) of the data.",
  });
}

/** Writes a class: as a whole number, or as a one-hot row of `classes` where the program takes shares. */
export function writeClass(inputs: BatchInputs, row: number, label: number, classes: number): void {
  const { targets } = inputs;
  if (targets instanceof Int32Array) targets[row] = label;
  else {
    targets.fill(0, row * classes, (row + 1) * classes);
    targets[row * classes + label] = 1;
  }
}
