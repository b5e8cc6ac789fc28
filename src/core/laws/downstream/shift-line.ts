import { fTail } from '../../math/f-distribution.ts';
import { normalCdf, normalQuantile } from '../../math/normal.ts';
import { studentQuantile } from '../../math/distributions.ts';
import { percentile } from '../../math/percentiles.ts';
import { regress } from '../../math/regression.ts';
import { IsoflopError } from '../../terms/errors.ts';
import type { Fit, Interval } from '../../terms/fit.ts';
import type { Observations } from '../../terms/observation.ts';
import { lawById } from '../catalogue/index.ts';
import { fitLaw } from '../fit/fit-law.ts';
import { fitCovariance } from '../uncertainty/covariance.ts';
import { parameterIntervals } from '../uncertainty/delta.ts';
import { halfWidth } from '../uncertainty/quantity.ts';

/** Accuracies of one model, both in (0, 1). */
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
  /** Shifted accuracy that the line expects. */
  readonly expected: number;
  /** Measured less expected shifted accuracy (Taori et al. 2020), and its interval: uncertainty of the line and scatter of models about it. */
  readonly robustness: number;
  readonly interval: Interval;
  /** Whether the interval leaves 0 out. */
  readonly isOff: boolean;
}

export interface ShiftLine {
  readonly fit: Fit;
  readonly slope: { readonly value: number; readonly interval: Interval };
  readonly offset: { readonly value: number; readonly interval: Interval };
  /** Of the shifted probits about the line. */
  readonly r2: number;
  /** Standard deviation of the shifted probit about the line, by the median absolute residual where the fit is robust. */
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

/**
 * The line between accuracies on probit axes (Miller et al. 2021, arXiv 2107.04649): probit(ood) = a + b probit(id). `robust`: Huber's
 * loss at 1.345 standard deviations, the scale by the median absolute residual of least squares; else least squares.
 */
export function fitShiftLine(points: readonly ShiftPoint[], robust = true): ShiftLine {
  for (const { run, id, ood } of points) {
    const bad = [id, ood].find((value) => !(value > 0 && value < 1));
    if (bad === undefined) continue;
    throw new IsoflopError('invalid-input', `'${run}' has an accuracy of ${bad}: a probit needs one between 0 and 1`, {
      hint: 'Accuracies in percent are read with --percent; leave out models at 0 or 1.',
    });
  }
  const data = tableOf(points.filter(({ onLine = true }) => onLine));
  if (data.rows < FEWEST) {
    throw new IsoflopError('not-identifiable', `a line with intervals needs ${FEWEST} models, got ${data.rows}`, {
      hint: 'Add models, or widen the condition of the line.',
    });
  }
  const law = lawById('shift-line');
  const squares = fitLaw(law, data, { objective: { kind: 'least-squares', residual: 'linear' } });
  const delta = HUBER * robustScale(squares);
  const fit =
    robust && delta > 0 ? fitLaw(law, data, { objective: { kind: 'huber', residual: 'linear', delta } }) : squares;
  const intervals = parameterIntervals(fit, data, LEVEL);
  const covariance = fitCovariance(fit, data);
  const scatter = robust ? robustScale(fit) : Math.sqrt(covariance.residualVariance);
  const t = studentQuantile(0.5 + LEVEL / 2, covariance.degreesOfFreedom);
  const { a, b } = fit.parameters;
  return {
    fit,
    slope: { value: b, interval: intervals.b },
    offset: { value: a, interval: intervals.a },
    r2: explained(fit, data),
    scatter,
    ...bendOf(squares, data),
    models: points.map(({ run, id, ood }) => {
      const probit = normalQuantile(id);
      const half = Math.hypot(halfWidth(covariance, [1, probit], LEVEL), t * scatter);
      return robustnessOf({ run, id, ood }, a + b * probit, half);
    }),
  };
}

function tableOf(points: readonly ShiftPoint[]): Observations {
  return {
    rows: points.length,
    columns: {
      probit: Float64Array.from(points, ({ id }) => normalQuantile(id)),
      shiftedProbit: Float64Array.from(points, ({ ood }) => normalQuantile(ood)),
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

const explained = ({ residuals }: Fit, { columns }: Observations): number =>
  1 - residuals.reduce((sum, value) => sum + value * value, 0) / totalOf(columns.shiftedProbit);

function totalOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}

function bendOf({ objective: straight }: Fit, data: Observations): Pick<ShiftLine, 'bend'> {
  const { probit, shiftedProbit } = data.columns;
  const parabola = regress(
    Array.from(probit, (x) => [1, x, x * x]),
    [...shiftedProbit],
  );
  if (!parabola || parabola.degrees < FEWEST - 2) return {};
  const { residualSum, degrees } = parabola;
  const pValue = fTail((straight - residualSum) / (residualSum / degrees), 1, degrees);
  return { bend: { pValue, r2: 1 - residualSum / totalOf(shiftedProbit) } };
}

function robustnessOf({ run, id, ood }: ShiftPoint, probit: number, half: number): EffectiveRobustness {
  const expected = normalCdf(probit);
  const low = ood - normalCdf(probit + half);
  const high = ood - normalCdf(probit - half);
  const interval = { level: LEVEL, low, high };
  return { run, id, ood, expected, robustness: ood - expected, interval, isOff: low > 0 || high < 0 };
}
