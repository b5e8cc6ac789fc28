import type { CurveFit, ScheduleForecast, CurveScore, EarlyForecast, HeldOut } from '../../core/laws/index.ts';
import type { Exclusion } from '../../core/terms/observation.ts';
import type { CurveFitDocument } from './curve-documents.ts';
import { percent, significant, table } from './format.ts';
import { wrap } from './wrap.ts';

/** Lines of a forecast that people read; --json has all. */
const SHOWN_FORECASTS = 8;
const number = (value: number): string => significant(value, 5);

const scoreTable = (scores: readonly CurveScore[]): string =>
  table(
    ['run', 'points', 'R2', 'MAE', 'last', 'in 90 %', 'in 95 %'],
    scores.map(({ run, points, r2, meanAbsoluteError, finalError, coverage }) => [
      run.slice(0, 28),
      String(points),
      r2.toFixed(4),
      meanAbsoluteError.toFixed(4),
      finalError.toFixed(4),
      percent(coverage[0], 0),
      percent(coverage[1], 0),
    ]),
  );

const leftOut = (exclusions: readonly Exclusion[]): string[] =>
  exclusions.map(({ run, reason }) => `Left out of ${run}: ${reason}`);

export function curveFitText(document: CurveFitDocument): string {
  const { law, parameters, intervals, uncertainty, objective, points, curves, heldOut, starts } = document;
  const { degreesOfFreedom, noise, residualVariance, scale } = uncertainty;
  return [
    law.title,
    table(
      ['parameter', 'value', '95 % from', 'to'],
      law.parameters.map(({ name }) => [name, number(parameters[name]), ...bounds(intervals[name])]),
    ),
    `What they mean: isoflop laws ${law.id}`,
    '',
    `${points} points of ${curves.length} runs; sum of Huber losses of the log (delta ${document.delta}): ${objective.toExponential(4)}.`,
    `${document.startsAgreeing} of ${starts} starts agree, gradient norm ${document.gradientNorm.toExponential(1)}; a point scatters by ${percent(Math.sqrt(residualVariance), 2)},`,
    `and ${noise.pointsPerIndependent.toFixed(0)} neighbours tell as much as one: ${degreesOfFreedom.toFixed(0)} degrees of freedom.`,
    '',
    'The curves it saw:',
    scoreTable(curves),
    ...(heldOut
      ? [
          '',
          `Each curve forecast by the others (intervals ${scale.toFixed(2)} times as wide since):`,
          scoreTable(heldOut),
        ]
      : []),
    ...leftOut(document.exclusions),
    ...document.warnings.map((warning) => `Beware: ${warning}.`),
    ...wrap(`Beware: ${law.caution}`),
  ].join('\n');
}

const bounds = (interval: { low: number; high: number } | undefined): [string, string] =>
  interval ? [number(interval.low), number(interval.high)] : ['-', '-'];

export function forecastText(
  {
    run,
    forecasts,
    warnings,
    score,
  }: { run: string; forecasts: readonly ScheduleForecast[]; warnings: readonly string[]; score?: CurveScore },
  { law }: CurveFit,
): string {
  const every = Math.ceil(forecasts.length / SHOWN_FORECASTS);
  const shown = forecasts.filter((_, index) => (forecasts.length - 1 - index) % every === 0);
  return [
    `${run}: ${law.title.toLowerCase()}`,
    table(
      ['step', 'learning rate', 'loss', '90 % from', 'to', '95 % from', 'to'],
      shown.map(({ step, learningRate, loss, intervals: [narrow, wide] }) => [
        String(step),
        learningRate.toExponential(2),
        ...[loss, narrow.low, narrow.high, wide.low, wide.high].map((value) => value.toFixed(4)),
      ]),
    ),
    ...(score ? ['', 'Against the losses of the file:', scoreTable([score])] : []),
    ...warnings.map((warning) => `Beware: ${warning}.`),
    ...wrap(`Beware: ${law.caution}`),
  ].join('\n');
}

export function compareText(laws: readonly HeldOut[], exclusions: readonly Exclusion[]): string {
  const best = laws.reduce((least, one) => (one.mean.meanAbsoluteError < least.mean.meanAbsoluteError ? one : least));
  return [
    'Each curve forecast by a fit to the others; means over curves.',
    '',
    table(
      ['law', 'MAE', 'RMSE', '|last|', 'in 90 %', 'in 95 %', '95 % half'],
      laws.map(({ law, mean }) => [
        law.id,
        mean.meanAbsoluteError.toFixed(5),
        mean.rootMeanSquareError.toFixed(5),
        mean.finalError.toFixed(4),
        percent(mean.coverage[0], 0),
        percent(mean.coverage[1], 0),
        percent(mean.halfWidth, 2),
      ]),
    ),
    '',
    `Mean absolute error by curve:`,
    table(
      ['run', ...laws.map(({ law }) => law.id)],
      [...new Set(laws.flatMap(({ curves }) => curves.map(({ run }) => run)))].map((run) => [
        run.slice(0, 32),
        ...laws.map(({ curves }) => curves.find((one) => one.run === run)?.meanAbsoluteError.toFixed(5) ?? '-'),
      ]),
    ),
    '',
    `Best by mean absolute error: ${best.law.id}.`,
    'A history that runs share is not scored. `isoflop curves fit` calibrates its',
    'intervals by the same left-out curves; these here are not.',
    ...leftOut(exclusions),
  ].join('\n');
}

export function earlyText(forecast: EarlyForecast, final: number): string {
  const { run, seen, slope, loss, intervals, lastValue, method } = forecast;
  return [
    `${run}: seen to step ${seen} of ${final}`,
    `  loss at step ${final}: ${loss.toFixed(4)}`,
    ...intervals.map(({ level, low, high }) => `    ${100 * level} %: ${low.toFixed(4)} to ${high.toFixed(4)}`),
    `  last value carried forward: ${lastValue.toFixed(4)}; slope d log loss / d log step: ${slope.toFixed(4)}`,
    `  by ${method}`,
    ...leftOut(forecast.exclusions),
    ...forecast.warnings.map((warning) => `Beware: ${warning}.`),
  ].join('\n');
}
