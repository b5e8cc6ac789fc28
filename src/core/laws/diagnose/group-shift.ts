import type { Projection } from '../../math/projection.ts';
import { countText, LEVEL, percentText, pText } from './finding.ts';
import type { Finding } from './finding.ts';
import type { NullLaw } from './null-law.ts';
import { scan } from './scan.ts';
import { levelsOf } from './scaling-table.ts';
import type { ScalingTable } from './scaling-table.ts';

/** Runs that a group needs to be judged. */
const FEWEST = 2;
/** A shift of less than this (log loss) is of no consequence; fine is what excludes a larger one. */
const MATERIAL = 0.01;

interface Group {
  readonly name: string;
  readonly rows: readonly number[];
}

/**
 * Shallow models that do not follow the law of the deep ones: the largest |t| of a shift of all models up to a depth, over depths, given the law. Undefined
 * where no depths are known or all are the same.
 */
export function detectShallow(table: ScalingTable, law: NullLaw, clean: Projection): Finding | undefined {
  const depths = table.data.columns.depth;
  if (!depths) return undefined;
  const levels = levelsOf(depths);
  if (levels.length < 2) return undefined;
  const groups = levels.slice(0, -1).map((most) => ({
    name: `Models of depth ${countText(most)} and less`,
    rows: rowsWhere(depths, (depth) => depth <= most),
  }));
  return shiftFinding(
    'shallow',
    table,
    { law, clean, groups },
    {
      alarm: 'off the law of the deeper ones',
      fine: 'Shallow models follow the law of the deep ones',
      remedy: 'Leave the shallow models out, or keep the ratio of depth to width along the ladder.',
    },
  );
}

/** Runs of another schedule that do not share the law of the rest. Undefined where no schedules are known or all are the same. */
export function detectSchedules(
  table: ScalingTable,
  law: NullLaw,
  clean: Projection,
  labels: readonly string[] | undefined,
): Finding | undefined {
  if (!labels) return undefined;
  const own = table.places.map((place) => labels[place]);
  const names = [...new Set(own)];
  if (names.length < 2) return undefined;
  const groups = names.map((name) => ({
    name: `Runs with the schedule '${name}'`,
    rows: own.flatMap((label, row) => (label === name ? [row] : [])),
  }));
  return shiftFinding(
    'schedules',
    table,
    { law, clean, groups },
    {
      alarm: 'off the law of the others: schedules are mixed',
      fine: `${names.length} schedules share one law`,
      remedy: 'Fit each schedule alone, or correct for it with a law of the whole curve.',
    },
  );
}

const rowsWhere = (column: Float64Array, keeps: (value: number) => boolean): number[] =>
  Array.from(column).flatMap((value, row) => (keeps(value) ? [row] : []));

interface Setting {
  readonly law: NullLaw;
  readonly clean: Projection;
  readonly groups: readonly Group[];
}

function shiftFinding(
  id: 'shallow' | 'schedules',
  table: ScalingTable,
  { law, clean, groups }: Setting,
  texts: { readonly alarm: string; readonly fine: string; readonly remedy: string },
): Finding {
  const judged = groups.filter(({ rows }) => rows.length >= FEWEST && rows.length <= table.places.length - FEWEST);
  const fitted = law.at(table.variables.map((name) => table.data.columns[name]));
  const found = scan({
    law: clean,
    response: table.response.map((y, row) => y - fitted[row]),
    departures: judged.map(({ rows }) => {
      const column = new Float64Array(table.places.length);
      for (const row of rows) column[row] = 1;
      return column;
    }),
    side: 'both',
    level: LEVEL[id],
  });
  if (!found) {
    const sentence = `Too few runs to compare groups (${id}).`;
    return { id, verdict: 'cannot-tell', sentence, pValue: null, effect: null, resolves: null, rows: [] };
  }
  const { pValue, effect, resolves, highest } = found;
  const group = judged[found.at];
  if (pValue <= LEVEL[id] && Math.abs(effect) >= MATERIAL) {
    const sentence = `${group.name} lie ${percentText(effect)} ${texts.alarm} (${pText(pValue)}).`;
    return { id, verdict: 'alarm', sentence, pValue, effect, resolves, remedy: texts.remedy, rows: group.rows };
  }
  const isExcluded = highest < MATERIAL;
  const sentence = isExcluded
    ? `${texts.fine}: within ${percentText(highest)} (${pText(pValue)}).`
    : `${texts.fine} as far as these runs can tell (${pText(pValue)}; ${percentText(highest)} is not excluded).`;
  return { id, verdict: isExcluded ? 'fine' : 'cannot-tell', sentence, pValue, effect, resolves, rows: [] };
}
