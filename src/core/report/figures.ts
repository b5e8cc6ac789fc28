import { predictRun } from '../laws/index.ts';
import type { Figure, Ink, Mark, Point } from './figure.ts';
import type { RunRow, StudyReport } from './document.ts';
import { outcomeOf } from './document.ts';
import { geometric } from './grid.ts';
import { parabolaMarks } from './optima-figures.ts';

const FLOPS = 'training compute (FLOPs, exact)';
const LOSS = 'held-out loss (nats/token)';
/** Points of the law's band. */
const BAND_POINTS = 9;

const good = (rows: readonly RunRow[]): (RunRow & { loss: number })[] =>
  rows.filter((row): row is RunRow & { loss: number } => row.excluded === null && row.loss !== null);
const pathOf = (report: StudyReport): (RunRow & { loss: number })[] => {
  const rows = good(report.ladder);
  const path = rows.filter(({ role }) => role === 'path');
  return path.length > 0 ? path : rows;
};
const percent = (share: number): string => `${share >= 0 ? '+' : '−'}${Math.abs(100 * share).toFixed(1)} %`;

/** Position of each width on the ramp of sizes, 0 (smallest) to 1. */
function rampOf(rows: readonly RunRow[]): (width: number) => Ink {
  const widths = [...new Set(rows.map(({ width }) => width))].sort((a, b) => a - b);
  return (width) => ({ ramp: widths.length > 1 ? widths.indexOf(width) / (widths.length - 1) : 1 });
}

/** All figures that a report can show, the most telling first. */
export function figuresOf(report: StudyReport): Figure[] {
  return [
    frontierFigure(report),
    forecastFigure(report),
    curvesFigure(report),
    profilesFigure(report),
    residualsFigure(report),
    slopesFigure(report),
  ].filter((figure) => figure !== undefined);
}

/** The ladder, the law carried on to the hero with its band, the interval that was written down, and what came. */
function frontierFigure(report: StudyReport): Figure {
  const path = pathOf(report);
  const others = good(report.ladder).filter((row) => !path.includes(row));
  const marks: Mark[] = [
    { kind: 'dots', points: others.map(({ flops, loss }) => ({ x: flops, y: loss })), ink: 'muted' },
  ];
  const { prediction } = report;
  if (prediction) {
    marks.push(...bandMarks(report, path));
    const [narrow, wide] = prediction.intervals;
    const x = prediction.run.flops;
    marks.push(
      { kind: 'interval', x, low: wide.low, high: wide.high, ink: 'prediction' },
      { kind: 'interval', x, low: narrow.low, high: narrow.high, ink: 'prediction', bold: true },
      {
        kind: 'label',
        x,
        y: wide.high,
        text: `predicted ${prediction.loss.toFixed(3)}`,
        ink: 'prediction',
        side: 'above',
      },
    );
  }
  marks.push({ kind: 'dots', points: path.map(({ flops, loss }) => ({ x: flops, y: loss })), ink: 'text' });
  const outcome = outcomeOf(report);
  if (outcome && prediction) {
    const at = { x: prediction.run.flops, y: outcome.actual };
    marks.push(
      { kind: 'dots', points: [at], ink: 'actual', symbol: 'star' },
      {
        kind: 'label',
        ...at,
        text: `actual ${outcome.actual.toFixed(3)} (${percent(outcome.error)})`,
        ink: 'actual',
        side: 'left',
      },
    );
  }
  return {
    id: 'frontier',
    title: 'The law, its prediction, and what came',
    caption:
      'Black: runs of the compute path. Line and band: the prediction with its 95 % interval, made from them alone. Faint: runs off the path.',
    x: { label: FLOPS, scale: 'log' },
    y: { label: LOSS, scale: 'log' },
    marks,
  };
}

function bandMarks(report: StudyReport, path: readonly (RunRow & { loss: number })[]): Mark[] {
  const { run, repeats, reach } = report.prediction!;
  const points = path.map(({ flops, loss }) => ({ flops, loss }));
  const from = Math.max(...points.map(({ flops }) => flops));
  const grid = geometric(from, run.flops, BAND_POINTS);
  const forecasts = grid.map((flops) => ({
    x: flops,
    ...predictRun(points, { ...run, flops, repeats, selectionReach: reach }),
  }));
  return [
    {
      kind: 'band',
      ink: 'prediction',
      points: forecasts.map(({ x, intervals }) => ({ x, low: intervals[1].low, high: intervals[1].high })),
    },
    { kind: 'line', ink: 'prediction', points: forecasts.map(({ x, loss }) => ({ x, y: loss })) },
  ];
}

