import { repairText } from '../../core/scaling/repair.ts';
import type { Repair } from '../../core/scaling/repair.ts';
import { listed } from '../../core/terms/names.ts';
import { wrap } from './wrap.ts';

/** So many lines of repairs are printed, those farthest from their nominal size first. */
const SHOWN_LINES = 12;
/** So many of the sizes that were repaired alike are named. */
const SHOWN_NAMES = 3;

/** What was repaired; sizes that were repaired alike stand in one line. */
export function repairLines(repairs: readonly Repair[]): string[] {
  if (repairs.length === 0) return [];
  const alike = [...Map.groupBy(repairs, (repair) => repairText({ ...repair, at: '' })).values()];
  const distance = ([{ nominal, to }]: readonly Repair[]): number => Math.abs(Math.log(to / nominal));
  const lines = alike.toSorted((a, b) => distance(b) - distance(a));
  const rest = lines.slice(SHOWN_LINES).reduce((sum, group) => sum + group.length, 0);
  return [
    '',
    'Repairs',
    ...lines.slice(0, SHOWN_LINES).flatMap((group) => wrap(`  ${groupText(group)}`, '    ')),
    ...(rest > 0 ? [`  and ${rest} smaller ones: --json lists all`] : []),
  ];
}

const groupText = (group: readonly Repair[]): string =>
  repairText({
    ...group[0],
    at: listed(
      group.map(({ at }) => at),
      SHOWN_NAMES,
    ),
  });
