/**
 * How good are the predictions? Runs the quickstart's study on other text and other seeds and tabulates prediction against
 * actual. `npm run bench -- ladder NAME=GLOB[,GLOB...] [NAME=...] [--seeds 4] [--first 0] [--folder DIR]`
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parse, stringify } from 'yaml';
import { outcomeOf } from '../src/core/report/document.ts';
import type { Outcome, StudyReport } from '../src/core/report/document.ts';

const ROOT = join(import.meta.dirname, '..');
const SEED_STRIDE = 100;

interface Row {
  readonly corpus: string;
  readonly seed: number;
  readonly report: StudyReport;
  readonly outcome: Outcome;
}

function runOne(corpus: string, paths: readonly string[], seed: number, folder: string): Row | undefined {
  const output = resolve(folder, `${corpus}-${seed}`);
  mkdirSync(output, { recursive: true });
  const study = parse(readFileSync(join(ROOT, 'examples/quickstart/study.yaml'), 'utf8')) as Record<string, unknown>;
  const own = { ...study, name: `${corpus}-${seed}`, data: { ...(study.data as object), paths }, seed, output };
  const file = join(output, 'study.yaml');
  if (!existsSync(file)) writeFileSync(file, stringify(own));
  execFileSync(process.execPath, [join(ROOT, 'src/app/cli/main.ts'), 'study', 'run', file], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const report = JSON.parse(readFileSync(join(output, 'report.json'), 'utf8')) as StudyReport;
  const outcome = outcomeOf(report);
  return outcome ? { corpus, seed, report, outcome } : undefined;
}

const percent = (share: number): string => `${share >= 0 ? '+' : ''}${(100 * share).toFixed(2)} %`;
const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

function halfWidth({ report }: Row): number {
  const { loss, intervals } = report.prediction!;
  return (intervals[1].high - intervals[1].low) / 2 / loss;
}

function print(rows: readonly Row[]): void {
  console.log(
    '| corpus | seed | FLOPs over ladder | epochs | predicted | actual | error | 95 % half-width | inside | last value | frontier power law |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const row of rows) {
    const { prediction } = row.report;
    const cells = [
      row.corpus,
      row.seed,
      `${prediction!.reach.toFixed(1)} x`,
      prediction!.repeats.toFixed(2),
      row.outcome.predicted.toFixed(4),
      row.outcome.actual.toFixed(4),
      percent(row.outcome.error),
      percent(halfWidth(row)).slice(1),
      row.outcome.insideLevel[95] ? 'yes' : 'NO',
      percent(row.outcome.baselineErrors.lastValue),
      percent(row.outcome.baselineErrors.frontierPowerLaw),
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
  const absolute = (of: (row: Row) => number): number[] => rows.map((row) => Math.abs(of(row)));
  const errors = absolute(({ outcome }) => outcome.error);
  console.log(
    `\nmedian error ${percent(median(errors))}, worst ${percent(Math.max(...errors))}; ` +
      `frontier power law ${percent(median(absolute(({ outcome }) => outcome.baselineErrors.frontierPowerLaw)))}, ` +
      `last value ${percent(median(absolute(({ outcome }) => outcome.baselineErrors.lastValue)))}; ` +
      `inside ${rows.filter(({ outcome }) => outcome.insideLevel[95]).length} of ${rows.length}, ` +
      `median half-width ${percent(median(rows.map(halfWidth)))}, largest ${percent(Math.max(...rows.map(halfWidth)))}`,
  );
}

export async function run(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      seeds: { type: 'string', default: '4' },
      first: { type: 'string', default: '0' },
      folder: { type: 'string', default: 'runs/bench-ladder' },
    },
  });
  const rows: Row[] = [];
  for (let index = 0; index < Number(values.seeds); index++) {
    for (const entry of positionals) {
      const [corpus, globs] = entry.split('=');
      // Seeds lie apart: a study with two runs a size takes two of them.
      const row = runOne(corpus, globs.split(','), Number(values.first) + SEED_STRIDE * index, values.folder);
      if (row) rows.push(row);
    }
  }
  print(rows);
}
