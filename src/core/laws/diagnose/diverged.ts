import { log } from '../../math/elementary.ts';
import type { Observations } from '../../terms/observation.ts';
import { countText, percentText, ruled } from './finding.ts';
import type { Finding } from './finding.ts';

/** A run that ends this far above its own best (log loss) has come apart. */
const CAME_APART = 0.05;

/** Runs whose loss is no number, lies above what guessing costs, or ended well above its own best. */
export function detectDiverged(data: Observations, vocabulary?: number): Finding {
  const { loss } = data.columns;
  const bad = rowsWhere(data, (row) => !(Number.isFinite(loss[row]) && loss[row] > 0));
  const guessing = vocabulary === undefined ? Infinity : log(vocabulary);
  const blind = rowsWhere(data, (row) => loss[row] >= guessing && Number.isFinite(loss[row]));
  const apart = cameApart(data);
  const parts = [
    said(bad.length, 'a loss that is no positive number'),
    said(blind.length, `a loss above log(vocabulary) = ${countText(guessing)}: no better than guessing`),
    said(apart.length, `a loss more than ${percentText(CAME_APART)} above the best of the same run`),
  ].filter((part) => part !== '');
  if (parts.length === 0)
    return ruled('diverged', 'fine', 'Every loss is a positive number, and no run ends above its own best.');
  return ruled(
    'diverged',
    'alarm',
    `Diverged: ${parts.join('; ')}.`,
    [...new Set([...bad, ...blind, ...apart])].sort((a, b) => a - b),
    'Leave those runs out and run them again with a smaller learning rate; the verdict here is without them.',
  );
}

const said = (count: number, what: string): string =>
  count === 0 ? '' : `${count} ${count === 1 ? 'row has' : 'rows have'} ${what}`;

const rowsWhere = (data: Observations, is: (row: number) => boolean): number[] =>
  Array.from({ length: data.rows }, (_, row) => row).filter(is);

/** Last rows of runs of several rows that end above their own best. */
function cameApart(data: Observations): number[] {
  const { loss } = data.columns;
  const runs = Map.groupBy(
    rowsWhere(data, (row) => loss[row] > 0),
    (row) => data.runs[row],
  );
  if (runs.size < 2) return [];
  return [...runs.values()].flatMap((rows) => {
    const last = rows.reduce((a, b) => (progressOf(data, b) >= progressOf(data, a) ? b : a));
    const best = rows.reduce((least, row) => Math.min(least, loss[row]), Infinity);
    return log(loss[last] / best) > CAME_APART ? [last] : [];
  });
}

/** How far a run had come at a row. */
export function progressOf({ columns }: Observations, row: number): number {
  const column = columns.steps ?? columns.tokens ?? columns.samples ?? columns.portion ?? columns.flops;
  return column ? column[row] : row;
}
