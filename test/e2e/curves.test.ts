import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SchedulePoints } from '../../src/core/laws/curves/loss-curve.ts';
import { createSchedule, scheduleLawById } from '../../src/core/laws/index.ts';
import { isoflop, temporaryFolder } from '../support/study.ts';

const law = scheduleLawById('annealing');
const TRUTH = [3, 0.4, 0.4, 0.9, 150];

/** Rows of a run under a schedule, by the truth. */
function rowsOf(rateAt: (share: number) => number): { step: number; lr: number; loss: number }[] {
  const rows = Array.from({ length: 40 }, (_, i) => ({ step: 100 + 40 * i, learningRate: 3e-4 * rateAt(i / 39) }));
  const points = new SchedulePoints(
    law,
    createSchedule(rows),
    rows.map(({ step }) => step),
    0,
  );
  return rows.map(({ step, learningRate }, row) => ({
    step,
    lr: learningRate,
    loss: points.loss(TRUTH, row, new Float64Array(5)),
  }));
}

const RUNS = {
  cosine: rowsOf((x) => 0.1 + 0.45 * (1 + Math.cos(Math.PI * x))),
  constant: rowsOf(() => 1),
  wsd: rowsOf((x) => Math.min(1, 0.1 + 4.5 * (1 - x))),
  drop: rowsOf((x) => (x < 0.5 ? 1 : 0.3)),
};

const folder = temporaryFolder('curves');
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const csv = (rows: readonly object[]): string =>
  [Object.keys(rows[0]).join(','), ...rows.map((row) => Object.values(row).join(','))].join('\n');
const FILES = Object.entries(RUNS).map(([name, rows]) => file(`${name}.csv`, csv(rows)));
const ALL = file('all.csv', csv(Object.entries(RUNS).flatMap(([run, rows]) => rows.map((row) => ({ run, ...row })))));
const MAP = ['--map', 'learningRate=lr'];
const json = (...args: string[]): ReturnType<typeof JSON.parse> => {
  const { code, stdout, stderr } = isoflop('curves', ...args, '--json');
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return JSON.parse(stdout);
};

