import type { CostTable } from './cost-table.ts';
import type { Origin } from './origins.ts';
import type { RollingFit } from './rolling-fits.ts';

/** A member of the average: a law's fits at each origin, or `undefined` for the last value. */
export type MemberFits = readonly (RollingFit | undefined)[] | undefined;

/** What an anchored member adds to its law, or the last value's level: the mean over the last levels of observed minus fitted. */
export function shiftOf(table: CostTable, seen: number, levels: number, fit: RollingFit | undefined): number {
  const level = table.levels.indexOf(seen);
  const from = Math.max(fit?.from ?? 0, table.levels[Math.max(0, level - levels)]);
  let sum = 0;
  for (let row = from; row < seen; row++) sum += table.values[row] - (fit?.values[row] ?? 0);
  return sum / (seen - from);
}

/** [origin][held-out row] observed minus forecast, for each member. */
export function heldOutErrors(
  table: CostTable,
  origins: readonly Origin[],
  fits: MemberFits,
  anchor: number,
): (Float64Array | undefined)[] {
  return origins.map(({ seen, end }, index) => {
    const fit = fits?.[index];
    if (fits && !fit) return undefined;
    const shift = anchor === 0 ? 0 : shiftOf(table, seen, anchor, fit);
    return Float64Array.from(
      { length: end - seen },
      (_, at) => table.values[seen + at] - (fit?.values[seen + at] ?? 0) - shift,
    );
  });
}

const meanSquare = (errors: Float64Array): number =>
  errors.reduce((sum, error) => sum + error * error, 0) / errors.length;

/** Root mean square over origins by their weights, each origin's rows weighing the same together; NaN without origins. */
export function rootMeanSquare(origins: readonly Origin[], errors: readonly (Float64Array | undefined)[]): number {
  let [sum, total] = [0, 0];
  for (const [index, { weight }] of origins.entries()) {
    const here = errors[index];
    if (!here) continue;
    sum += weight * meanSquare(here);
    total += weight;
  }
  return Math.sqrt(sum / total);
}
