import type { Projection } from '../../math/projection.ts';
import { countText, LEVEL, pText, ruled } from './finding.ts';
import type { Finding } from './finding.ts';
import { gain, keptBeyond, knotsOf, residualsOf } from './knots.ts';
import type { Knot } from './knots.ts';
import type { NullLaws } from './null-law.ts';
import type { ScalingTable } from './scaling-table.ts';
import { scan } from './scan.ts';
import type { Scan } from './scan.ts';

/** A change of the slope by less than this share of it is no reason to give up a law; fine is what excludes a larger one. */
const MATERIAL = 0.25;
/**
 * A bend that takes away less than this share of the squared scatter around the law is within what real runs do around a law that
 * still serves: they scatter unequally and together, which no test here knows.
 */
const MATERIAL_SHARE = 0.25;
/** Scale that counts to no more than this power beyond the bend buys nothing that matters. */
const STOPPED = 0.3;

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

const isMaterial = ({ effect, explained }: Scan): boolean => effect >= MATERIAL && explained >= MATERIAL_SHARE;

interface Sentences {
  alarm(knot: Knot, found: Scan): string;
  readonly fine: string;
  readonly remedy: string;
}

function bendOf(
  id: 'flattening' | 'steepening',
  found: Scan | undefined,
  knots: readonly Knot[],
  texts: Sentences,
): Bend {
  if (!found) return { finding: ruled(id, 'cannot-tell', `Too few levels to see where the loss would bend (${id}).`) };
  const { pValue, effect, resolves } = found;
  const numbers = { id, pValue, effect, resolves };
  const knot = knots[found.at];
  if (pValue > LEVEL[id] || effect < MATERIAL) return { finding: { ...numbers, ...quietly(found, texts), rows: [] } };
  if (isMaterial(found)) {
    const sentence = texts.alarm(knot, found);
    return { finding: { ...numbers, verdict: 'alarm', sentence, remedy: texts.remedy, rows: knot.beyond }, knot };
  }
  const where = `${axisText(knot.axis)} ${countText(knot.value)}`;
  return {
    finding: {
      ...numbers,
      verdict: 'cannot-tell',
      sentence: `Beyond ${where} the slope changes by ${percentOf(effect)} (${pText(pValue)}), but that explains only ${percentOf(found.explained)} of the scatter.`,
      remedy: 'Look at the runs beyond that point: they may depart from the law together.',
      rows: knot.beyond,
    },
  };
}

/** What is said where nothing stands out: fine where a change that matters is excluded. */
function quietly({ highest, pValue }: Scan, { fine }: Sentences): Pick<Finding, 'verdict' | 'sentence'> {
  if (highest < MATERIAL) {
    const most = percentOf(Math.max(0, highest));
    return { verdict: 'fine', sentence: `${fine}: by no more than ${most} of the slope (${pText(pValue)}).` };
  }
  const limit = highest > 9.99 ? '' : `; a change of the slope by ${percentOf(highest)} is not excluded`;
  return {
    verdict: 'cannot-tell',
    sentence: `${fine} as far as these runs can tell (${pText(pValue)}${limit}).`,
  };
}

const percentOf = (share: number): string => `${Math.round(100 * share)} %`;
