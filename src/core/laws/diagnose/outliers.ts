import { studentCdf, studentQuantile } from '../../math/distributions.ts';
import { dot } from '../../math/linear.ts';
import type { Projection } from '../../math/projection.ts';
import { LEVEL, percentText, POWER, pText } from './finding.ts';
import type { Finding } from './finding.ts';
import { cleanShapes, fitNulls } from './null-law.ts';
import type { NullLaws } from './null-law.ts';
import { floorPValue } from './floor.ts';
import { keepRows } from './scaling-table.ts';
import type { ScalingTable } from './scaling-table.ts';

/** Rows that may be called outliers at most: more are no outliers but another law, and each costs two fits. */
const LARGEST_SHARE = 0.1;
const MOST_OUTLIERS = 25;
/** A run that lies nearer to the law than this harms nothing. */
const MATERIAL = 0.005;
/** Distance from the law that the detector is stated for. */
const STATED_EFFECT = 0.05;
/** A neighbour that departs to the same side by this t makes it a shape and not an outlier. */
const COMPANION = 2;

/** A run off the law. */
export interface Outlier {
  /** Row of the table that was judged. */
  readonly row: number;
  /** Log loss beyond what the other runs' law expects. */
  readonly excess: number;
  readonly pValue: number;
}

export interface OutlierSearch {
  readonly finding: Finding;
  /** The table without them. */
  readonly rest: ScalingTable;
  readonly nulls: NullLaws;
}

interface Worst extends Outlier {
  readonly resolves: number;
  readonly deleted: readonly number[];
}

/**
 * Runs that depart from the law of the others: studentised deleted residuals against Student's t with Bonferroni's bound; the worst is left out, the
 * law is fitted again, and so on while one stands out.
 */
export function searchOutliers(table: ScalingTable): OutlierSearch {
  const most = Math.min(MOST_OUTLIERS, Math.max(1, Math.floor(LARGEST_SHARE * table.places.length)));
  const outliers: Outlier[] = [];
  let rest = table;
  let rows = table.places.map((_, row) => row);
  const before = fitNulls(table);
  let nulls = before;
  let worst = worstOf(rest, nulls);
  const first = worst;
  while (worst && outliers.length < most && isOutlier(rest, worst)) {
    const { row, excess, pValue } = worst;
    outliers.push({ row: rows[row], excess, pValue });
    rows = rows.filter((_, index) => index !== row);
    rest = keepRows(rest, (index) => index !== row);
    nulls = fitNulls(rest);
    worst = worstOf(rest, nulls);
  }
  return { finding: findingOf(table, outliers, first, [before, nulls]), rest, nulls };
}

function isOutlier(table: ScalingTable, { row, excess, pValue, deleted }: Worst): boolean {
  if (pValue > LEVEL.outliers || Math.abs(excess) < MATERIAL) return false;
  if (table.variables.length > 1) return true;
  const order = Array.from(table.scale, (_, index) => index).sort((a, b) => table.scale[a] - table.scale[b]);
  const place = order.indexOf(row);
  const neighbours = [order[place - 1], order[place + 1]].filter((index) => index !== undefined);
  return neighbours.every((index) => deleted[index] * Math.sign(excess) < COMPANION);
}

function worstOf(table: ScalingTable, nulls: NullLaws): Worst | undefined {
  const clean = cleanShapes(table, nulls, floorPValue(table, nulls));
  return worstRow(table, nulls, clean);
}

function worstRow(table: ScalingTable, nulls: NullLaws, clean: Projection): Worst | undefined {
  const rows = table.places.length;
  const degrees = rows - clean.rank - 1;
  if (degrees < 2) return undefined;
  const fitted = nulls.floored.at(table.variables.map((name) => table.data.columns[name]));
  const residuals = clean.residual(table.response.map((y, row) => y - fitted[row]));
  const free = clean.leverages(rows).map((share) => Math.max(0, 1 - share));
  const square = dot(residuals, residuals);
  const deleted = Array.from(residuals, (residual, row) => {
    if (free[row] < 1e-6) return 0;
    const others = Math.max(square - (residual * residual) / free[row], 1e-24 * square + 1e-300);
    return residual / Math.sqrt((others / degrees) * free[row]);
  });
  const row = deleted.reduce((top, t, index) => (Math.abs(t) > Math.abs(deleted[top]) ? index : top), 0);
  const pValue = Math.min(1, 2 * rows * (1 - studentCdf(Math.abs(deleted[row]), degrees)));
  const needed = studentQuantile(1 - LEVEL.outliers / (2 * rows), degrees) + studentQuantile(POWER, degrees);
  const typical = free.toSorted((a, b) => a - b)[Math.floor(rows / 2)];
  return {
    row,
    excess: residuals[row] / Math.max(free[row], 1e-6),
    pValue,
    deleted,
    resolves: needed * Math.sqrt(square / (degrees + 1) / typical),
  };
}

function findingOf(
  table: ScalingTable,
  outliers: readonly Outlier[],
  first: Worst | undefined,
  laws: readonly [NullLaws, NullLaws],
): Finding {
  const id = 'outliers' as const;
  if (!first) {
    const sentence = 'Too few runs to tell an outlier from noise.';
    return { id, verdict: 'cannot-tell', sentence, pValue: null, effect: null, resolves: null, rows: [] };
  }
  const { pValue, excess: effect, resolves } = first;
  if (outliers.length === 0) {
    const seen = resolves <= STATED_EFFECT;
    const sentence =
      pValue <= LEVEL.outliers
        ? `${table.data.runs[first.row]} lies farthest from the law, by ${percentText(effect)} (${pText(pValue)}), which is little or shared by its neighbours: no outlier.`
        : seen
          ? `No run departs from the law of the others (${pText(pValue)}; ${percentText(resolves)} would be seen).`
          : `No run stands out (${pText(pValue)}), but one that is off by ${percentText(resolves)} need not.`;
    return { id, verdict: seen ? 'fine' : 'cannot-tell', sentence, pValue, effect, resolves, rows: [] };
  }
  const names = outliers.slice(0, 3).map(({ row, excess }) => `${table.data.runs[row]} by ${percentText(excess)}`);
  const more = outliers.length > names.length ? `, and ${outliers.length - names.length} more` : '';
  return {
    id,
    verdict: 'alarm',
    sentence: `${outliers.length === 1 ? '1 run departs' : `${outliers.length} runs depart`} from the law of the others: ${names.join(', ')}${more} (${pText(pValue)}). ${movedText(laws)}`,
    pValue,
    effect,
    resolves,
    remedy: 'Look at those runs; repeat them or leave them out by name, and say so. The verdict here is without them.',
    rows: outliers.map(({ row }) => row),
  };
}

/** "Without them alpha .45 -> .37." */
function movedText([before, after]: readonly [NullLaws, NullLaws]): string {
  const exponents = before.floored.fit.law.parameters
    .map(({ name }) => name)
    .filter((name) => /^(alpha|beta)$/.test(name));
  const text = (value: number): string => value.toFixed(3).replace(/^0/, '');
  const moves = exponents.map(
    (name) => `${name} ${text(before.floored.fit.parameters[name])} -> ${text(after.floored.fit.parameters[name])}`,
  );
  return `Without: ${moves.join(', ')}.`;
}
