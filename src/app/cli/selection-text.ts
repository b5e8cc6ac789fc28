import type { CurveSelection, Selection, SelectionCandidate } from '../../core/laws/index.ts';
import { countText, shortened, table } from './format.ts';
import { wrap } from './wrap.ts';

const NAME_WIDTH = 34;
const CURVE_WIDTH = 20;

const ratioText = (ratio: number | null): string => (ratio === null ? '-' : ratio.toPrecision(2));

/** A selection as a person reads it, within 80 columns. */
export function selectionText(selection: Selection): string {
  const { candidates, axis, rows, largestCost, reach, origins, independent, objective, skipped, exclusions } =
    selection;
  const isLog = objective.residual === 'log';
  const error = (one: SelectionCandidate): string =>
    one.error === null ? '-' : isLog ? `${(100 * one.error).toPrecision(2)} %` : one.error.toPrecision(2);
  const lines = candidates.map((one) => [
    one.name === selection.selected ? '→' : '',
    shortened(one.name, NAME_WIDTH),
    error(one),
    ratioText(one.ratio),
    `${one.wins} of ${one.origins}`,
  ]);
  const left = Map.groupBy(exclusions, ({ reason }) => reason.replace(/ \(.*\)$/, ''));
  return [
    ...wrap(
      `${rows} rows up to ${countText(largestCost)} ${axis}; forecasts as far as ${Number(reach.toPrecision(3))} times the largest known cost, from ${origins} origins (${independent} that share no row).`,
    ),
    '',
    table(['', 'candidate', 'held-out error', 'over last value', 'better at'], lines),
    '',
    ...wrap(selection.sentence),
    ...averageText(selection),
    ...(selection.bestLaw === null || selection.bestLaw === selection.selected
      ? []
      : wrap(`Best single law: ${selection.bestLaw}.`)),
    ...skipped.flatMap(({ name, reason }) => wrap(`Not compared: ${name}: ${reason}`)),
    ...[...left].map(([reason, same]) => `${same.length} left out: ${reason}`),
  ].join('\n');
}

/** What the average is made of. */
function averageText({ candidates, selected }: Selection): string[] {
  const parts = candidates.find(({ kind, name }) => kind === 'average' && name === selected)?.parts ?? [];
  const shares = parts
    .filter(({ weight }) => weight >= 0.005)
    .toSorted((a, b) => b.weight - a.weight)
    .map(({ of, weight }) => `${of} ${Math.round(100 * weight)} %`);
  return shares.length === 0 ? [] : wrap(`The average: ${shares.join(', ')}.`);
}

/** Many curves, one a line. */
export function curvesText(curves: readonly CurveSelection[]): string {
  const lines = curves.map((one) => {
    const name = shortened(one.curve, CURVE_WIDTH);
    if (!('selection' in one)) return [name, '-', '-', '-', '(none)'];
    const { rows, independent, candidates, selected } = one.selection;
    const chosen = candidates.find((candidate) => candidate.name === selected)!;
    return [name, String(rows), String(independent), ratioText(chosen.ratio), selected];
  });
  const better = curves.filter((one) => 'selection' in one && one.selection.beatsLastValue).length;
  return [
    table(['curve', 'rows', 'forecasts', 'ratio', 'selected'], lines),
    '',
    ...wrap('Ratio: held-out error over that of the last value; forecasts: those that share no row.'),
    `${better} of ${curves.length} curves have something that beats the last value.`,
    ...curves.flatMap((one) => ('fault' in one ? wrap(`${one.curve}: ${one.fault}`) : [])),
  ].join('\n');
}
