import type { ShiftLine } from '../laws/downstream/shift-line.ts';
import { normalQuantile } from '../math/normal.ts';
import type { Figure, Point } from './figure.ts';

/** Shifted accuracy over accuracy on probit axes, with the line; models off it stand out. */
export function shiftFigure({ models, slope, offset }: ShiftLine, names: { id: string; ood: string }): Figure {
  const at = ({ id, ood }: ShiftLine['models'][number]): Point => ({ x: normalQuantile(id), y: normalQuantile(ood) });
  const xs = models.map(({ id }) => normalQuantile(id));
  const ends = [xs.reduce((a, b) => Math.min(a, b), Infinity), xs.reduce((a, b) => Math.max(a, b), -Infinity)];
  return {
    id: 'shift',
    title: 'Accuracy under shift',
    caption:
      'Probits of both accuracies; orange: models whose 95 % interval leaves the line out; dashed: no loss by shift.',
    x: { label: `probit of ${names.id}`, scale: 'linear' },
    y: { label: `probit of ${names.ood}`, scale: 'linear' },
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
