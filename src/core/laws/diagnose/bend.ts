import { studentCdf } from '../../math/distributions.ts';
import { exp, pow } from '../../math/elementary.ts';
import type { Projection } from '../../math/projection.ts';
import { fitLaw } from '../fit/fit-law.ts';
import { countText, LEVEL, pText } from './finding.ts';
import type { DetectorId, Finding } from './finding.ts';
import { LEAST_SQUARES } from './null-law.ts';
import type { NullLaw, NullLaws } from './null-law.ts';

import { scan } from './scan.ts';
import type { Scan } from './scan.ts';
import { levelsOf } from './scaling-table.ts';
import type { ScalingTable } from './scaling-table.ts';

/** Levels that must lie on either side of a bend, and their share: a few runs at the end are outliers and no law. */
const SIDE_LEVELS = 2;
const SIDE_SHARE = 0.1;
/** Knots that are tried on one axis. */
const MOST_KNOTS = 10;
/** A change of the slope by less than this share of it is no reason to give up a law; fine is what excludes a larger one. */
const MATERIAL = 0.25;
/**
 * A bend that takes away less than this share of the squared scatter around the law is within what real runs do around a law that
 * still serves: they scatter unequally and together, which no test here knows.
 */
const MATERIAL_SHARE = 0.25;
/** Scale that counts to no more than this power beyond the bend buys nothing that matters. */
const STOPPED = 0.3;
const POWERS = [-0.4, -0.2, 0, 0.2, 0.4, 0.6, 0.8, 1];

/** Where the law may bend: beyond a value of one variable, or of compute, which moves all of them. */
export interface Knot {
  readonly axis: string;
  readonly value: number;
  /** The law's variables, held at the knot beyond it. */
  readonly held: readonly Float64Array[];
  readonly beyond: readonly number[];
}

/** A bend that was found. */
export interface Bend {
  readonly finding: Finding;
  readonly knot?: Knot;
  /** Whether the loss no longer falls beyond the knot. */
  readonly stops?: boolean;
  /** Whether it rises there. */
  readonly harms?: boolean;
}

/**
 * The local slope rises with scale: not yet the regime in which a law holds. Each departure makes the law (without a floor) steeper beyond a knot, one unit
 * doubling its slope; the largest t refers to its own distribution. A floor only flattens, so that clean data with an unseen one alarm
 * less; one that is seen belongs to the law.
 */
export function detectSteepening(table: ScalingTable, nulls: NullLaws, clean: Projection, hasFloor: boolean): Bend {
  const knots = knotsOf(table, ['scale']);
  const law = hasFloor ? nulls.floored : nulls.plain;
  const found = scan({
    law: hasFloor ? clean : nulls.plain.projection,
    response: residualsOf(table, law),
    departures: knots.map(({ held }) => gain(table, law, held).map((value) => -value)),
    side: 'positive',
    level: LEVEL.steepening,
  });
  return bendOf('steepening', found, knots, {
    alarm: ({ value, axis }, { effect, pValue }) =>
      `Beyond ${axisText(axis)} ${countText(value)} the loss falls ${(1 + effect).toFixed(1)} times as fast as the law (${pText(pValue)}).`,
    fine: 'The slope does not rise along the scale',
    remedy: 'The runs are not yet in the scaling regime: leave out the smallest, tune them, or train larger ones.',
  });
}

/**
 * The loss falls less beyond a knot than any law with a floor allows: a break, or a plateau by what stands on the knot's axis. One unit is a
 * complete stop.
 */
export function detectFlattening(table: ScalingTable, nulls: NullLaws, clean: Projection): Bend {
  const knots = knotsOf(table, table.variables.length > 1 ? ['scale', ...table.variables] : ['scale']);
  const found = scan({
    law: clean,
    response: residualsOf(table, nulls.floored),
    departures: knots.map(({ held }) => gain(table, nulls.floored, held)),
    side: 'positive',
    level: LEVEL.flattening,
  });
  const isAlarm = found !== undefined && found.pValue <= LEVEL.flattening && isMaterial(found);
  const kept = isAlarm ? keptBeyond(table, knots[found.at]) : undefined;
  const stops = kept !== undefined && kept.power <= STOPPED;
  const bend = bendOf('flattening', found, knots, {
    alarm: ({ value, axis }, { pValue }) =>
      stops
        ? `Beyond ${axisText(axis)} ${countText(value)} the loss no longer falls as the law says (${pText(pValue)}).`
        : `Beyond ${axisText(axis)} ${countText(value)} the loss falls more slowly than any law with a floor (${pText(pValue)}).`,
    fine: 'The loss does not stop falling before the law says so',
    remedy:
      'Look at what changed there: data that repeat, a learning rate that was not tuned again, a bug at that size.',
  });
  return { ...bend, stops, harms: kept?.harms ?? false };
}

