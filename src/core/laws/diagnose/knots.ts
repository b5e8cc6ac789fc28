import { studentCdf } from '../../math/distributions.ts';
import { exp, pow } from '../../math/elementary.ts';
import { fitLaw } from '../fit/fit-law.ts';
import { LEVEL } from './finding.ts';
import { LEAST_SQUARES } from './null-law.ts';
import type { NullLaw } from './null-law.ts';
import { levelsOf } from './scaling-table.ts';
import type { ScalingTable } from './scaling-table.ts';

/** Levels that must lie on either side of a bend, and their share: a few runs at the end are outliers and no law. */
const SIDE_LEVELS = 2;
const SIDE_SHARE = 0.1;
/** Knots that are tried on one axis. */
const MOST_KNOTS = 10;
/** Powers of scale that are tried beyond a knot. */
const POWERS = [-0.4, -0.2, 0, 0.2, 0.4, 0.6, 0.8, 1];

/** Where the law may bend: beyond a value of one variable, or of compute, which moves all of them. */
export interface Knot {
  readonly axis: string;
  readonly value: number;
  /** The law's variables, held at the knot beyond it. */
  readonly held: readonly Float64Array[];
  readonly beyond: readonly number[];
}

/** What the law leaves of the log loss. */
export function residualsOf(table: ScalingTable, law: NullLaw): Float64Array {
  const fitted = law.at(table.variables.map((name) => table.data.columns[name]));
  return table.response.map((y, row) => y - fitted[row]);
}

/** What the law gains beyond a knot: the logarithm of its value at the knot over its value. */
export function gain(table: ScalingTable, law: NullLaw, held: readonly Float64Array[]): Float64Array {
  const fitted = law.at(table.variables.map((name) => table.data.columns[name]));
  return law.at(held).map((value, row) => value - fitted[row]);
}

/** Knots on the given axes, at levels with enough levels on both sides, thinned to a few. */
export function knotsOf(table: ScalingTable, axes: readonly string[]): Knot[] {
  const columns = table.variables.map((name) => table.data.columns[name]);
  return axes.flatMap((axis) => {
    const along = axis === 'scale' ? table.scale.map(exp) : table.data.columns[axis];
    const levels = levelsOf(along, 0.01);
    const side = Math.max(SIDE_LEVELS, Math.ceil(SIDE_SHARE * levels.length));
    const inner = levels.slice(side - 1, levels.length - side);
    return thinned(inner, MOST_KNOTS).map((value) => ({
      axis: axis === 'scale' && table.variables.length === 1 ? table.variables[0] : axis,
      value,
      held: columns.map((column, index) =>
        column.map((x, row) => {
          if (axis !== 'scale' && table.variables[index] !== axis) return x;
          return x * pow(Math.min(1, value / along[row]), axis === 'scale' ? 1 / columns.length : 1);
        }),
      ),
      beyond: Array.from(along).flatMap((x, row) => (x > value * 1.001 ? [row] : [])),
    }));
  });
}

function thinned(values: readonly number[], most: number): number[] {
  if (values.length <= most) return [...values];
  return Array.from({ length: most }, (_, index) => values[Math.round((index * (values.length - 1)) / (most - 1))]);
}

/** What is left of scale beyond a knot. */
export interface Kept {
  /** The power to which what exceeds the knot must be raised so that the law with a floor fits best: 1 all, 0 nothing, below it harms. */
  readonly power: number;
  /** Whether it harms beyond doubt: the fit with nothing left is worse at the level of the rise. */
  readonly harms: boolean;
}

/** By fits in which what exceeds the knot is raised to one power after the other. */
export function keptBeyond(table: ScalingTable, { held }: Knot): Kept {
  const objectiveAt = (power: number): number => {
    const effective = table.variables.map((name, index) => [
      name,
      held[index].map((x, row) => x * pow(table.data.columns[name][row] / x, power)),
    ]);
    const data = { ...table.data, columns: { ...table.data.columns, ...Object.fromEntries(effective) } };
    return fitLaw(table.floored, data, { objective: LEAST_SQUARES }).objective;
  };
  const objectives = POWERS.map(objectiveAt);
  const least = Math.min(...objectives);
  const power = POWERS[objectives.indexOf(least)];
  const degrees = Math.max(1, table.data.rows - table.floored.parameters.length - 1);
  const t = Math.sqrt(((objectives[POWERS.indexOf(0)] - least) / least) * degrees);
  return { power, harms: power < 0 && 1 - studentCdf(t, degrees) < LEVEL.rise };
}
