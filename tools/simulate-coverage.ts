/**
 * Coverage of intervals on simulated studies, in tables for docs/laws/coverage.md.
 * `node tools/simulate-coverage.ts SECTION [STUDIES] [ROWS]`; sections: coverage, huber, corner, methods, breaks, tests, pit. ROWS is a pattern
 * for runs and noise, such as "^9 t3".
 */
import { fitLaw } from '../src/core/laws/index.ts';
import type { Objective } from '../src/core/laws/index.ts';
import { likelihoodOf } from '../src/core/laws/uncertainty/likelihood.ts';
import { testMisspecification } from '../src/core/laws/uncertainty/misspecification.ts';
import { newRunPit } from '../src/core/laws/uncertainty/profile-intervals.ts';
import { LAW, LOG_HUBER, LOG_SQUARES, NAMES, outcomeOf } from './coverage/outcomes.ts';
import type { Method, Outcome } from './coverage/outcomes.ts';
import { drawStudy } from './coverage/studies.ts';
import type { Design, NoiseKind } from './coverage/studies.ts';

const SEED = 2024;

const GRIDS = [
  [3, 3],
  [5, 5],
  [10, 6],
] as const;
const NOISES: readonly NoiseKind[] = ['known errors', 'three evaluations', 'two seeds', 't3'];

/** Nine, 25 and 60 runs; with two seeds a cell 18, 50 and 60. */
export const DESIGNS: readonly Design[] = GRIDS.flatMap((grid) =>
  NOISES.map((noise): Design => ({
    grid: noise === 'two seeds' && grid[0] === 10 ? [6, 5] : grid,
    noise,
    truths: 'box',
  })),
);

/** Which rows of a table are wanted. */
const WANTED = new RegExp(process.argv[4] ?? '');
const isWanted = (design: Design): boolean => WANTED.test(`${runsOf(design)} ${design.noise}`);

const runsOf = ({ grid, noise }: Design): number => grid[0] * grid[1] * (noise === 'two seeds' ? 2 : 1);

