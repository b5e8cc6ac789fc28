import { IsoflopError } from '../../terms/errors.ts';
import type { Observations } from '../../terms/observation.ts';
import type { Problem } from './problem.ts';

/** A column of derivatives is a combination of others where they leave less than this share of its length. */
const DEPENDENT = 1e-9;
/** Points of the search that are looked at: the data determine a law where they do so at one of them. */
const MOST_POINTS = 8;

/**
 * Refuses a table whose variables have too few levels for the law's parameters, such as two budgets of tokens for E, B and beta of
 * `E + B / tokens^beta`: the derivatives by some parameters are then combinations of one another at every row, wherever one looks.
 */
export function checkLevelsSuffice(problem: Problem, data: Observations, points: readonly (readonly number[])[]): void {
  const { law } = problem;
  const levels = law.variables.map((name) => new Set(data.columns[name]).size);
  const fewest = Math.min(...levels);
  if (fewest > law.parameters.length) return;
  const indices = law.parameters.map((_, index) => index);
  const looks = points.slice(0, MOST_POINTS).map((theta) => columnsOf(problem, theta));
  if (looks.length === 0 || looks.some((columns) => rank(columns) === indices.length)) return;
  const [columns] = looks.toSorted((a, b) => rank(b) - rank(a));
  const whole = rank(columns);
  const involved = indices.filter((left) => rank(columns.filter((_, index) => index !== left)) === whole);
  const names = involved.map((index) => law.parameters[index].name).join(', ');
  const few = law.variables[levels.indexOf(fewest)];
  throw new IsoflopError(
    'not-identifiable',
    `law '${law.id}': the ${fewest} levels of '${few}' do not tell ${names} apart, whatever the losses are`,
    { hint: `Add runs of another ${few}, hold a parameter with --fix, or take a law with fewer parameters.` },
  );
}

/** Derivatives at every row, one column a parameter. */
function columnsOf(problem: Problem, theta: readonly number[]): Float64Array[] {
  const width = 1 + theta.length;
  const slopes = problem.rowSlopes(theta);
  return theta.map((_, index) =>
    Float64Array.from({ length: problem.rows }, (__, row) => slopes[row * width + 1 + index]),
  );
}

/** Columns that are no combination of those before them, by Gram and Schmidt's orthogonalisation, done twice for its rounding. */
function rank(columns: readonly Float64Array[]): number {
  const basis: Float64Array[] = [];
  for (const column of columns) {
    const own = length(column);
    if (!(own > 0) || !Number.isFinite(own)) continue;
    const rest = column.map((value) => value / own);
    for (const direction of [...basis, ...basis]) {
      const along = rest.reduce((sum, value, row) => sum + value * direction[row], 0);
      for (let row = 0; row < rest.length; row++) rest[row] -= along * direction[row];
    }
    const left = length(rest);
    if (left > DEPENDENT) basis.push(rest.map((value) => value / left));
  }
  return basis.length;
}

const length = (column: Float64Array): number => Math.sqrt(column.reduce((sum, value) => sum + value * value, 0));
