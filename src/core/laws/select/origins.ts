import { log, pow } from '../../math/elementary.ts';
import type { CostTable } from './cost-table.ts';

/** A cut through a table: rows before `seen` are known, rows from there to `end` are forecast. */
export interface Origin {
  /** Levels known. */
  readonly levels: number;
  readonly seen: number;
  readonly end: number;
  /** Logarithm of the dearest known cost. */
  readonly logCost: number;
  /** How much it counts: by half for every two reaches that it lies back, and by the share of the reach that the rows fill. */
  readonly weight: number;
}

/** Fewest levels to forecast from. */
export const FEWEST_LEVELS = 4;
/** Origins are laid this many to a reach, going back from the dearest row. */
const STEPS_PER_REACH = 4;
const MOST_ORIGINS = 12;
/** A window that rows fill by less than this share of the reach tells of a nearer forecast than is wanted. */
const LEAST_FILLED = 0.4;
/** Reaches after which an origin counts half. */
const HALF_LIFE = 2;
/** Costs that were meant to be a reach apart may differ by rounding. */
const SLACK = 1e-4;

/** Rolling origins along the cost, the last first; each looks as far ahead, in log cost, as the forecast that is wanted. */
export function rollingOrigins(table: CostTable, reach: number): Origin[] {
  const { logCost, levels } = table;
  const wanted = log(reach);
  const last = logCost[logCost.length - 1];
  const origins: Origin[] = [];
  let previous = levels.length - 1;
  for (let step = 1; step <= MOST_ORIGINS + STEPS_PER_REACH && origins.length < MOST_ORIGINS; step++) {
    const limit = last - (step * wanted) / STEPS_PER_REACH + SLACK;
    const known = Math.min(
      previous - 1,
      levels.findLastIndex((row, level) => level < levels.length - 1 && logCost[row] <= limit) + 1,
    );
    if (known < FEWEST_LEVELS) break;
    const origin = originAt(table, known, wanted);
    if (origin) origins.push(origin);
    previous = known;
  }
  return origins;
}

/** The origin that knows so many levels; none where the rows end long before its reach. */
function originAt({ logCost, levels }: CostTable, known: number, wanted: number): Origin | undefined {
  const seen = levels[known];
  const at = logCost[seen - 1];
  const last = logCost[logCost.length - 1];
  const beyond = levels.findIndex(
    (row, level) => level > known && (row === logCost.length || logCost[row] > at + wanted + SLACK),
  );
  const end = levels[beyond];
  const filled = Math.min(1, (logCost[end - 1] - at) / wanted);
  if (filled < LEAST_FILLED) return undefined;
  return { levels: known, seen, end, logCost: at, weight: pow(0.5, (last - at) / wanted / HALF_LIFE) * filled };
}

/** How many origins can be picked such that no two forecast the same rows. */
export function independentOrigins(origins: readonly Origin[]): number {
  let [count, free] = [0, Infinity];
  for (const { seen, end } of origins.toSorted((a, b) => b.seen - a.seen)) {
    if (end > free) continue;
    count += 1;
    free = seen;
  }
  return count;
}
