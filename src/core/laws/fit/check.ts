import { log } from '../../math/elementary.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { Objective } from '../../terms/fit.ts';
import type { Law } from '../../terms/law.ts';
import type { DataNote, Observations } from '../../terms/observation.ts';
import { counted, didYouMean, listed } from '../../terms/names.ts';
import { modelOf } from './model.ts';
import { inseparable } from './separable.ts';

/** Two variables move together where a power law in one leaves less than this share of the other's variance. */
const SMALLEST_FREEDOM = 1e-4;

/**
 * Refuses tables that cannot carry a law: columns missing, numbers that are none, too few rows, runs or different points, variables
 * that do not vary, or not apart from each other. Gives what is no fault but must be known.
 */
export function checkData(law: Law, data: Observations, objective: Objective): DataNote[] {
  checkColumns(law, data, objective);
  checkFormula(law, data);
  checkCounts(law, data);
  checkApart(law, data);
  const runs = new Set(data.runs).size;
  if (runs > 1 || data.rows === 1) return [];
  const sentence = `All ${data.rows} rows belong to one run: the law describes that run, and nothing here tells how far another would be off.`;
  return [{ kind: 'one-run', count: data.rows, sentence }];
}

function checkColumns(law: Law, data: Observations, objective: Objective): void {
  const { positive } = modelOf(law);
  const names = Object.keys(data.columns);
  for (const name of [...law.variables, law.response]) {
    if (!Object.hasOwn(data.columns, name)) {
      throw new IsoflopError('missing', `law '${law.id}' needs the column '${name}'; the table has ${listed(names)}`, {
        hint: `${didYouMean(name, names)}Name it with --map ${name}=COLUMN.`,
      });
    }
    const isLog = name === law.response ? objective.residual === 'log' : positive.has(name);
    const column = data.columns[name];
    const bad = column.findIndex((value) => !Number.isFinite(value) || (isLog && value <= 0));
    if (bad >= 0) throw badValue(name, column, bad, data, isLog);
  }
}

function badValue(name: string, column: Float64Array, bad: number, data: Observations, isLog: boolean): IsoflopError {
  const alike = column.filter((value) => !Number.isFinite(value) || (isLog && value <= 0)).length;
  const more = alike > 1 ? `, and ${counted(alike - 1, 'more such value')}` : '';
  const place = data.lines ? `on line ${data.lines[bad]}` : `in row ${bad + 1}`;
  const hint = isLog
    ? `Its logarithm is taken: it needs finite numbers above 0; leave the row out with --where "${name} > 0", or take a linear objective or another law.`
    : 'A law needs finite numbers; leave the row out with --where.';
  return new IsoflopError(
    'invalid-input',
    `column '${name}' holds ${column[bad]} ${place} (run '${data.runs[bad]}')${more}`,
    { hint },
  );
}

function checkFormula(law: Law, data: Observations): void {
  const found = inseparable(law);
  if (!found) return;
  const others = Object.keys(data.columns).filter((name) => name !== law.response && !law.variables.includes(name));
  throw new IsoflopError(
    'invalid-input',
    `in law '${law.id}' the part ${found.part} holds no column: it is one number, from which ${found.parameters.join(', ')} cannot be told apart`,
    {
      hint:
        (others.length > 0
          ? `Should one of them be a column (${listed(others)})? `
          : 'Should one of them be a column? ') +
        'Map it with --map NAME=COLUMN, or put one parameter in the place of all.',
    },
  );
}

/** Rows, runs and points: what is repeated tells about noise, not about parameters. */
function checkCounts(law: Law, data: Observations): void {
  const size = law.parameters.length;
  const refuse = (what: string): never => {
    throw new IsoflopError('not-identifiable', `law '${law.id}' has ${size} parameters and ${what}`, {
      hint: 'Add runs, hold parameters with --fix, or take a law with fewer parameters.',
    });
  };
  if (data.rows <= size) refuse(`needs at least ${size + 1} rows, got ${data.rows}`);
  checkLevels(law, data);
  const points = new Set(data.runs.map((_, row) => law.variables.map((name) => data.columns[name][row]).join(' ')))
    .size;
  if (points < size) {
    refuse(`needs as many different points; the ${data.rows} rows have ${points} (of ${law.variables.join(', ')})`);
  }
  // One run alone is a curve, which a law may describe; checkpoints of a few runs are no substitute for more of them.
  const runs = new Set(data.runs).size;
  if (runs > 1 && runs < size) refuse(`needs as many runs; the ${data.rows} rows belong to ${runs}`);
}

function checkLevels(law: Law, data: Observations): void {
  for (const name of law.variables) {
    const [first] = data.columns[name];
    if (data.columns[name].some((value) => value !== first)) continue;
    throw new IsoflopError('not-identifiable', `'${name}' has the same value in every row, ${first}`, {
      hint: `A law can only be fitted over a variable that varies: add runs of another ${name}, or take a law without it.`,
    });
  }
}

function checkApart(law: Law, data: Observations): void {
  for (const [index, name] of law.variables.entries()) {
    for (const other of law.variables.slice(index + 1)) {
      if (unexplained(data.columns[name], data.columns[other]) > SMALLEST_FREEDOM) continue;
      throw new IsoflopError(
        'not-identifiable',
        `'${name}' and '${other}' move together in every row: law '${law.id}' cannot tell their effects apart`,
        { hint: 'Add runs that vary one of them alone, or fit a law of one variable.' },
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
  for (let row = 0; row < a.length; row++) {
    const da = a[row] - meanA;
    const db = b[row] - meanB;
    aa += da * da;
    bb += db * db;
    ab += da * db;
  }
  return 1 - (ab * ab) / (aa * bb);
}