/** Prediction, baselines and actual on one axis. */
function forecastFigure(report: StudyReport): Figure | undefined {
  const { prediction } = report;
  const outcome = outcomeOf(report);
  if (!prediction || !outcome) return undefined;
  const { lastValue, frontierPowerLaw } = prediction.baselines;
  const entries: [string, number, Ink][] = [
    ['isoflop', prediction.loss, 'prediction'],
    ...prediction.candidates.map((one): [string, number, Ink] => [`  ${one.name}`, one.loss, 'law']),
    ['baseline: power law of the frontier', frontierPowerLaw, 'baseline'],
    ['baseline: last value carried forward', lastValue, 'baseline'],
  ];
  const [, wide] = prediction.intervals;
  const toError = (loss: number): number => 100 * (loss / outcome.actual - 1);
  const marks: Mark[] = [
    {
      kind: 'line',
      points: [
        { x: toError(wide.low), y: 0 },
        { x: toError(wide.high), y: 0 },
      ],
      ink: 'prediction',
      bold: true,
    },
    ...entries.map(([, loss, ink], y): Mark => ({ kind: 'dots', points: [{ x: toError(loss), y }], ink })),
    {
      kind: 'line',
      points: [
        { x: 0, y: -0.5 },
        { x: 0, y: entries.length - 0.5 },
      ],
      ink: 'actual',
      bold: true,
    },
  ];
  return {
    id: 'forecasts',
    title: 'Prediction against actual',
    caption: `Error of each forecast of the hero's loss, in percent of the actual ${outcome.actual.toFixed(3)}; bar: the 95 % interval.`,
    x: { label: 'error of the forecast (%)', scale: 'linear' },
    y: { label: '', scale: 'linear' },
    rows: entries.map(([name]) => name),
    marks,
  };
}

function curvesFigure(report: StudyReport): Figure | undefined {
  const all = [...pathOf(report), ...(report.hero ? [report.hero] : [])].filter(({ curve }) => curve.length > 1);
  // One curve a width: further seeds lie on it.
  const rows = all.filter((row, index) => all.findIndex(({ width }) => width === row.width) === index);
  if (rows.length === 0) return undefined;
  const ink = rampOf(rows);
  const marks = rows.flatMap((row): Mark[] => {
    const points = row.curve.map(({ tokens, loss }): Point => ({ x: tokens, y: loss }));
    return [
      { kind: 'line', points, ink: ink(row.width) },
      { kind: 'label', ...points.at(-1)!, text: String(row.width), ink: ink(row.width), side: 'right' },
    ];
  });
  return {
    id: 'curves',
    title: 'Loss curves',
    caption:
      'Training loss over the tokens seen; each curve is labelled with its width. Every run finishes its own schedule.',
    x: { label: 'tokens', scale: 'log' },
    y: { label: 'training loss (nats/token)', scale: 'log' },
    marks,
  };
}

function profilesFigure({ profiles }: StudyReport): Figure | undefined {
  if (profiles.length === 0) return undefined;
  const marks = profiles.flatMap((profile, index): Mark[] => {
    const ink: Ink = { ramp: profiles.length > 1 ? index / (profiles.length - 1) : 1 };
    const points = profile.points.map(({ params, loss }): Point => ({ x: params, y: loss }));
    const last = points.at(-1)!;
    return [
      ...parabolaMarks(profile, ink),
      { kind: 'dots', points, ink },
      {
        kind: 'label',
        ...last,
        text: `${profile.flops.toExponential(1).replace('e+', 'e')} FLOPs`,
        ink,
        side: 'right',
      },
      ...(profile.minimum
        ? ([
            {
              kind: 'dots',
              points: [{ x: profile.minimum.params, y: profile.minimum.loss }],
              ink: 'actual',
              symbol: 'cross',
            },
          ] as const)
        : []),
    ];
  });
  return {
    id: 'profiles',
    title: 'IsoFLOP profiles',
    caption: 'Loss over model size at equal compute, with the parabola through each budget and its minimum (cross).',
    x: { label: 'parameters (non-lookup)', scale: 'log' },
    y: { label: LOSS, scale: 'linear' },
    marks,
  };
}

function residualsFigure(report: StudyReport): Figure | undefined {
  const [fit] = report.fits;
  const path = pathOf(report);
  if (!fit || fit.residuals.length !== path.length) return undefined;
  return {
    id: 'residuals',
    title: `Residuals of ${fit.law.title.toLowerCase()}`,
    caption: 'What the law leaves, in percent of the loss. A bend would say that the form is wrong.',
    x: { label: FLOPS, scale: 'log' },
    y: { label: 'observed − fitted (%)', scale: 'linear' },
    marks: [
      { kind: 'level', y: 0, ink: 'muted' },
      {
        kind: 'dots',
        points: path.map(({ flops }, index) => ({ x: flops, y: 100 * fit.residuals[index] })),
        ink: 'text',
      },
    ],
  };
}

function slopesFigure({ prediction }: StudyReport): Figure | undefined {
  if (!prediction || prediction.drift.slopes.length === 0) return undefined;
  const points = prediction.drift.slopes.map(({ flops, slope }): Point => ({ x: flops, y: slope }));
  return {
    id: 'slopes',
    title: 'Local slopes along the ladder',
    caption: `−d log loss / d log compute between neighbouring sizes. ${prediction.drift.sentence}`,
    x: { label: FLOPS, scale: 'log' },
    y: { label: 'local slope', scale: 'linear' },
    marks: [
      { kind: 'line', points, ink: 'muted' },
      { kind: 'dots', points, ink: prediction.drift.drifts ? 'actual' : 'text' },
    ],
  };
}
