import type { ObservationalLaw } from '../laws/downstream/observational.ts';
import type { Figure } from './figure.ts';

/** Held-out models over compute: what came, and the interval that was forecast from their benchmark scores. */
export function observeFigure({ heldOut }: ObservationalLaw, target: string): Figure {
  return {
    id: 'observe',
    title: `${target}: forecast and outcome`,
    caption:
      'Models dearer than any that was fitted. Bars: 95 % intervals from their benchmark scores; orange: what came.',
    x: { label: 'training compute (FLOPs)', scale: 'log' },
    y: { label: target, scale: 'linear' },
    marks: [
      ...heldOut.map(
        ({ flops, interval }) =>
          ({ kind: 'interval', x: flops, low: interval.low, high: interval.high, ink: 'prediction' }) as const,
      ),
      { kind: 'dots', points: heldOut.map(({ flops, expected }) => ({ x: flops, y: expected })), ink: 'prediction' },
      {
        kind: 'dots',
        points: heldOut.map(({ flops, target: y }) => ({ x: flops, y })),
        ink: 'actual',
        symbol: 'star',
      },
    ],
  };
}
