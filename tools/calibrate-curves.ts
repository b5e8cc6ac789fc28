/**
 * Calibrates the intervals of `isoflop forecast` on real learning curves, and shows whether they hold on curves that were left out.
 *
 *   node tools/calibrate-curves.ts           print the validation
 *   node tools/calibrate-curves.ts --write   also write src/core/laws/forecast/calibration-table.ts and docs/laws/curve-intervals-pit.png
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFigure } from '../src/app/cli/figure-file.ts';
import { calibrateCurves } from '../src/core/laws/forecast/calibrate.ts';
import type { CurveCalibration } from '../src/core/laws/forecast/calibrate.ts';
import { pitFigure } from '../src/core/report/pit.ts';
import { BASELINES, prepare, scoreIntervals, summarize, withReach } from '../test/support/curve-intervals.ts';
import type { IntervalScores, PreparedCurve } from '../test/support/curve-intervals.ts';
import { loadCurves } from '../test/support/curves.ts';
import type { CurveSet, RealCurve } from '../test/support/curves.ts';
import { ROOT } from '../test/support/study.ts';

const SETS: readonly CurveSet[] = ['benchmark', 'colpret', 'lcdb'];
const SOURCE =
  'benchmark of Alabdulmohsin et al. 2022 (arXiv 2209.06640), IBM/ColPret collection, LCDB 1.1 (CC BY 4.0); tools/calibrate-curves.ts';

const groupOf = ({ set, domain, dataset }: RealCurve): string =>
  set === 'lcdb' ? `lcdb, table ${dataset}` : set === 'routing' ? 'routing' : `${set}, ${domain}`;

function printTable(title: string, scores: readonly IntervalScores[]): void {
  console.log(`\n${title}\n`);
  console.log('| curves | n | abstain | coverage | width | score | LVCF score: | | | ratio: | | |');
  console.log('| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |');
  console.log(`| | | | | | | ${[...BASELINES, ...BASELINES].join(' | ')} |`);
  const groups = Map.groupBy(scores, ({ curve }) => groupOf(curve));
  for (const [name, group] of groups.size > 1 ? [...groups, ['all', scores] as const] : groups) printRow(name, group);
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

function printAbstentions(scores: readonly IntervalScores[]): void {
  console.log('\nAbstentions\n');
  for (const { curve, abstention } of scores) {
    if (abstention !== null) console.log(`* ${groupOf(curve)}, ${curve.model}, ${curve.dataset}: ${abstention}`);
  }
}

/** The same model in two sets is left out of both. */
const otherSet = (one: RealCurve, other: RealCurve): boolean => one.set !== other.set && one.model !== other.model;

function writeTable(calibration: CurveCalibration): void {
  const text = [
    "import type { CurveCalibration } from './calibrate.ts';",
    '',
    '/** Made by `node tools/calibrate-curves.ts --write`; how well it holds: docs/laws/curve-intervals.md. */',
    `export const CURVE_CALIBRATION: CurveCalibration = ${JSON.stringify(calibration, null, 2)};`,
    '',
  ].join('\n');
  writeFileSync(join(ROOT, 'src/core/laws/forecast/calibration-table.ts'), text);
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
printTable(
  'Calibrated without the whole set of each curve',
  scoreIntervals(known, known, otherSet, ({ set, model }) => `${set}|${model}`),
);
printTable('Never calibrated on: routing, with the calibration that ships', scoreIntervals(routing, known));
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
