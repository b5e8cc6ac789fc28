import { averageLaws } from '../../src/core/laws/forecast/average-laws.ts';
import { calibrateCurves } from '../../src/core/laws/forecast/calibrate.ts';
import type { CalibrationCurve, CurveCalibration } from '../../src/core/laws/forecast/calibrate.ts';
import { conformalShare, intervalScore, weightedQuantile } from '../../src/core/laws/forecast/conformal.ts';
import type { Weighted } from '../../src/core/laws/forecast/conformal.ts';
import { signsOf, SIGNS } from '../../src/core/laws/forecast/error-scale.ts';
import type { Sign } from '../../src/core/laws/forecast/error-scale.ts';
import { forecastCurve, forecastPit } from '../../src/core/laws/forecast/forecast-curve.ts';
import { learningCurve } from '../../src/core/laws/forecast/learning-curve.ts';
import { mean } from './curve-scores.ts';
import { partOf } from './curves.ts';
import type { RealCurve } from './curves.ts';

/** Held-out points of a curve that enter a calibration: spread evenly over them. */
const CALIBRATION_POINTS = 8;
export const LEVEL = 0.9;

/** A curve with what its held-out part teaches. */
export interface PreparedCurve {
  readonly curve: RealCurve;
  /** What a calibration eats; absent where the forecast abstains for the curve's shape. */
  readonly lesson?: CalibrationCurve;
  /** [held-out point] log loss minus that of the last training point. */
  readonly changes: readonly number[];
  readonly reaches: readonly number[];
}

const training = (curve: RealCurve): { x: number; loss: number }[] => {
  const { x, y } = partOf(curve, 'training');
  return x.map((at, index) => ({ x: at, loss: y[index] }));
};

/** The curve with its training part cut so that its end lies `reach` times beyond; undefined where too little is left. */
export function withReach(curve: RealCurve, reach: number): RealCurve | undefined {
  const end = curve.x.at(-1)!;
  const isTraining = curve.x.map((x) => x <= end / reach);
  return isTraining.filter(Boolean).length >= 4 && curve.x[0] < end / (4 * reach)
    ? { ...curve, isTraining }
    : undefined;
}

export function prepare(curve: RealCurve): PreparedCurve {
  const held = partOf(curve, 'held out');
  const points = training(curve);
  const last = points.at(-1);
  if (!last) return { curve, changes: [], reaches: [] };
  const changes = held.y.map((y) => Math.log(y / last.loss));
  const reaches = held.x.map((x) => x / last.x);
  const { abstention, laws } = forecastCurve(points, held.x);
  // Withheld for its width, which depends on the calibration: the curve still teaches.
  if (abstention !== null && laws.length === 0) return { curve, changes, reaches };
  return { curve, changes, reaches, lesson: lessonOf(points, held.x, changes) };
}

function lessonOf(
  points: readonly { x: number; loss: number }[],
  targets: readonly number[],
  changes: readonly number[],
): CalibrationCurve {
  const curve = learningCurve(points);
  const logX = targets.map(Math.log);
  const average = averageLaws(curve, logX);
  const signs = signsOf(curve, logX, average);
  const picked = spread(targets.length, CALIBRATION_POINTS);
  return {
    signs: Object.fromEntries(SIGNS.map((sign) => [sign, picked.map((target) => signs[sign][target])])) as Record<
      Sign,
      number[]
    >,
    errors: picked.map((target) => changes[target] - average.changes[target]),
  };
}

/** At most `most` of 0 .. n - 1, evenly spread, first and last among them. */
function spread(n: number, most: number): number[] {
  const count = Math.min(n, most);
  return [
    ...new Set(Array.from({ length: count }, (_, i) => (count < 2 ? 0 : Math.round((i * (n - 1)) / (count - 1))))),
  ];
}

export interface IntervalScores {
  readonly curve: RealCurve;
  readonly abstention: string | null;
  /** Means over the curve's held-out points; null where the forecast abstains. */
  readonly ours: { readonly coverage: number; readonly score: number; readonly width: number } | null;
  readonly pit: readonly number[];
  /** Last value carried forward with conformal quantiles of its own errors, calibrated on the same curves. */
  readonly baseline: Readonly<Record<BaselineKind, { readonly coverage: number; readonly score: number }>>;
}

/** `symmetric`: one quantile of |error|. `asymmetric`: both tails apart. `by reach`: asymmetric, near and far targets apart. */
export const BASELINES = ['symmetric', 'asymmetric', 'by reach'] as const;
export type BaselineKind = (typeof BASELINES)[number];

/** Targets nearer than this reach are near ones. */
const NEAR_REACH = 1.3;

/**
 * Scores the forecasts of `tested`, each calibrated on the curves of `known` that `isApart` lets pass, which by default are those
 * of other models and of other data sets.
 */