describe('isoflop curves', () => {
  it('fits files or one table alike, and predicts another schedule', () => {
    const fit = json('fit', ...FILES.slice(0, 2), FILES[3], ...MAP, '--law', 'annealing');
    expect(fit).toMatchObject({ schema: 'isoflop.curve-fit/1', law: { id: 'annealing' }, exclusions: [] });
    expect(fit.parameters.K / TRUTH[4]).toBeCloseTo(1, 3);
    expect(fit.heldOut).toHaveLength(3);
    const one = json('fit', ALL, ...MAP, '--where', 'run != "wsd"', '--law', 'annealing');
    expect(one.objective).toBe(fit.objective);

    const saved = file('fit.json', JSON.stringify(fit));
    const figure = join(folder, 'wsd.svg');
    const prediction = json('predict', saved, '--schedule', FILES[2], ...MAP, '--at', '500,1660', '--figure', figure);
    expect(prediction.schema).toBe('isoflop.curve-prediction/1');
    for (const { step, loss, intervals } of prediction.forecasts) {
      const actual = RUNS.wsd.find((row) => row.step === step)!.loss;
      expect(loss / actual).toBeCloseTo(1, 4);
      expect(intervals[1].low).toBeLessThan(actual);
      expect(intervals[1].high).toBeGreaterThan(actual);
    }
    expect(prediction.score.r2).toBeGreaterThan(0.999);
    expect(prediction.warnings).toEqual([]);

    const plan = file('plan.csv', 'step,lr\n100,3e-4\n3000,3e-4\n4000,3e-5');
    const far = json('predict', saved, '--schedule', plan, ...MAP);
    expect(far.warnings).toContain('the number of steps goes to 2.4 times the most that the fit saw');
  });

  it('compares laws by left-out curves, within 80 columns', () => {
    const { laws } = json('compare', ALL, ...MAP);
    const error = (id: string): number =>
      laws.find(({ law }: { law: { id: string } }) => law.id === id).mean.meanAbsoluteError;
    expect(error('annealing')).toBeLessThan(0.2 * error('steps-only'));
    const { stdout } = isoflop('curves', 'compare', ALL, ...MAP);
    expect(stdout).toContain('Best by mean absolute error: annealing.');
    expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80);
  });

  it('forecasts an end from a beginning, with and without a law', () => {
    const actual = RUNS.wsd.at(-1)!.loss;
    const alone = json('early', FILES[2], ...MAP);
    expect(alone).toMatchObject({ schema: 'isoflop.early-forecast/1', final: 1660, siblings: 0, measured: actual });
    const others = [FILES[0], FILES[1], FILES[3]];
    const byLaw = json('early', FILES[2], '--siblings', ...others, ...MAP, '--law', 'annealing', '--until', '30%');
    expect(byLaw.loss / actual).toBeCloseTo(1, 3);
    expect(Math.abs(byLaw.loss - actual)).toBeLessThan(0.2 * Math.abs(alone.loss - actual));
    expect(json('early', ALL, '--run', 'wsd', ...MAP, '--law', 'annealing').loss).toBe(byLaw.loss);
  });

  it('shows its laws among the others', () => {
    expect(isoflop('laws', 'multi-power').stdout).toContain('B 363.78751622');
    const list = isoflop('laws').stdout;
    expect(list).toContain('annealing');
    for (const line of list.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(isoflop('fit', ALL, '--law', 'multi-power')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('isoflop curves fit'),
    });
  });

  it.each([
    ['no learning rates', ['fit', FILES[0]], 2, 'has no learning rates', '--map "learningRate=lr"'],
    ['no steps', ['fit', FILES[0], '--map', 'learningRate=lr,step=lr2'], 2, "no column 'lr2'", 'Its columns'],
    ['two runs of one name', ['fit', FILES[0], FILES[0], ...MAP], 2, "two runs are called 'cosine'", 'rename'],
    ['an unknown law', ['fit', FILES[0], ...MAP, '--law', 'cubic'], 2, "'cubic'", 'multi-power'],
    ['no decay', ['fit', FILES[1], ...MAP], 1, 'falls in none of the curves', 'steps-only'],
    [
      'a warm-up too long',
      ['fit', ...FILES, ...MAP, '--warmup', '200'],
      2,
      'does not end by the first row',
      'from rate 0',
    ],
    ['a fit that is none', ['predict', FILES[0], '--schedule', FILES[0]], 2, 'not valid JSON', ''],
    ['many runs and no name', ['early', ALL, ...MAP], 2, 'holds 4 runs', '--run: cosine'],
    ['a run that is not there', ['early', ALL, ...MAP, '--run', 'x'], 2, "no run is called 'x'", 'cosine'],
    ['a share above 1', ['early', FILES[0], ...MAP, '--until', '150%'], 2, 'A share such as 30%', ''],
  ])('refuses %s', (_, args, exit, fault, remedy) => {
    const { code, stderr } = isoflop('curves', ...args);
    expect(stderr).toContain(fault);
    expect(stderr).toContain(remedy);
    expect(code).toBe(exit);
  });

  it('refuses losses that are not positive and steps that do not rise, with the place', () => {
    const negative = file('negative.csv', csv(RUNS.wsd.map((row, i) => (i === 7 ? { ...row, loss: -1 } : row))));
    expect(isoflop('curves', 'fit', negative, ...MAP).stderr).toContain("run 'negative', step 380: the loss is -1");
    const unordered = file('unordered.csv', csv(RUNS.wsd.toReversed()));
    expect(isoflop('curves', 'fit', unordered, ...MAP).stderr).toContain(
      "run 'unordered': row 2 of the schedule: step 1620",
    );
  });
});
