import { reasonToWithhold, WIDEST } from '../../src/core/laws/forecast/abstain.ts';
import { calibrateCurves, errorQuantile } from '../../src/core/laws/forecast/calibrate.ts';
import type { CalibrationCurve, CurveCalibration } from '../../src/core/laws/forecast/calibrate.ts';
import { conformalShare, intervalScore, weightedQuantile } from '../../src/core/laws/forecast/conformal.ts';
import type { Weighted } from '../../src/core/laws/forecast/conformal.ts';
import { forecastCurve, forecastPit } from '../../src/core/laws/forecast/forecast-curve.ts';
import type { CurveForecast } from '../../src/core/laws/forecast/forecast-curve.ts';
import { mean } from './curve-scores.ts';
import { partOf } from './curves.ts';
import type { RealCurve } from './curves.ts';

/** Held-out points of a curve that enter a calibration: spread evenly over them. */
const CALIBRATION_POINTS = 8;
export const LEVEL = 0.9;

/** A curve with its forecast, and what its held-out part teaches. */
export interface PreparedCurve {
  readonly curve: RealCurve;
  /** Of all held-out points, none withheld; absent without a training point. */
  readonly forecast?: CurveForecast;
  /** What a calibration eats; absent where the forecast abstains. */
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
  const forecast = forecastCurve(points, held.x, { level: LEVEL, widest: Infinity });
  const prepared = { curve, forecast, changes, reaches };
  return forecast.abstention === null ? { ...prepared, lesson: lessonOf(forecast, held.y) } : prepared;
}

function lessonOf({ targets }: CurveForecast, actual: readonly number[]): CalibrationCurve {
  const picked = spread(targets.length, CALIBRATION_POINTS);
  return {
    errors: picked.map((index) => Math.log(actual[index] / targets[index].loss)),
    scales: picked.map((index) => targets[index].scale),
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
  keyOf: (one: RealCurve) => string = (one) => `${one.model}|${dataOf(one)}`,
): IntervalScores[] {
  const rows = baselineRows(known);
  return [...Map.groupBy(tested, ({ curve }) => keyOf(curve)).values()].flatMap((group) => {
    const others = known.filter(({ curve, lesson }) => lesson && isApart(group[0].curve, curve));
    const calibration = calibrateCurves(
      others.map(({ lesson }) => lesson!),
      'held out',
    );
    const baselines = baselineBounds(rows, new Set(others));
    return group.map((one) => scoreOne(one, calibration, baselines));
  });
}

/** Data sets that go by several names: Pythia and Pile-T5 are trained on the Pile; the benchmark's language models are ColPret's lambda. */
const SAME_DATA: Readonly<Record<string, string>> = { pythia: 'pile', val_loss: 'lambda' };

/** The data behind a curve: c_5 and c_25 are both CIFAR-100, with other numbers of examples a class. */
const dataOf = ({ domain, dataset }: RealCurve): string =>
  domain === 'IC' ? dataset.split('_')[0] : (SAME_DATA[dataset] ?? dataset);

export const otherModelAndData = (one: RealCurve, other: RealCurve): boolean =>
  one.model !== other.model && dataOf(one) !== dataOf(other);

function scoreOne(prepared: PreparedCurve, calibration: CurveCalibration, bounds: Bounds): IntervalScores {
  const { curve, forecast, changes, reaches } = prepared;
  const actual = partOf(curve, 'held out').y;
  const [below, above] = [(1 - LEVEL) / 2, (1 + LEVEL) / 2].map((p) => errorQuantile(calibration, p));
  const inLogs = (forecast?.targets ?? []).map(({ loss, scale }) => ({
    level: LEVEL,
    low: Math.log(loss) + below * scale,
    high: Math.log(loss) + above * scale,
  }));
  const withheld = inLogs
    .map(({ low, high }) => reasonToWithhold({ level: LEVEL, low: Math.exp(low), high: Math.exp(high) }, WIDEST))
    .find((reason) => reason !== undefined);
  const abstention = forecast ? (forecast.abstention ?? withheld ?? null) : 'The curve has 0 points to fit.';
  const width = mean(inLogs.map(({ low, high }) => high - low));
  return {
    curve,
    abstention,
    ours: abstention === null ? { ...judge(inLogs, actual.map(Math.log)), width } : null,
    pit:
      abstention === null
        ? forecast!.targets.map((target, index) => forecastPit(target, actual[index], calibration))
        : [],
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

interface BaselineRow extends Weighted {
  readonly from: PreparedCurve;
  readonly isNear: boolean;
}

/** Changes of all curves in ascending order, and their sizes in ascending order: sorted once for all that is left out of them. */
function baselineRows(known: readonly PreparedCurve[]) {
  const rows = known.flatMap((from) =>
    from.changes.map((value, index): BaselineRow => {
      return { from, value, weight: 1 / from.changes.length, isNear: from.reaches[index] < NEAR_REACH };
    }),
  );
  const ascending = (some: readonly BaselineRow[]): BaselineRow[] => some.toSorted((a, b) => a.value - b.value);
  return { changes: ascending(rows), sizes: ascending(rows.map((row) => ({ ...row, value: Math.abs(row.value) }))) };
}

function baselineBounds(
  { changes, sizes }: ReturnType<typeof baselineRows>,
  known: ReadonlySet<PreparedCurve>,
): Bounds {
  const isKnown = ({ from }: BaselineRow): boolean => known.has(from);
  const bothTails = (sorted: readonly Weighted[]) => {
    const at = (p: number): number => weightedQuantile(sorted, conformalShare(p, known.size));
    return { low: at((1 - LEVEL) / 2), high: at((1 + LEVEL) / 2) };
  };
  const size = weightedQuantile(sizes.filter(isKnown), conformalShare(LEVEL, known.size));
  const chosen = changes.filter(isKnown);
  const asymmetric = bothTails(chosen);
  const [near, far] = [true, false].map((isNear) => {
    const part = chosen.filter((row) => row.isNear === isNear);
    return part.length > 0 ? bothTails(part) : asymmetric;
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