export interface Summary {
  readonly newRun: number;
  readonly curve: number;
  /** Mean interval score over the reference's, and its Monte Carlo standard error. */
  readonly ratio: number;
  readonly ratioError: number;
  readonly referenceNewRun: number;
  readonly parameters: readonly number[];
  /** Share of all studies with an interval of the parameter. */
  readonly given: readonly number[];
  readonly allocation: number;
  readonly refused: number;
  readonly atBound: number;
  readonly refuted: number;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const share = (flags: readonly (boolean | undefined)[]): number =>
  mean(flags.flatMap((flag) => (flag === undefined ? [] : [Number(flag)])));

export function summarize(outcomes: readonly Outcome[]): Summary {
  const [scores, references] = [outcomes.map(({ score }) => score), outcomes.map((one) => one.referenceScore)];
  const ratio = mean(scores) / mean(references);
  const scatter = mean(scores.map((score, i) => (score - ratio * references[i]) ** 2));
  return {
    newRun: share(outcomes.map((one) => one.newRun)),
    curve: share(outcomes.map((one) => one.curve)),
    ratio,
    ratioError: Math.sqrt(scatter / outcomes.length) / mean(references),
    referenceNewRun: share(outcomes.map((one) => one.referenceNewRun)),
    parameters: NAMES.map((_, i) => share(outcomes.map(({ parameters }) => parameters[i]))),
    given: NAMES.map((_, i) => mean(outcomes.map(({ parameters }) => Number(parameters[i] !== undefined)))),
    allocation: share(outcomes.map((one) => one.allocation)),
    refused: mean(outcomes.map(({ allocation }) => Number(allocation === undefined))),
    atBound: share(outcomes.map((one) => one.atBound)),
    refuted: share(outcomes.map((one) => one.refuted)),
  };
}

/** Studies 0 to `studies` - 1 of a design. */
export function simulate(design: Design, objective: Objective, method: Method, studies: number): Summary {
  return summarize(Array.from({ length: studies }, (_, index) => outcomeOf(design, objective, method, SEED, index)));
}

const three = (value: number): string => value.toFixed(3).replace(/^0/, '');

function printRow(cells: readonly string[]): void {
  console.log(`| ${cells.join(' | ')} |`);
}

function printHead(names: readonly string[]): void {
  printRow(names);
  printRow(names.map(() => '---'));
}

const COLUMNS = ['new run', 'score / reference', 'reference covers', 'law', ...NAMES, 'size at 100x', 'at a bound'];

function cellsOf(summary: Summary): string[] {
  const { newRun, ratio, ratioError, referenceNewRun, curve, parameters, given, allocation, refused, atBound } =
    summary;
  return [
    `**${three(newRun)}**`,
    `${ratio.toFixed(2)} ± ${ratioError.toFixed(2)}`,
    three(referenceNewRun),
    three(curve),
    ...parameters.map((value, i) => `${three(value)}${given[i] < 0.9995 ? ` (of ${three(given[i])})` : ''}`),
    `${three(allocation)}${refused > 0 ? ` (${three(refused)} refused)` : ''}`,
    three(atBound),
  ];
}

function printCoverage(designs: readonly Design[], objective: Objective, studies: number): void {
  printHead(['runs', 'noise', 'studies', ...COLUMNS]);
  for (const design of designs.filter(isWanted)) {
    const summary = simulate(design, objective, 'profile', studies);
    printRow([`${runsOf(design)}`, design.noise, `${studies}`, ...cellsOf(summary)]);
  }
}

function printMethods(studies: number): void {
  printHead(['runs', 'noise', 'method', ...COLUMNS]);
  const designs: Design[] = [
    { grid: [3, 3], noise: 'one seed', truths: 'box' },
    { grid: [5, 5], noise: 't3', truths: 'box' },
  ];
  for (const design of designs) {
    for (const method of ['profile', 'delta', 'bootstrap', 'wild'] as const) {
      const summary = simulate(design, LOG_SQUARES, method, studies);
      printRow([`${runsOf(design)}`, design.noise, method, ...cellsOf(summary)]);
    }
  }
}

function printBreaks(studies: number): void {
  printHead(['runs', 'exponents beyond the data', 'new run', 'law', 'score / reference', 'called refuted']);
  for (const grid of GRIDS.filter((grid) => isWanted({ grid, noise: 'one seed', truths: 'box' }))) {
    for (const breakBeyond of [-1, -0.5, -0.2, 0.2, 0.5]) {
      const design: Design = { grid, noise: 'one seed', truths: 'box', breakBeyond };
      const { newRun, curve, ratio, refuted } = simulate(design, LOG_SQUARES, 'profile', studies);
      const change = breakBeyond === -1 ? 'no further gain' : `${breakBeyond > 0 ? '+' : ''}${100 * breakBeyond} %`;
      printRow([`${runsOf(design)}`, change, three(newRun), three(curve), ratio.toFixed(2), three(refuted)]);
    }
  }
}

/** Shares of studies in which the runs are said to contradict the law. */
export function refutedShare(design: Design, objective: Objective, studies: number): number {
  const flags = Array.from({ length: studies }, (_, index) => {
    const { data } = drawStudy(design, SEED, index);
    const fit = fitLaw(LAW, data, { objective });
    return testMisspecification(likelihoodOf(fit, data), data).isRefuted;
  });
  return share(flags);
}

const BENDS = [0, 0.01, 0.02, 0.04, 0.08, -0.02, -0.04, -0.08];

function printTests(studies: number): void {
  printHead(['runs', 'noise', 'objective', ...BENDS.map((bend) => `${(100 * bend).toFixed(0)} %`)]);
  const rows: readonly [Design, Objective, string][] = [
    ...DESIGNS.map((design): [Design, Objective, string] => [design, LOG_SQUARES, 'log-least-squares']),
    [{ grid: [5, 5], noise: 't3', truths: 'box' }, LOG_HUBER, 'log-huber'],
  ];
  for (const [design, objective, name] of rows.filter(([design]) => isWanted(design))) {
    const shares = BENDS.map((bend) =>
      refutedShare({ ...design, bend }, objective, bend === 0 ? 2 * studies : studies),
    );
    printRow([`${runsOf(design)}`, design.noise, name, ...shares.map(three)]);
  }
}

const BINS = 10;

/** Shares of new runs in each tenth of their predictive distributions, times ten: 1 where intervals are right at every level. */
function printPit(studies: number): void {
  printHead(['runs', 'noise', ...Array.from({ length: BINS }, (_, bin) => `${bin / BINS} to ${(bin + 1) / BINS}`)]);
  for (const design of DESIGNS.filter(isWanted)) {
    const counts = new Array<number>(BINS).fill(0);
    for (let index = 0; index < studies; index++) {
      const { data, at, measured, evaluationError } = drawStudy(design, SEED, index);
      const fit = fitLaw(LAW, data, { objective: LOG_SQUARES });
      const pit = newRunPit(fit, data, at, Math.exp(measured), evaluationError);
      counts[Math.min(BINS - 1, Math.floor(BINS * pit))] += 1;
    }
    printRow([`${runsOf(design)}`, design.noise, ...counts.map((count) => ((BINS * count) / studies).toFixed(2))]);
  }
}

const SECTIONS: Readonly<Record<string, (studies: number) => void>> = {
  coverage: (studies) => printCoverage(DESIGNS, LOG_SQUARES, studies),
  huber: (studies) => printCoverage(DESIGNS, LOG_HUBER, studies),
  corner: (studies) =>
    printCoverage(
      GRIDS.map((grid): Design => ({ grid, noise: 'one seed', truths: 'corner' })),
      LOG_SQUARES,
      studies,
    ),
  methods: printMethods,
  breaks: printBreaks,
  tests: printTests,
  pit: printPit,
};

if (import.meta.main) {
  const [name, studies = '2000'] = process.argv.slice(2);
  const section = SECTIONS[name];
  if (section) section(Number(studies));
  else console.error(`sections: ${Object.keys(SECTIONS).join(', ')}`);
}
