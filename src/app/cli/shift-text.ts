import type { EffectiveRobustness, ShiftLine } from '../../core/laws/downstream/shift-line.ts';
import type { ShiftedLaws } from '../../core/laws/downstream/shifted-laws.ts';
import type { Joined } from '../../core/observations/join.ts';
import { shortened, table } from './format.ts';
import { wrap } from './wrap.ts';

/** Models shown at each end. */
const SHOWN = 5;
/** A bend is reported from this p value down, where it explains so much more of the variance. */
const BENT = { pValue: 1e-3, gain: 0.01 };
/** An interval whose ends lie further apart than this factor says nothing. */
const WIDE = 1000;
const LONGEST_NAME = 28;

const points = (share: number): string => (100 * share).toFixed(1);
const nats = (loss: number): string => loss.toFixed(3);

/** The line under shift, within 80 columns. */
export function shiftText(line: ShiftLine, joined: Joined, scale?: { name: string; laws: ShiftedLaws }): string {
  const { axes, slope, offset, r2, scatter, bend, models, fit } = line;
  const isLoss = axes === 'log';
  const off = models.filter(({ isOff }) => isOff).length;
  const ranked = models.toSorted((a, b) => b.robustness - a.robustness);
  const shown = ranked.length > 2 * SHOWN ? [...ranked.slice(0, SHOWN), ...ranked.slice(-SHOWN)] : ranked;
  const [without, otherWithout] = joined.unmatched;
  return [
    `${isLoss ? 'Loss' : 'Accuracy'} under shift: ${models.length} models, the line by ${fit.n} of them`,
    `  ${axes}(ood) = ${offset.value.toFixed(3)} + ${slope.value.toFixed(3)} ${axes}(id)`,
    `  slope ${slope.interval.low.toFixed(3)} to ${slope.interval.high.toFixed(3)} (95 %), R2 ${r2.toFixed(3)}, scatter ${scatter.toPrecision(3)}`,
    ...(without + otherWithout + joined.empty > 0
      ? wrap(`  left out: ${without} and ${otherWithout} rows without a partner, ${joined.empty} with an empty cell`)
      : []),
    ...(bend && bend.pValue < BENT.pValue && bend.r2 > r2 + BENT.gain
      ? wrap(
          `Beware: the models bend away from a line (a parabola explains R2 ${bend.r2.toFixed(3)}, p ${bend.pValue.toExponential(0)}): at the ends the line is not what to expect.`,
        )
      : []),
    '',
    isLoss
      ? 'Shifted loss less what the line expects: below 0 is better'
      : 'Effective robustness: shifted accuracy less what the line expects, in points',
    table(
      ['model', 'id', 'ood', 'expected', isLoss ? 'excess' : 'robustness', '95 %'],
      shown.map((model) => row(model, isLoss ? nats : points)),
    ),
    ...wrap(
      `${off} of ${models.length} models lie off the line; ${Math.round(0.05 * models.length)} would by chance alone.`,
    ),
    ...(scale ? ['', ...lawLines(scale)] : []),
  ].join('\n');
}

function row(
  { run, id, ood, expected, robustness, interval }: EffectiveRobustness,
  digits: (value: number) => string,
): string[] {
  const signed = (value: number): string => `${value >= 0 ? '+' : ''}${digits(value)}`;
  return [
    shortened(run, LONGEST_NAME),
    digits(id),
    digits(ood),
    digits(expected),
    signed(robustness),
    `${signed(interval.low)} to ${signed(interval.high)}`,
  ];
}

function lawLines({ name, laws }: { name: string; laws: ShiftedLaws }): string[] {
  const rows = (['id', 'ood'] as const).map((of) => {
    const { fit, intervals } = laws[of];
    const range = (parameter: string): string => {
      const interval = intervals[parameter];
      if (!interval) return '(at its bound)';
      if (interval.high > WIDE * interval.low) return '(not determined)';
      return `${interval.low.toPrecision(3)} to ${interval.high.toPrecision(3)}`;
    };
    const { alpha, E } = fit.parameters;
    return [of, alpha.toPrecision(3), range('alpha'), E.toPrecision(3), range('E')];
  });
  return [
    `The loss (or error) as E + A / ${name}^alpha, in distribution and under shift`,
    table(['', 'alpha', '95 %', 'E', '95 %'], rows),
  ];
}
