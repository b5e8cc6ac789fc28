import { IsoflopError } from '../../terms/errors.ts';
import type { Selection } from '../../terms/selection.ts';
import { modelOf } from '../fit/model.ts';
import { SPACES } from './cost-table.ts';

/** [row] the response that a candidate of a selection forecasts; default: the one that was selected. */
export function forecastSelected(
  selection: Selection,
  columns: Readonly<Record<string, ArrayLike<number>>>,
  rows: number,
  name: string = selection.selected,
): Float64Array {
  const candidate = selection.candidates.find((one) => one.name === name);
  if (!candidate) throw new IsoflopError('invalid-input', `the selection compared no '${name}'`);
  const space = SPACES[selection.objective.residual];
  const sum = new Float64Array(rows);
  for (const { law: id, parameters, shift, weight } of candidate.parts) {
    const law = selection.laws.find((one) => one.id === id);
    const values =
      law &&
      modelOf(law).values(
        law.parameters.map((one) => parameters[one.name]),
        law.variables.map((one) => columns[one]),
        rows,
      );
    for (let row = 0; row < rows; row++) sum[row] += weight * (shift + (values ? space.to(values[row]) : 0));
  }
  return sum.map((value) => space.from(value));
}