export function scoreIntervals(
  tested: readonly PreparedCurve[],
  known: readonly PreparedCurve[],
  isApart: (one: RealCurve, other: RealCurve) => boolean = otherModelAndData,
  keyOf: (one: RealCurve) => string = ({ model, dataset }) => `${model}|${dataset}`,
): IntervalScores[] {
  return [...Map.groupBy(tested, ({ curve }) => keyOf(curve)).values()].flatMap((group) => {
    const others = known.filter(({ curve, lesson }) => lesson && isApart(group[0].curve, curve));
    const calibration = calibrateCurves(
      others.map(({ lesson }) => lesson!),
      'held out',
    );
    const baselines = baselineBounds(others);
    return group.map((one) => scoreOne(one, calibration, baselines));
  });
}

export const otherModelAndData = (one: RealCurve, other: RealCurve): boolean =>
  one.model !== other.model && one.dataset !== other.dataset;

function scoreOne(
  { curve, changes, reaches }: PreparedCurve,
  calibration: CurveCalibration,
  bounds: Bounds,
): IntervalScores {
  const held = partOf(curve, 'held out');
  const points = training(curve);
  const forecast = points.length > 0 ? forecastCurve(points, held.x, { level: LEVEL, calibration }) : undefined;
  const inLogs = (forecast?.targets ?? []).map(({ interval: { low, high } }) => ({
    level: LEVEL,
    low: Math.log(low),
    high: Math.log(high),
  }));
  return {
    curve,
    abstention: forecast ? forecast.abstention : 'The curve has 0 points to fit.',
    ours:
      inLogs.length > 0
        ? { ...judge(inLogs, held.y.map(Math.log)), width: mean(inLogs.map(({ low, high }) => high - low)) }
        : null,
    pit: (forecast?.targets ?? []).map((target, index) => forecastPit(target, held.y[index], calibration)),
    baseline: Object.fromEntries(
      BASELINES.map((kind) => [
        kind,
        judge(
          reaches.map((reach) => ({ level: LEVEL, ...bounds[kind](reach) })),
          changes,
        ),
      ]),
    ) as IntervalScores['baseline'],
  };
}

function judge(intervals: readonly { low: number; high: number; level: number }[], outcomes: readonly number[]) {
  return {
    coverage: mean(intervals.map(({ low, high }, index) => Number(outcomes[index] >= low && outcomes[index] <= high))),
    score: mean(intervals.map((interval, index) => intervalScore(interval, outcomes[index]))),
  };
}

type Bounds = Readonly<Record<BaselineKind, (reach: number) => { low: number; high: number }>>;

function baselineBounds(known: readonly PreparedCurve[]): Bounds {
  const rows = known.flatMap(({ changes, reaches }) =>
    changes.map((value, index) => ({ value, weight: 1 / changes.length, isNear: reaches[index] < NEAR_REACH })),
  );
  const bothTails = (chosen: readonly Weighted[]) => {
    const sorted = chosen.toSorted((a, b) => a.value - b.value);
    const at = (p: number): number => weightedQuantile(sorted, conformalShare(p, known.length));
    return { low: at((1 - LEVEL) / 2), high: at((1 + LEVEL) / 2) };
  };
  const sizes = rows.map(({ value, weight }) => ({ value: Math.abs(value), weight })).sort((a, b) => a.value - b.value);
  const size = weightedQuantile(sizes, conformalShare(LEVEL, known.length));
  const asymmetric = bothTails(rows);
  const [near, far] = [true, false].map((isNear) => {
    const chosen = rows.filter((row) => row.isNear === isNear);
    return chosen.length > 0 ? bothTails(chosen) : asymmetric;
  });
  return {
    symmetric: () => ({ low: -size, high: size }),
    asymmetric: () => asymmetric,
    'by reach': (reach) => (reach < NEAR_REACH ? near : far),
  };
}

/** Means over the curves that have a forecast, each weighing the same; and the counts. */
export function summarize(scores: readonly IntervalScores[]) {
  const made = scores.filter((one) => one.ours !== null);
  const score = mean(made.map(({ ours }) => ours!.score));
  return {
    curves: scores.length,
    abstentions: scores.length - made.length,
    coverage: mean(made.map(({ ours }) => ours!.coverage)),
    score,
    width: mean(made.map(({ ours }) => ours!.width)),
    baselines: Object.fromEntries(
      BASELINES.map((kind) => {
        const baseline = mean(made.map((one) => one.baseline[kind].score));
        const coverage = mean(made.map((one) => one.baseline[kind].coverage));
        return [kind, { score: baseline, coverage, ratio: score / baseline }];
      }),
    ) as Record<BaselineKind, { score: number; coverage: number; ratio: number }>,
  };
}
