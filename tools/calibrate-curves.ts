/**
 * Calibrates the intervals of `isoflop forecast` on real learning curves, and shows whether they hold on curves that were left out.
 *
 *   node tools/calibrate-curves.ts           print the validation
 *   node tools/calibrate-curves.ts --write   also write src/core/laws/forecast/calibration-table.ts (then `npm run format`) and
 *                                            docs/laws/curve-intervals-pit.png
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { writeFigure } from '../src/app/cli/figure-file.ts';
import { calibrateCurves } from '../src/core/laws/forecast/calibrate.ts';
import type { CurveCalibration } from '../src/core/laws/forecast/calibrate.ts';
import { pitFigure } from '../src/core/report/pit.ts';
import {
  BASELINES,
  otherModelAndData,
  prepare,
  scoreIntervals,
  summarize,
  withReach,
} from '../test/support/curve-intervals.ts';
import type { IntervalScores, PreparedCurve } from '../test/support/curve-intervals.ts';
import { clusteredBootstrap, clusterOf } from '../test/support/curve-scores.ts';
import { loadCurves } from '../test/support/curves.ts';
import type { CurveSet, RealCurve } from '../test/support/curves.ts';
import { ROOT } from '../test/support/study.ts';
import { dataFile } from './conformance/data.ts';

const SETS: readonly CurveSet[] = ['benchmark', 'colpret', 'lcdb'];
const SOURCE =
  'benchmark of Alabdulmohsin et al. 2022 (arXiv 2209.06640), IBM/ColPret collection, LCDB 1.1 (CC BY 4.0); tools/calibrate-curves.ts';

const groupOf = ({ set, domain, dataset }: RealCurve): string =>
  set === 'lcdb' ? `lcdb, table ${dataset}` : set === 'routing' ? 'routing' : `${set}, ${domain}`;

function printTable(title: string, scores: readonly IntervalScores[]): void {
  console.log(`\n${title}\n`);
  printHeader();
  const groups = Map.groupBy(scores, ({ curve }) => groupOf(curve));
  for (const [name, group] of groups.size > 1 ? [...groups, ['all', scores] as const] : groups) printRow(name, group);
}

function printHeader(): void {
  console.log('| curves | n | abstain | coverage | width | score | LVCF score: | | | ratio: | | |');
  console.log('| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |');
  console.log(`| | | | | | | ${[...BASELINES, ...BASELINES].join(' | ')} |`);
}

function printRow(name: string, scores: readonly IntervalScores[]): void {
  const { curves, abstentions, coverage, width, score, baselines } = summarize(scores);
  if (abstentions === curves) {
    console.log(`| ${name} | ${curves} | ${abstentions} | | | | | | | | | |`);
    return;
  }
  const cells = [
    name,
    curves,
    abstentions,
    coverage.toFixed(3),
    width.toFixed(4),
    score.toFixed(4),
    ...BASELINES.map((kind) => baselines[kind].score.toFixed(4)),
    ...BASELINES.map((kind) => baselines[kind].ratio.toFixed(3)),
  ];
  console.log(`| ${cells.join(' | ')} |`);
}

/** Percentile bounds that draw whole models (LCDB: whole tables). */
function printBounds(scores: readonly IntervalScores[]): void {
  const made = scores.filter(({ ours }) => ours !== null);
  const clusters = made.map(({ curve }) => clusterOf(curve));
  const of = (statistic: (rows: readonly IntervalScores[]) => number): string => {
    const indices = made.map((_, index) => index);
    const { low, high } = clusteredBootstrap(indices, clusters, (drawn) =>
      statistic(drawn.map((index) => made[index])),
    );
    return `${low.toFixed(3)} to ${high.toFixed(3)}`;
  };
  console.log(
    `\n95 % bounds, drawing ${new Set(clusters).size} models and tables: coverage ${of((rows) => summarize(rows).coverage)};`,
  );
  for (const kind of BASELINES)
    console.log(`score over the ${kind} baseline's ${of((rows) => summarize(rows).baselines[kind].ratio)}`);
}

function printAbstentions(scores: readonly IntervalScores[]): void {
  console.log('\nAbstentions\n');
  for (const { curve, abstention } of scores) {
    if (abstention !== null) console.log(`* ${groupOf(curve)}, ${curve.model}, ${curve.dataset}: ${abstention}`);
  }
}

/** The same model in two sets is left out of both. */
const otherSet = (one: RealCurve, other: RealCurve): boolean => one.set !== other.set && one.model !== other.model;

