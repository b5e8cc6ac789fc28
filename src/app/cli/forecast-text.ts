import type { CurveForecast } from '../../core/laws/index.ts';
import type { Exclusion } from '../../core/terms/observation.ts';
import { counted } from '../../core/terms/names.ts';
import { countText, shortened, table } from './format.ts';
import { wrap } from './wrap.ts';

const CURVE_WIDTH = 28;

const lossText = (loss: number): string => loss.toPrecision(4);
const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`;
const short = (name: string): string => shortened(name, CURVE_WIDTH);

/** Rows that were left out, counted by reason. */
const leftOut = (exclusions: readonly Exclusion[]): string[] =>
  [...Map.groupBy(exclusions, ({ reason }) => reason.replace(/ \(.*\)$/, ''))].flatMap(([reason, same]) =>
    wrap(`${same.length} rows left out: ${reason}`),
  );

/** A forecast as a person reads it, within 80 columns. */
export function forecastText(
  forecast: CurveForecast,
  variable: string,
  level: number,
  exclusions: readonly Exclusion[],
): string {
  const { points, last, targets, abstention, reach } = forecast;
  const head = `${points} points up to ${countText(last.x)} ${variable}, loss ${lossText(last.loss)} there; forecast up to ${Number(reach.toPrecision(3))} times that.`;
  const left = leftOut(exclusions);
  if (abstention !== null) return [...wrap(head), ...left, '', ...wrap(abstention)].join('\n');
  const rows = targets.map(({ x, loss, interval: { low, high } }) => [
    countText(x),
    lossText(loss),
    `${lossText(low)} to ${lossText(high)}`,
    lossText(last.loss),
  ]);
  return [
    ...wrap(head),
    ...left,
    '',
    table([variable, 'loss', `${Number((100 * level).toPrecision(4))} % interval`, 'last value'], rows),
    '',
    ...lawLines(forecast),
  ].join('\n');
}

function lawLines({ laws, pastError, pastForecasts }: CurveForecast): string[] {
  const shares = laws
    .toSorted((a, b) => b.weight - a.weight)
    .map(({ title, weight, pastError: error }) => [
      title,
      `${Math.round(100 * weight)} %`,
      error === null ? '-' : percent(error),
    ]);
  const evidence =
    pastError === null
      ? 'The curve is too short to forecast its own past as far ahead: the weights are those of other curves.'
      : `As far ahead, the average missed the curve's own past by ${percent(pastError)} (${counted(pastForecasts, 'forecast')}, the recent ones weighing most).`;
  return [table(['averaged', 'weight', 'error on its past'], shares), '', ...wrap(evidence)];
}

/** Many curves, one a line; each at its farthest target. */
export function forecastsText(
  curves: readonly { readonly curve: string; readonly forecast: CurveForecast }[],
  variable: string,
  level: number,
  exclusions: readonly Exclusion[],
): string {
  const rows = curves.map(({ curve, forecast: { points, targets, last } }) => {
    const target = targets.at(-1);
    const interval = target ? `${lossText(target.interval.low)} to ${lossText(target.interval.high)}` : '(none)';
    return [
      short(curve),
      String(points),
      target ? countText(target.x) : '-',
      target ? lossText(target.loss) : '-',
      interval,
      lossText(last.loss),
    ];
  });
  const silent = curves.filter(({ forecast }) => forecast.abstention !== null);
  const reasons = Map.groupBy(silent, ({ forecast }) => forecast.abstention!);
  return [
    table(['curve', 'points', variable, 'loss', `${Number((100 * level).toPrecision(4))} % interval`, 'last'], rows),
    '',
    `${silent.length} of ${curves.length} curves without a forecast.`,
    ...leftOut(exclusions),
    ...[...reasons].flatMap(([reason, same]) => wrap(`${same.map(({ curve }) => short(curve)).join(', ')}: ${reason}`)),
  ].join('\n');
}
