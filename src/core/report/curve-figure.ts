import type { ScheduleForecast, LossCurve } from '../laws/index.ts';
import type { Figure, Ink, Mark, Point } from './figure.ts';

/** More dots than this hide the line. */
const DOTS = 60;
/** Shares of the losses that the axis shows: the steep beginning would flatten the rest. */
const SHOWN = 0.97;
/** Letters that fit beside a curve's end. */
const LONGEST_NAME = 16;

/** A curve with what the law says along its schedule. */
export interface DrawnCurve {
  readonly run: string;
  readonly observed?: Pick<LossCurve, 'steps' | 'losses'>;
  readonly forecasts: readonly ScheduleForecast[];
}

/** Observed losses, the law's line and the band of its widest interval, by curve. */
export function curveFigure(title: string, caption: string, curves: readonly DrawnCurve[]): Figure {
  const losses = curves.flatMap(({ observed, forecasts }) => [
    ...(observed?.losses ?? []),
    ...forecasts.map(({ loss }) => loss),
  ]);
  const highest = losses.toSorted((a, b) => a - b)[Math.floor(SHOWN * (losses.length - 1))];
  const marks = curves.flatMap((curve, index): Mark[] => {
    const ink: Ink = curves.length === 1 ? 'prediction' : { ramp: index / (curves.length - 1) };
    return [...curveMarks(curve, ink, highest), ...(curves.length > 1 ? [nameMark(curve, ink)] : [])];
  });
  return {
    id: 'curves',
    title,
    caption,
    x: { label: 'step', scale: 'linear' },
    y: { label: 'loss (nats/token)', scale: 'linear' },
    marks,
  };
}

function curveMarks({ observed, forecasts }: DrawnCurve, ink: Ink, highest: number): Mark[] {
  const shown = forecasts.filter(({ loss }) => loss <= highest);
  return [
    {
      kind: 'band',
      ink,
      points: shown.map(({ step, intervals }) => ({
        x: step,
        low: intervals.at(-1)!.low,
        high: intervals.at(-1)!.high,
      })),
    },
    { kind: 'dots', ink: 'muted', points: dots(observed).filter(({ y }) => y <= highest) },
    { kind: 'line', ink, points: shown.map(({ step, loss }) => ({ x: step, y: loss })) },
  ];
}

function nameMark({ run, forecasts }: DrawnCurve, ink: Ink): Mark {
  const last = forecasts.at(-1)!;
  return { kind: 'label', x: last.step, y: last.loss, text: run.slice(0, LONGEST_NAME), ink, side: 'right' };
}

function dots(observed: DrawnCurve['observed']): Point[] {
  if (!observed) return [];
  const every = Math.max(1, Math.ceil(observed.steps.length / DOTS));
  return observed.steps.flatMap((x, row) => (row % every === 0 ? [{ x, y: observed.losses[row] }] : []));
}
