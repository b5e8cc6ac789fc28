import type { ShiftLine } from '../laws/downstream/shift-line.ts';
import { log } from '../math/elementary.ts';
import { normalQuantile } from '../math/normal.ts';
import type { Figure, Point } from './figure.ts';

/** The shifted metric over the metric on the axes of the line; models off it stand out. */
export function shiftFigure({ axes, models, slope, offset }: ShiftLine, names: { id: string; ood: string }): Figure {
  const [to, axis] = axes === 'probit' ? [normalQuantile, 'probit'] : [log, 'logarithm'];
  const at = ({ id, ood }: ShiftLine['models'][number]): Point => ({ x: to(id), y: to(ood) });
  const xs = models.map(({ id }) => to(id));
  const ends = [xs.reduce((a, b) => Math.min(a, b), Infinity), xs.reduce((a, b) => Math.max(a, b), -Infinity)];
  return {
    id: 'shift',
    title: 'The metric under shift',
    caption:
      'Both on the axes of the line; orange: models whose 95 % interval leaves the line out; dashed: no loss by shift.',
    x: { label: `${axis} of ${names.id}`, scale: 'linear' },
    y: { label: `${axis} of ${names.ood}`, scale: 'linear' },
    marks: [
      { kind: 'line', points: ends.map((x) => ({ x, y: x })), ink: 'muted', dashed: true },
      { kind: 'dots', points: models.filter(({ isOff }) => !isOff).map(at), ink: 'muted' },
      { kind: 'dots', points: models.filter(({ isOff }) => isOff).map(at), ink: 'actual' },
      {
        kind: 'line',
        points: ends.map((x) => ({ x, y: offset.value + slope.value * x })),
        ink: 'prediction',
        bold: true,
      },
    ],
  };
}
