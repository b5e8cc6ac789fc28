import { exp, log, square } from '../../math/elementary.ts';
import { fTail } from '../../math/f-distribution.ts';
import { mean } from '../../math/means.ts';
import { normalCdf, normalQuantile } from '../../math/normal.ts';
import { studentQuantile } from '../../math/distributions.ts';
import { percentile } from '../../math/percentiles.ts';
import { regress } from '../../math/regression.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { Fit, Interval } from '../../terms/fit.ts';
import type { Law } from '../../terms/law.ts';
import type { Observations } from '../../terms/observation.ts';
import { lawById } from '../catalogue/index.ts';
import { fitLaw } from '../fit/fit-law.ts';
import { fitCovariance } from '../uncertainty/covariance.ts';
import { parameterIntervals } from '../uncertainty/delta.ts';
import { halfWidth } from '../uncertainty/quantity.ts';

/** Axes on which the line is straight: probits of accuracies in (0, 1), or logarithms of losses above 0. */
export type ShiftAxes = 'probit' | 'log';

/** Two metrics of one model, in distribution and under shift. */
export interface ShiftPoint {
  readonly run: string;
  readonly id: number;
  readonly ood: number;
  /** Whether the line is fitted to it. Default true. */
  readonly onLine?: boolean;
}

/** Where a model stands to the line. */
export interface EffectiveRobustness {
  readonly run: string;
  readonly id: number;
  readonly ood: number;
  /** Shifted metric that the line expects. */
  readonly expected: number;
  /** Measured less expected shifted metric (Taori et al. 2020; of a loss, less is better), and its interval: uncertainty of the line and scatter of models about it. */
  readonly robustness: number;
  readonly interval: Interval;
  /** Whether the interval leaves 0 out. */
  readonly isOff: boolean;
}

export interface ShiftLine {
  readonly axes: ShiftAxes;
  readonly fit: Fit;
  readonly slope: { readonly value: number; readonly interval: Interval };
  readonly offset: { readonly value: number; readonly interval: Interval };
  /** Of the shifted metric about the line, on its axis. */
  readonly r2: number;
  /** Standard deviation of the shifted metric about the line, on its axis, by the median absolute residual where the fit is robust. */
  readonly scatter: number;
  /** F test of a parabola against the line, by least squares; undefined under `FEWEST` + 1 models. */
  readonly bend?: { readonly pValue: number; readonly r2: number };
  readonly models: readonly EffectiveRobustness[];
}

const LEVEL = 0.95;
/** Median absolute residual of normal noise of unit standard deviation. */
const MAD_OF_NORMAL = 0.6744897501960817;
/** Huber's constant in standard deviations: 95 % efficiency on normal noise. */
const HUBER = 1.345;
const FEWEST = 4;

/** Rounds in which scale and line are found from each other, at most. */
const ROUNDS = 30;
const SETTLED = 1e-9;

/** Huber's loss with its scale from the residuals of the round before, from least squares on (Huber 1981, section 7.8). */
function fitRobustly(squares: Fit, data: Observations): Fit {
  let fit = squares;
  let delta = HUBER * robustScale(fit);
  for (let round = 0; round < ROUNDS && delta > 0; round++) {
    fit = fitLaw(fit.law, data, { objective: { kind: 'huber', residual: 'linear', delta } });
    const next = HUBER * robustScale(fit);
    if (Math.abs(next - delta) <= SETTLED * delta) break;
    delta = next;
  }
  return fit;
}

interface Scale {
  /** From the metric to its axis, and back. */
  readonly to: (metric: number) => number;
  readonly from: (place: number) => number;
  readonly wants: string;
  readonly hint: string;
  readonly law: Law;
}

const LINE = lawById('shift-line');
const SCALES: Readonly<Record<ShiftAxes, Scale>> = {
  probit: {
    to: normalQuantile,
    from: normalCdf,
    wants: 'an accuracy of VALUE: a probit needs one between 0 and 1',
    hint: 'Accuracies in percent are read with --percent; leave out models at 0 or 1.',
    law: LINE,
  },
  log: {
    to: log,
    from: exp,
    wants: 'a loss of VALUE: a logarithm needs one above 0',
    hint: 'Leave the model out.',
    law: {
      ...LINE,
      id: 'shift-line (log)',
      title: 'Loss under shift: a line between logarithms',
      formula: 'a + b * logLoss',
      response: 'shiftedLogLoss',
      variables: ['logLoss'],
    },
  },
};

