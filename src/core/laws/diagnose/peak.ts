import { exp, log, square } from '../../math/elementary.ts';
import { dot } from '../../math/linear.ts';
import type { Projection } from '../../math/projection.ts';
import { countText, LEVEL, percentText, pText } from './finding.ts';
import type { Finding } from './finding.ts';
import type { NullLaws } from './null-law.ts';
import type { Rise } from './rise.ts';
import { scan } from './scan.ts';
import { levelsOf } from './scaling-table.ts';
import type { ScalingTable } from './scaling-table.ts';

/** Half-widths of a peak: shares of the log range, and at least these many distances between levels. */
const WIDTHS = [0.05, 0.1, 0.2];
const NARROWEST = 0.8;
/** Centres that are tried. */
const MOST_CENTRES = 24;
/** A peak of less than this (log loss) is a wobble; fine is what excludes a higher one. */
const MATERIAL = 0.02;
/** Share of the squared scatter around the law that it must take away: see bend.ts. */
const MATERIAL_SHARE = 0.25;
const FEWEST_LEVELS = 6;
/** A curve that goes up by this (log loss) descends twice; one that does not breaks. */
const RISE = 0.01;

/**
 * A peak over the law: double descent in the small. Each departure is a bell over the logarithm of scale, one unit a factor of e in the loss at its top; the
 * largest t refers to its own distribution under the law with a floor. One variable only.
 */
export function detectPeak(table: ScalingTable, nulls: NullLaws, clean: Projection): Rise {
  const quiet = { id: 'peak' as const, pValue: null, effect: null, resolves: null, rows: [] };
  const bells = bellsOver(table.scale);
  const fitted = nulls.floored.at(table.variables.map((name) => table.data.columns[name]));
  const found = scan({
    law: clean,
    response: table.response.map((y, row) => y - fitted[row]),
    departures: bells.map(({ column }) => column),
    side: 'positive',
    level: LEVEL.peak,
  });
  if (!found) {
    const sentence = 'Too few levels to see a peak.';
    return { finding: { ...quiet, verdict: 'cannot-tell', sentence } };
  }
  const { pValue, effect, resolves, highest, explained } = found;
  const numbers = { ...quiet, pValue, effect: Math.max(0, effect), resolves };
  if (pValue <= LEVEL.peak && effect >= MATERIAL && explained >= MATERIAL_SHARE)
    return alarm(table, clean, bells[found.at], numbers);
  const isExcluded = highest < MATERIAL;
  const sentence =
    pValue <= LEVEL.peak
      ? `A bell of ${percentText(effect)} over the law (${pText(pValue)}) explains too little of the scatter to matter.`
      : isExcluded
        ? `No peak over the law (${pText(pValue)}).`
        : `No peak over the law is seen (${pText(pValue)}), but one of ${percentText(highest)} is not excluded.`;
  return { finding: { ...numbers, verdict: isExcluded ? 'fine' : 'cannot-tell', sentence } };
}

interface Bell {
  readonly centre: number;
  readonly width: number;
  readonly column: Float64Array;
}

function bellsOver(scale: Float64Array): Bell[] {
  const levels = levelsOf(scale.map(exp), 0.01).map(log);
  if (levels.length < FEWEST_LEVELS) return [];
  const range = levels.at(-1)! - levels[0];
  const spacing = range / (levels.length - 1);
  const widths = [...new Set(WIDTHS.map((share) => Math.max(share * range, NARROWEST * spacing)))];
  // Centres at levels and between them, not at the ends: there a peak is a rise or a fall.
  const centres = levels.slice(1, -1).flatMap((x, index) => [x, (x + levels[index + 2]) / 2]);
  const step = Math.max(1, Math.ceil(centres.length / MOST_CENTRES));
  return centres
    .filter((_, index) => index % step === 0)
    .flatMap((centre) =>
      widths.map((width) => ({ centre, width, column: scale.map((x) => exp(-square((x - centre) / width))) })),
    );
}

function alarm(
  table: ScalingTable,
  clean: Projection,
  bell: Bell,
  numbers: Omit<Finding, 'verdict' | 'sentence'>,
): Rise {
  const { centre, width } = bell;
  const rows = Array.from(table.scale).flatMap((x, row) => (Math.abs(x - centre) <= 1.5 * width ? [row] : []));
  const sentence = `Around ${table.variables[0]} of ${countText(exp(centre))} the loss stands ${percentText(numbers.effect!)} above the law (${pText(numbers.pValue!)}), and comes back to it.`;
  const remedy = 'Fit no law across the peak; judge only the part beyond it, with several levels of its own.';
  return {
    finding: { ...numbers, verdict: 'alarm', sentence, remedy, rows },
    ...(risesBefore(table, clean, bell) ? { shape: 'double-descent' as const } : {}),
  };
}

/** Whether the law with the bell rises anywhere, and not only falls more slowly. */
function risesBefore({ scale, response }: ScalingTable, clean: Projection, { column }: Bell): boolean {
  const rest = clean.residual(response);
  const { unit } = clean.direction(column)!;
  const share = dot(unit, rest);
  const fitted = response.map((y, row) => y - (rest[row] - share * unit[row]));
  return fitted.some((high, row) => fitted.some((low, other) => scale[other] < scale[row] && high > low + RISE));
}
