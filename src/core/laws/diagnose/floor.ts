import { studentQuantile } from '../../math/distributions.ts';
import { exp, log, square } from '../../math/elementary.ts';
import { minimize } from '../fit/minimize.ts';
import { Problem } from '../fit/problem.ts';
import { LEVEL, pText, POWER } from './finding.ts';
import type { Finding } from './finding.ts';
import { LEAST_SQUARES } from './null-law.ts';
import type { NullLaws } from './null-law.ts';
import { scan } from './scan.ts';
import type { Scan } from './scan.ts';
import type { ScalingTable } from './scaling-table.ts';

/** A floor below this share of the last loss takes less than a tenth off what the next doubling buys. */
const HARMLESS_SHARE = 0.1;
/** One below this share is no floor, however sure. */
const LEAST_SHARE = 0.01;
const LARGEST_SHARE = 0.999;

/**
 * Diminishing returns: does the law flatten toward a floor? A one-sided score test of E = 0 against E > 0: the regression of the log loss on the
 * law without a floor and on 1 / law, which is what a small floor adds, against Student's t (exact in one variable, since the law
 * without a floor is a straight line). Not seen is not absent: it is only `fine` where the data exclude a floor that matters.
 */
export function detectFloor(table: ScalingTable, nulls: NullLaws): Finding {
  const { floored } = nulls;
  const variables = table.variables.map((name) => table.data.columns[name]);
  const found = scoreTest(table, nulls);
  const last = smallestFitted(nulls, variables);
  if (!found) {
    return {
      ...unseen,
      verdict: 'cannot-tell',
      sentence: 'Too few runs to tell a floor from a power law.',
    };
  }
  const share = Math.min(floored.fit.parameters.E / last, 1);
  const highest = upperShare(table, nulls, last);
  const shares = { effect: share, resolves: Math.min(1, found.resolves / last), pValue: found.pValue };
  if (found.pValue <= LEVEL.floor && share >= LEAST_SHARE) {
    return {
      ...unseen,
      ...shares,
      verdict: 'alarm',
      sentence: `It flattens toward a floor of about ${digits(floored.fit.parameters.E)}, ${percent(share)} of the last loss (${pText(found.pValue)}).`,
      remedy: 'Returns diminish: look at what the next doubling buys before paying for it.',
    };
  }
  const isHarmless = highest < HARMLESS_SHARE;
  return {
    ...unseen,
    ...shares,
    verdict: isHarmless ? 'fine' : 'cannot-tell',
    sentence: isHarmless
      ? `No floor above ${percent(highest)} of the last loss (95 % bound; ${pText(found.pValue)}).`
      : `No floor is seen (${pText(found.pValue)}), but one of up to ${percent(highest)} of the last loss would fit as well (95 % bound).`,
    ...(isHarmless
      ? {}
      : { remedy: 'Widen the range of scale, add runs, or lower the noise by more seeds and longer evaluation.' }),
  };
}

function scoreTest(table: ScalingTable, { plain }: NullLaws): Scan | undefined {
  const law = plain.at(table.variables.map((name) => table.data.columns[name]));
  return scan({
    law: plain.projection,
    response: table.response.map((y, row) => y - law[row]),
    departures: [law.map((value) => exp(-value))],
    side: 'positive',
    level: LEVEL.floor,
  });
}

/** Chance of a curvature at least as strong in data without a floor; 1 where it cannot be tested. */
export const floorPValue = (table: ScalingTable, nulls: NullLaws): number => scoreTest(table, nulls)?.pValue ?? 1;

const unseen: Finding = {
  id: 'floor',
  verdict: 'fine',
  sentence: '',
  pValue: null,
  effect: null,
  resolves: null,
  rows: [],
};

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
const digits = (value: number): string => String(Number(value.toPrecision(3)));

function smallestFitted({ floored }: NullLaws, variables: readonly Float64Array[]): number {
  return exp(floored.at(variables).reduce((least, value) => Math.min(least, value), Infinity));
}

/** Highest share of the last loss that a floor can have: profile likelihood, 95 % one-sided, referred to Student's t. */
function upperShare(table: ScalingTable, { floored }: NullLaws, last: number): number {
  const { parameters } = table.floored;
  const place = parameters.findIndex(({ name }) => name === 'E');
  const degrees = table.data.rows - parameters.length;
  if (degrees < 1) return 1;
  const most = floored.fit.objective * (1 + square(studentQuantile(POWER, degrees)) / degrees);
  const raw = parameters.map(({ name }) => floored.fit.parameters[name]);
  const objectiveAt = (share: number): number => {
    const problem = new Problem(table.floored, table.data, LEAST_SQUARES);
    problem.coordinates.lower[place] = log(share * last);
    problem.coordinates.upper[place] = log(share * last);
    return minimize(problem, problem.coordinates.toTheta(raw)).value;
  };
  let [low, high] = [Math.max(floored.fit.parameters.E / last, 1e-6), LARGEST_SHARE];
  if (objectiveAt(high) <= most) return 1;
  for (let step = 0; step < 12; step++) {
    const middle = (low + high) / 2;
    if (objectiveAt(middle) <= most) low = middle;
    else high = middle;
  }
  return high;
}