/**
 * The line between a metric and the same under shift: probit(ood) = a + b probit(id) for accuracies (Miller et al. 2021, arXiv
 * 2107.04649), log(ood) = a + b log(id) for losses. `robust`: Huber's loss at 1.345 standard deviations, which the median
 * absolute residual gives; else least squares.
 */
export function fitShiftLine(points: readonly ShiftPoint[], robust = true, axes: ShiftAxes = 'probit'): ShiftLine {
  const scale = SCALES[axes];
  const { law } = scale;
  for (const { run, id, ood } of points) {
    const bad = [id, ood].find((value) => !Number.isFinite(scale.to(value)));
    if (bad === undefined) continue;
    throw new IsoflopError('invalid-input', `'${run}' has ${scale.wants.replace('VALUE', String(bad))}`, {
      hint: scale.hint,
    });
  }
  const data = tableOf(
    points.filter(({ onLine = true }) => onLine),
    scale,
  );
  if (data.rows < FEWEST) {
    throw new IsoflopError('not-identifiable', `a line with intervals needs ${FEWEST} models, got ${data.rows}`, {
      hint: 'Add models, or widen the condition of the line.',
    });
  }
  const squares = fitLaw(law, data, { objective: { kind: 'least-squares', residual: 'linear' } });
  const fit = robust ? fitRobustly(squares, data) : squares;
  const intervals = parameterIntervals(fit, data, LEVEL);
  const covariance = fitCovariance(fit, data);
  const scatter = robust ? robustScale(fit) : Math.sqrt(covariance.residualVariance);
  const t = studentQuantile(0.5 + LEVEL / 2, covariance.degreesOfFreedom);
  const { a, b } = fit.parameters;
  return {
    axes,
    fit,
    slope: { value: b, interval: intervals.b },
    offset: { value: a, interval: intervals.a },
    r2: explained(fit, data),
    scatter,
    ...bendOf(squares, data),
    models: points.map(({ run, id, ood }) => {
      const place = scale.to(id);
      const half = Math.hypot(halfWidth(covariance, [1, place], LEVEL), t * scatter);
      return robustnessOf({ run, id, ood }, scale, a + b * place, half);
    }),
  };
}

function tableOf(points: readonly ShiftPoint[], { to, law }: Scale): Observations {
  return {
    rows: points.length,
    columns: {
      [law.variables[0]]: Float64Array.from(points, ({ id }) => to(id)),
      [law.response]: Float64Array.from(points, ({ ood }) => to(ood)),
    },
    runs: points.map(({ run }) => run),
    conventions: {},
    exclusions: [],
  };
}

/** Standard deviation of normal noise with the residuals' median absolute value, for the parameters that were fitted. */
function robustScale({ residuals, n, law }: Fit): number {
  const spread = percentile(residuals.map(Math.abs), 0.5) / MAD_OF_NORMAL;
  return spread * Math.sqrt(n / (n - law.parameters.length));
}

const explained = ({ residuals, law }: Fit, { columns }: Observations): number =>
  1 - residuals.reduce((sum, value) => sum + value * value, 0) / totalOf(columns[law.response]);

function totalOf(values: Float64Array): number {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + square(value - centre), 0);
}

function bendOf({ objective: straight, law }: Fit, { columns }: Observations): Pick<ShiftLine, 'bend'> {
  const shifted = columns[law.response];
  const parabola = regress(
    Array.from(columns[law.variables[0]], (x) => [1, x, x * x]),
    [...shifted],
  );
  if (!parabola || parabola.degrees < FEWEST - 2) return {};
  const { residualSum, degrees } = parabola;
  const pValue = fTail((straight - residualSum) / (residualSum / degrees), 1, degrees);
  return { bend: { pValue, r2: 1 - residualSum / totalOf(shifted) } };
}

function robustnessOf({ run, id, ood }: ShiftPoint, { from }: Scale, place: number, half: number): EffectiveRobustness {
  const expected = from(place);
  const low = ood - from(place + half);
  const high = ood - from(place - half);
  const interval = { level: LEVEL, low, high };
  return { run, id, ood, expected, robustness: ood - expected, interval, isOff: low > 0 || high < 0 };
}
