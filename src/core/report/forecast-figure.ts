import type { CurveForecast, CurvePoint } from '../laws/index.ts';
import type { Figure, Mark } from './figure.ts';

/** A learning curve and where it is forecast to go. `forecast` should hold targets close enough together to draw a band. */
export function curveForecastFigure(
  points: readonly CurvePoint[],
  forecast: CurveForecast,
  { x, loss, title }: { x: string; loss: string; title: string },
): Figure {
  const { targets, last, abstention } = forecast;
  const marks: Mark[] = [
    { kind: 'dots', ink: 'text', points: points.map((point) => ({ x: point.x, y: point.loss })) },
    ...forecastMarks(forecast),
  ];
  const farthest = targets.at(-1);
  const level = farthest && `${Math.round(100 * farthest.interval.level)} %`;
  return {
    id: 'forecast',
    title,
    caption: farthest
      ? `Dots: measured. Line: average of ${forecast.laws.length} laws carried on from the last value. Band: ${level} interval for what will be measured. Dashed: the last value carried forward.`
      : `Dots: measured, the last at ${last.x}. ${abstention}`,
    x: { label: x, scale: 'log' },
    y: { label: loss, scale: 'log' },
    marks,
  };
}

function forecastMarks({ targets, last }: CurveForecast): Mark[] {
  const farthest = targets.at(-1);
  if (!farthest) return [];
  const from = { x: last.x, loss: last.loss, interval: { low: last.loss, high: last.loss } };
  const path = [from, ...targets];
  return [
    {
      kind: 'band',
      ink: 'prediction',
      points: path.map(({ x, interval: { low, high } }) => ({ x, low, high })),
    },
    { kind: 'line', ink: 'prediction', points: path.map((target) => ({ x: target.x, y: target.loss })) },
    {
      kind: 'line',
      ink: 'baseline',
      dashed: true,
      points: [last.x, farthest.x].map((x) => ({ x, y: last.loss })),
    },
    {
      kind: 'label',
      ink: 'prediction',
      x: farthest.x,
      y: farthest.loss,
      text: farthest.loss.toPrecision(4),
      side: 'right',
    },
  ];
}