function writeTable({ quantiles, ...calibration }: CurveCalibration): void {
  // Digits beyond these change with the order of sums.
  const rounded = quantiles.map((value) => Number(value.toPrecision(9)));
  const text = [
    "import type { CurveCalibration } from './calibrate.ts';",
    '',
    '/** Made by `node tools/calibrate-curves.ts --write`; how well it holds: docs/laws/curve-intervals.md. */',
    `export const CURVE_CALIBRATION: CurveCalibration = ${JSON.stringify({ ...calibration, quantiles: rounded }, null, 2)};`,
    '',
  ].join('\n');
  writeFileSync(join(ROOT, 'src/core/laws/forecast/calibration-table.ts'), text);
}

/** A table of curves as one set: a curve a group, held out past half of its x; curves of fewer than eight points are left out. */
function curvesOf(
  rows: readonly Record<string, string>[],
  domain: string,
  { group, x, y }: { group: string; x: string; y: (row: Record<string, string>) => number },
): RealCurve[] {
  return [...Map.groupBy(rows, (row) => row[group])].flatMap(([model, same]) => {
    const points = same.map((row) => ({ x: Number(row[x]), y: y(row) })).filter((point) => point.x > 0 && point.y > 0);
    const ordered = [...new Map(points.map((point) => [point.x, point.y]))].sort(([a], [b]) => a - b);
    const xs = ordered.map(([at]) => at);
    if (xs.length < 8) return [];
    const isTraining = xs.map((at) => at <= xs.at(-1)! / 2);
    return [
      {
        set: 'routing' as const,
        domain,
        model,
        dataset: domain,
        x: xs,
        y: ordered.map(([, value]) => value),
        isTraining,
      },
    ];
  });
}

const csv = (text: string): Record<string, string>[] => parse(text, { columns: true });

/** Curves that no choice here was made on. */
function untouched(): [string, RealCurve[]][] {
  const routing = csv(gunzipSync(readFileSync(dataFile('routing/curves.csv.gz'))).toString('utf8'));
  const clip = csv(readFileSync(dataFile('openclip/imagenet_zeroshot_learning_curves.csv'), 'utf8'));
  const column = (name: string) => (row: Record<string, string>) => (row[name] === '' ? Number.NaN : Number(row[name]));
  const losses = ['c4', 'curation_corpus', 'lambada', 'pile', 'wikitext103'].map((name): [string, RealCurve[]] => [
    `routing, ${name}`,
    curvesOf(routing, name, { group: 'hyper_id', x: 'step', y: column(`loss_${name}`) }),
  ]);
  const top1 = column('imagenet-zeroshot-val-top1');
  return [
    ...losses,
    ['OpenCLIP, error', curvesOf(clip, 'clip', { group: 'name', x: 'epoch', y: (row) => 1 - top1(row) })],
  ];
}

const known = SETS.flatMap((set) => loadCurves(set)).map(prepare);
const calibration = calibrateCurves(
  known.flatMap(({ lesson }) => lesson ?? []),
  SOURCE,
);
const routing = loadCurves('routing').map(prepare);
const atReach = (reach: number): PreparedCurve[] =>
  [...SETS, 'routing' as const]
    .flatMap((set) => loadCurves(set))
    .flatMap((curve) => withReach(curve, reach) ?? [])
    .map(prepare);

const scores = scoreIntervals(known, known);
printTable('90 % intervals, calibrated without the model and without the data set of each curve', scores);
printBounds(scores);
printTable(
  'Calibrated without the whole set of each curve',
  scoreIntervals(known, known, otherSet, ({ set, model }) => `${set}|${model}`),
);
printTable('Never calibrated on: routing', scoreIntervals(routing, known));
console.log('\nCurves that no choice was made on\n');
printHeader();
for (const [name, curves] of untouched())
  printRow(
    name,
    scoreIntervals(curves.map(prepare), known, otherModelAndData, () => name),
  );
for (const reach of [4, 8]) {
  printTable(
    `The last point ${reach} times beyond the fitted ones, calibrated on the official splits`,
    scoreIntervals(atReach(reach), known),
  );
}
printAbstentions(scores);
if (process.argv.includes('--write')) {
  writeTable(calibration);
  const figure = pitFigure(
    scores.flatMap(({ pit }) => (pit.length > 0 ? [pit[Math.floor(pit.length / 2)]] : [])),
    { title: 'Forecasts of real learning curves, one held-out point each' },
  );
  writeFigure(figure, join(ROOT, 'docs/laws/curve-intervals-pit.png'));
}
