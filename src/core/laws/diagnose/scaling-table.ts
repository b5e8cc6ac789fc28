import { log, square } from '../../math/elementary.ts';
import { mean } from '../../math/means.ts';
import { selectRows } from '../../observations/select-rows.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { Law } from '../../terms/law.ts';
import type { Observations } from '../../terms/observation.ts';
import { coefficient, exponent, floor } from '../catalogue/parts.ts';

/** The rows that are judged, along their scale. */
export interface ScalingTable {
  readonly data: Observations;
  /** Place of each row in the table that the user gave. */
  readonly places: readonly number[];
  /** One variable, or parameters and what they were trained on. */
  readonly variables: readonly string[];
  /** Logarithm of scale: of the only variable, or of compute. */
  readonly scale: Float64Array;
  /** Logarithm of the loss. */
  readonly response: Float64Array;
  /** The law without a floor, and with one. */
  readonly plain: Law;
  readonly floored: Law;
}

/** Columns that count as the scale of a run, the most telling first. */
export const SCALES = ['flops', 'tokens', 'samples', 'params', 'steps'] as const;
/** Levels of each variable, and runs, from which on two variables are judged together. */
const LEVELS_OF_TWO = 3;
const ROWS_OF_TWO = 8;
/** Share of log-variance that parameters must leave to tokens, so that their effects come apart. */
const FREEDOM = 0.02;

/** The variables that a table is judged over; `over` names one to be judged alone. */
export function chooseVariables(data: Observations, over?: string): readonly string[] {
  const has = (name: string): boolean => new Set(data.columns[name]).size > 1;
  if (over !== undefined) {
    if (has(over)) return [over];
    const why = data.columns[over] ? 'has the same value in every row' : 'is not in the table';
    throw new IsoflopError('not-identifiable', `'${over}' ${why}`, {
      hint: `Columns: ${Object.keys(data.columns).join(', ')}.`,
    });
  }
  const fed = ['tokens', 'samples'].find(has);
  if (fed !== undefined && has('params') && comeApart(data, 'params', fed)) return ['params', fed];
  const single = SCALES.find(has);
  if (single !== undefined) return [single];
  throw new IsoflopError('not-identifiable', `no scale varies in the table (one of ${SCALES.join(', ')})`, {
    hint: 'Name the column that holds it, such as --map flops=COLUMN.',
  });
}

function comeApart(data: Observations, first: string, second: string): boolean {
  const [a, b] = [data.columns[first], data.columns[second]].map((column) => column.map(log));
  if (data.rows < ROWS_OF_TWO || [a, b].some((column) => new Set(column).size < LEVELS_OF_TWO)) return false;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [aa, bb, ab] = [0, 0, 0];
  for (const [row, value] of a.entries()) {
    aa += square(value - meanA);
    bb += square(b[row] - meanB);
    ab += (value - meanA) * (b[row] - meanB);
  }
  return 1 - (ab * ab) / (aa * bb) > FREEDOM;
}

export function scalingTable(
  data: Observations,
  places: readonly number[],
  variables: readonly string[],
): ScalingTable {
  const [first, second] = variables.map((name) => data.columns[name]);
  const compute = data.columns.flops;
  const scale =
    second === undefined
      ? first.map(log)
      : first.map((params, row) => log(compute ? compute[row] : params * second[row]));
  return {
    data,
    places,
    variables,
    scale,
    response: data.columns.loss.map(log),
    ...lawsOver(variables),
  };
}

/** The table with some of its rows. */
export function keepRows(table: ScalingTable, keeps: (row: number) => boolean): ScalingTable {
  const kept = table.places.flatMap((_, row) => (keeps(row) ? [row] : []));
  return scalingTable(
    selectRows(table.data, kept),
    kept.map((row) => table.places[row]),
    table.variables,
  );
}

const laws = new Map<string, { plain: Law; floored: Law }>();
const LETTERS = [
  ['A', 'alpha'],
  ['B', 'beta'],
] as const;

/** The power law over these variables, a term for each, without and with a floor; made once, since a law is compiled once. */
function lawsOver(variables: readonly string[]): { plain: Law; floored: Law } {
  const key = variables.join(' ');
  const found = laws.get(key);
  if (found) return found;
  const terms = variables.map((name, index) => `${LETTERS[index][0]} / ${name}^${LETTERS[index][1]}`);
  const parameters = variables.flatMap((name, index) => {
    const [letter, power] = LETTERS[index];
    return [
      coefficient(letter, `size of the part of the loss that ${name} remove`, { [name]: power }),
      exponent(power, `how fast the loss falls with ${name}`),
    ];
  });
  const law = { response: 'loss', variables, source: 'Hoffmann et al. 2022 (arXiv 2203.15556), equation 10' };
  const plain = { ...law, id: `plain ${key}`, title: 'Power law', formula: terms.join(' + '), parameters };
  const floored = {
    ...law,
    id: `floored ${key}`,
    title: 'Power law with floor',
    formula: ['E', ...terms].join(' + '),
    parameters: [floor(), ...parameters],
  };
  laws.set(key, { plain, floored });
  return { plain, floored };
}

/** Distinct values of a column, ascending; values within `tolerance` of the one before (relatively) count as the same. */
export function levelsOf(column: ArrayLike<number>, tolerance = 1e-6): number[] {
  const levels: number[] = [];
  for (const value of Array.from(column).sort((a, b) => a - b)) {
    if (levels.length === 0 || value > levels.at(-1)! * (1 + tolerance)) levels.push(value);
  }
  return levels;
}
