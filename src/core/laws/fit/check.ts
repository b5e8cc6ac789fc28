import { log } from '../../math/elementary.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { Objective } from '../../terms/fit.ts';
import type { Law } from '../../terms/law.ts';
import type { Observations } from '../../terms/observation.ts';
import { modelOf } from './model.ts';

/** Two variables move together where a power law in one leaves less than this share of the other's variance. */
const SMALLEST_FREEDOM = 1e-4;

/**
 * Refuses tables that cannot carry a law: columns missing, numbers that are none, too few rows, variables that do not vary, or
 * not apart from each other.
 */
export function checkData(law: Law, data: Observations, objective: Objective): void {
  const { positive } = modelOf(law);
  for (const name of [...law.variables, law.response]) {
    const column = data.columns[name];
    if (!column) {
      throw new IsoflopError(
        'missing',
        `law '${law.id}' needs the column '${name}'; the table has ${Object.keys(data.columns).join(', ')}`,
        {
          hint: `Name it with --map ${name}=COLUMN.`,
        },
      );
    }
    const isLog = name === law.response ? objective.residual === 'log' : positive.has(name);
    const bad = column.findIndex((value) => !Number.isFinite(value) || (isLog && value <= 0));
    if (bad >= 0) {
      throw new IsoflopError(
        'invalid-input',
        `column '${name}' holds ${column[bad]} in row ${bad + 1} (run '${data.runs[bad]}')`,
        {
          hint: isLog
            ? 'Its logarithm is taken: it needs finite numbers above 0; leave the row out with --where, or take a linear objective.'
            : 'A law needs finite numbers; leave the row out with --where.',
        },
      );
    }
  }
  const wanted = law.parameters.length + 1;
  if (data.rows < wanted) {
    throw new IsoflopError(
      'not-identifiable',
      `law '${law.id}' has ${law.parameters.length} parameters and needs at least ${wanted} rows, got ${data.rows}`,
      {
        hint: 'Add runs, or take a law with fewer parameters.',
      },
    );
  }
  for (const name of law.variables) {
    if (new Set(data.columns[name]).size < 2) {
      throw new IsoflopError('not-identifiable', `'${name}' has the same value in every row`, {
        hint: 'A law can only be fitted over a variable that varies.',
      });
    }
  }
  for (const [index, name] of law.variables.entries()) {
    for (const other of law.variables.slice(index + 1)) {
      if (unexplained(data.columns[name], data.columns[other]) > SMALLEST_FREEDOM) continue;
      throw new IsoflopError(
        'not-identifiable',
        `'${name}' and '${other}' move together in every row: law '${law.id}' cannot tell their effects apart`,
        { hint: `Add runs that vary one of them alone, or fit a law of one variable.` },
      );
    }
  }
}

/** Share of the variance of log y that a power law in x leaves; of y and a line, where one is not positive. */
function unexplained(x: Float64Array, y: Float64Array): number {
  const isPositive = [x, y].every((values) => values.every((value) => value > 0));
  const [a, b] = isPositive ? [x.map(log), y.map(log)] : [x, y];
  const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [aa, bb, ab] = [0, 0, 0];
  for (const [row, value] of a.entries()) {
    const [da, db] = [value - meanA, b[row] - meanB];
    aa += da * da;
    bb += db * db;
    ab += da * db;
  }
  return 1 - (ab * ab) / (aa * bb);
}