const axisText = (axis: string): string => (axis === 'scale' ? 'a compute of' : `${axis} of`);

function residualsOf(table: ScalingTable, law: NullLaw): Float64Array {
  const fitted = law.at(table.variables.map((name) => table.data.columns[name]));
  return table.response.map((y, row) => y - fitted[row]);
}

/** What the law gains beyond a knot: the logarithm of its value at the knot over its value. */
function gain(table: ScalingTable, law: NullLaw, held: readonly Float64Array[]): Float64Array {
  const fitted = law.at(table.variables.map((name) => table.data.columns[name]));
  return law.at(held).map((value, row) => value - fitted[row]);
}

/** Knots on the given axes, at levels with enough levels on both sides, thinned to a few. */
function knotsOf(table: ScalingTable, axes: readonly string[]): Knot[] {
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
          return x * Math.min(1, value / along[row]) ** (axis === 'scale' ? 1 / columns.length : 1);
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
interface Kept {
  /** The power to which what exceeds the knot must be raised so that the law with a floor fits best: 1 all, 0 nothing, below it harms. */
  readonly power: number;
  /** Whether it harms beyond doubt: the fit with nothing left is worse at the level of the rise. */
  readonly harms: boolean;
}

function keptBeyond(table: ScalingTable, { held }: Knot): Kept {
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

const isMaterial = ({ effect, explained }: Scan): boolean => effect >= MATERIAL && explained >= MATERIAL_SHARE;

interface Sentences {
  alarm(knot: Knot, found: Scan): string;
  readonly fine: string;
  readonly remedy: string;
}

function bendOf(id: DetectorId, found: Scan | undefined, knots: readonly Knot[], texts: Sentences): Bend {
  const level = LEVEL[id as 'flattening' | 'steepening'];
  if (!found) {
    const sentence = `Too few levels to see where the loss would bend (${id}).`;
    return {
      finding: { id, verdict: 'cannot-tell', sentence, pValue: null, effect: null, resolves: null, rows: [] },
    };
  }
  const { pValue, effect, resolves, highest } = found;
  if (pValue <= level && isMaterial(found)) {
    const knot = knots[found.at];
    return {
      finding: {
        id,
        verdict: 'alarm',
        sentence: texts.alarm(knot, found),
        pValue,
        effect,
        resolves,
        remedy: texts.remedy,
        rows: knot.beyond,
      },
      knot,
    };
  }
  const quiet = { id, pValue, effect, resolves, rows: [] };
  if (pValue <= level && effect >= MATERIAL) {
    const { beyond, axis, value } = knots[found.at];
    return {
      finding: {
        ...quiet,
        verdict: 'cannot-tell',
        sentence: `Beyond ${axisText(axis)} ${countText(value)} the slope changes by ${percentOf(effect)} (${pText(pValue)}), but that explains only ${percentOf(found.explained)} of the scatter.`,
        remedy: 'Look at the runs beyond that point: they may depart from the law together.',
        rows: beyond,
      },
    };
  }
  const isExcluded = highest < MATERIAL;
  const limit = highest > 9.99 ? '' : `; a change of the slope by ${percentOf(highest)} is not excluded`;
  const sentence = isExcluded
    ? `${texts.fine}: by no more than ${percentOf(Math.max(0, highest))} of the slope (${pText(pValue)}).`
    : `${texts.fine} as far as these runs can tell (${pText(pValue)}${limit}).`;
  return { finding: { ...quiet, verdict: isExcluded ? 'fine' : 'cannot-tell', sentence } };
}

const percentOf = (share: number): string => `${Math.round(100 * share)} %`;
