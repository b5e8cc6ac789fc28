import { describe, expect, it } from 'vitest';
import { curveLoss, levelsOver, noisy, tableOf } from '../../../../tools/diagnosis/tables.ts';
import { exp, log } from '../../math/elementary.ts';
import { Random } from '../../math/random.ts';
import type { Observations } from '../../terms/observation.ts';
import { diagnose, judge } from './diagnose.ts';
import type { Judgement } from './diagnose.ts';
import type { DetectorId, Finding } from './finding.ts';

const finding = ({ findings }: Pick<Judgement, 'findings'>, id: DetectorId): Finding =>
  findings.find((one) => one.id === id)!;

/** A power law over 16 levels and a factor of 10,000 with .3 % noise; `change` adds to the log loss by place. */
function ladder(change: (k: number) => number = () => 0, more: Record<string, number[]> = {}): Observations {
  const flops = levelsOver(16, 1e4);
  const loss = flops.map((x, k) => 3 * (x / 1e17) ** -0.15 * exp(change(k)));
  return tableOf({ flops, ...more, loss: noisy(loss, 0.003, new Random(12)) });
}

/** A Chinchilla grid of 6 x 6. */
function grid(effective: (params: number, tokens: number) => [number, number] = (n, d) => [n, d]): Observations {
  const params = levelsOver(6, 300, 6, 1e7);
  const tokens = levelsOver(6, 300, 1, 1e9);
  const all = params.map((_, row) => tokens[row % 6]);
  const loss = params.map((n, row) => {
    const [size, seen] = effective(n, all[row]);
    return 1.7 + (size / 1e6) ** -0.34 * 4 + (seen / 1e8) ** -0.28 * 4;
  });
  return tableOf({ params, tokens: all, loss: noisy(loss, 0.004, new Random(4)) });
}

describe('the verdict', () => {
  it('is a clean power law, with what the next doubling buys', () => {
    const { verdict, nextDoubling, findings, schema } = diagnose(ladder());
    expect(schema).toBe('isoflop.diagnosis/1');
    expect(verdict).toMatchObject({ id: 'power-law', scales: true });
    expect(findings.filter((one) => one.verdict === 'alarm')).toEqual([]);
    // 1 - 2^-.15
    expect(nextDoubling!.at.flops).toBeCloseTo(2e21, -15);
    expect(nextDoubling!.gain).toBeCloseTo(0.0987, 2);
    expect(nextDoubling!.gainInterval.low).toBeLessThan(0.0987);
    expect(nextDoubling!.gainInterval.high).toBeGreaterThan(0.0987);
  });

  it('is a power law with a floor, whose doubling buys less', () => {
    const flops = levelsOver(10, 1000);
    const loss = flops.map(curveLoss({ share: 0.6, alpha: 0.3 }, flops.at(-1)!));
    const { verdict, nextDoubling, fit } = diagnose(tableOf({ flops, loss: noisy(loss, 0.003, new Random(3)) }));
    expect(verdict).toMatchObject({ id: 'power-law-with-floor', scales: true });
    expect(fit!.parameters.E).toBeGreaterThan(1);
    expect(fit!.parameters.E).toBeLessThan(1.4);
    // .4 of the loss falls by 1 - 2^-.3.
    expect(nextDoubling!.gain).toBeCloseTo(0.4 * (1 - 2 ** -0.3), 2);
  });

  it('cannot tell a floor where levels, range or noise do not show it', () => {
    const flops = levelsOver(5, 16);
    const ids = Array.from({ length: 30 }, (_, set) => {
      const loss = flops.map(curveLoss({ share: 0.3, alpha: 0.25 }, flops.at(-1)!));
      return judge(tableOf({ flops, loss: noisy(loss, 0.02, new Random(9, set)) })).verdict.id;
    });
    expect(ids.filter((id) => id === 'cannot-tell').length).toBeGreaterThan(25);
  });

  it('is not given on too few levels, too short a range, or a slope that may be none', () => {
    const flops = [1e18, 1e18, 1e19, 1e19, 1e20, 1e20];
    const few = judge(tableOf({ flops, loss: [3, 3.01, 2.7, 2.71, 2.4, 2.42] }));
    expect(few.verdict).toMatchObject({ id: 'not-enough-data', scales: false });
    expect(few.verdict.sentence).toMatch(/6 runs at 3 levels of flops over a factor of 100; wanted are 4 levels/);
    const short = levelsOver(8, 2);
    expect(judge(tableOf({ flops: short, loss: short.map((x) => x ** -0.1) })).verdict.id).toBe('not-enough-data');
    const noisyFlops = levelsOver(6, 30);
    const hardly = noisyFlops.map((x) => 3 * (x / 1e17) ** -0.005);
    const ids = Array.from(
      { length: 20 },
      (_, set) => judge(tableOf({ flops: noisyFlops, loss: noisy(hardly, 0.05, new Random(1, set)) })).verdict.id,
    );
    expect(ids.filter((id) => id === 'not-enough-data').length).toBeGreaterThan(14);
  });

  it('is U-shaped where the loss ends rising, double descent where it falls again', () => {
    const rising = (k: number): number => (k < 9 ? 0 : 0.15 * log(1e4 ** ((k - 9) / 15)) + 0.02 * (k - 9));
    const u = judge(ladder(rising));
    expect(u.verdict).toMatchObject({ id: 'u-shaped', scales: false });
    expect(finding(u, 'rise').rows.every((row) => row >= 8)).toBe(true);
    const bump = (k: number): number => 0.5 * exp(-(((k - 8) / 2.5) ** 2));
    expect(judge(ladder(bump)).verdict).toMatchObject({ id: 'double-descent', scales: false });
  });

  it('says that the loss rises where it rises over the whole range', () => {
    const { verdict } = judge(grid((n, d) => [3e16 / n, 3e20 / d]));
    expect(verdict).toMatchObject({ id: 'plateau', scales: false });
    expect(verdict.sentence).toContain('The loss rises: by +');
  });

  it('is a plateau where the loss stops, and says by what', () => {
    const stopped = (k: number): number => (k < 9 ? 0 : 0.15 * log(1e4 ** ((k - 9) / 15)));
    expect(judge(ladder(stopped)).verdict).toMatchObject({ id: 'plateau', by: 'compute' });
    const middle = Math.sqrt(300);
    expect(judge(grid((n, d) => [n, Math.min(d, 1e9 * middle)])).verdict).toMatchObject({
      id: 'plateau',
      by: 'tokens',
    });
    expect(judge(grid((n, d) => [Math.min(n, 1e7 * middle), d])).verdict).toMatchObject({
      id: 'plateau',
      by: 'params',
    });
    const flat = levelsOver(12, 1000);
    const nothing = judge(
      tableOf({
        flops: flat,
        loss: noisy(
          flat.map(() => 2),
          0.001,
          new Random(7),
        ),
      }),
    );
    expect(nothing.verdict).toMatchObject({ id: 'plateau', scales: false });
  });

  it('suspects the learning rate where one rate serves all sizes and the large ones fall short', () => {
    const params = levelsOver(16, 1e4, 1, 1e6);
    const loss = params.map((n, k) => 3 * (n / 1e6) ** -0.2 * exp(k < 9 ? 0 : 0.2 * log(n / params[9])));
    const learningRate = params.map(() => 1e-3);
    const { verdict } = judge(tableOf({ params, learningRate, loss: noisy(loss, 0.003, new Random(5)) }));
    expect(verdict).toMatchObject({ id: 'plateau', by: 'learning rate' });
    expect(verdict.sentence).toMatch(/was not tuned/);
  });

  it('is broken where the slope rises late or falls to a half', () => {
    const steeper = (k: number): number => (k < 8 ? 0 : -0.15 * log(1e4 ** ((k - 8) / 15)));
    expect(judge(ladder(steeper)).verdict).toMatchObject({ id: 'broken', scales: false });
    const shallower = (k: number): number => (k < 8 ? 0 : 0.075 * log(1e4 ** ((k - 8) / 15)));
    expect(judge(ladder(shallower)).verdict).toMatchObject({ id: 'broken', scales: false });
  });

  it('is a power law with floor on a Chinchilla grid', () => {
    const { verdict, nextDoubling } = diagnose(grid());
    expect(verdict.id).toBe('power-law-with-floor');
    expect(nextDoubling!.at.params / 3e9).toBeCloseTo(Math.SQRT2, 6);
    expect(nextDoubling!.at.tokens / 3e11).toBeCloseTo(Math.SQRT2, 6);
    const at = (factor: number): number => 1.7 + 4 * (3000 * factor) ** -0.34 + 4 * (3000 * factor) ** -0.28;
    expect(nextDoubling!.gain).toBeCloseTo(1 - at(Math.SQRT2) / at(1), 2);
  });
});

describe('runs that do not belong', () => {
  it('an outlier is named, and the verdict is without it', () => {
    const { findings, verdict, judged } = judge(ladder((k) => (k === 6 ? 0.06 : 0)));
    const outliers = finding({ findings }, 'outliers');
    expect(outliers).toMatchObject({ verdict: 'alarm', rows: [6] });
    expect(outliers.effect).toBeCloseTo(0.06, 2);
    expect(verdict.scales).toBe(true);
    expect(judged).not.toContain(6);
  });

  it('losses that are no numbers, and runs no better than guessing, have diverged', () => {
    const clean = ladder();
    const loss = clean.columns.loss.slice();
    [loss[2], loss[5], loss[9]] = [NaN, Infinity, 12];
    const { findings, judged } = judge({ ...clean, columns: { ...clean.columns, loss } }, { vocabulary: 50257 });
    expect(finding({ findings }, 'diverged')).toMatchObject({ verdict: 'alarm', rows: [2, 5, 9] });
    expect(finding({ findings }, 'diverged').sentence).toMatch(/log\(vocabulary\) = 10.8/);
    expect(judged).toHaveLength(13);
  });

  it('a run that ends above its own best has diverged', () => {
    const flops = levelsOver(6, 100).flatMap((x) => [x / 2, x]);
    const loss = flops.map((x, row) => (x / 1e17) ** -0.1 * (row === 7 ? 1.2 : 1));
    const data = { ...tableOf({ flops, loss }), runs: flops.map((_, row) => `run ${Math.floor(row / 2)}`) };
    const { findings, judged } = judge(data);
    expect(finding({ findings }, 'diverged').rows).toEqual([7]);
    // Otherwise the last row of each run is judged.
    expect(judged).toEqual([1, 3, 5, 6, 9, 11]);
  });

  it('unfinished runs are left out: by portion, by steps, by a learning rate that has not come down', () => {
    const cases: Record<string, number[]>[] = [
      { portion: Array.from({ length: 16 }, (_, k) => (k % 4 === 0 ? 0.5 : 1)) },
      {
        steps: Array.from({ length: 16 }, (_, k) => (k % 4 === 0 ? 500 : 1000)),
        totalSteps: new Array<number>(16).fill(1000),
      },
      {
        learningRate: new Array<number>(16).fill(1e-3),
        finalLearningRate: Array.from({ length: 16 }, (_, k) => (k % 4 === 0 ? 9e-4 : 1e-4)),
      },
    ];
    for (const more of cases) {
      const { findings, judged } = judge(
        ladder(() => 0, more),
        { over: 'flops' },
      );
      expect(finding({ findings }, 'unfinished')).toMatchObject({ verdict: 'alarm', rows: [0, 4, 8, 12] });
      expect(judged).toHaveLength(12);
    }
    expect(judge(ladder()).findings.some(({ id }) => id === 'unfinished')).toBe(false);
  });

  it('copies are counted and left out, and losses that many runs share are named', () => {
    const clean = ladder();
    const twice = (values: Float64Array): number[] => [...values, values[3], values[4]];
    const data = tableOf({ flops: twice(clean.columns.flops), loss: twice(clean.columns.loss) });
    const { findings, judged } = judge(data);
    expect(finding({ findings }, 'duplicates')).toMatchObject({ verdict: 'alarm', rows: [16, 17] });
    expect(judged).toHaveLength(16);
    const shared = clean.columns.loss.map((_, row, all) => all[row - (row % 2)]);
    expect(finding(judge({ ...clean, columns: { ...clean.columns, loss: shared } }), 'duplicates').rows).toHaveLength(
      8,
    );
    // Short numbers meet by chance.
    const rounded = shared.map((value) => Math.round(100 * value) / 100);
    expect(finding(judge({ ...clean, columns: { ...clean.columns, loss: rounded } }), 'duplicates').verdict).toBe(
      'fine',
    );
  });

  it('mixed ways of counting end the verdict, exact counts do not', () => {
    const clean = grid();
    const { params, tokens, loss } = clean.columns;
    const counted = (ratio: (row: number) => number): Observations =>
      tableOf({
        params: [...params],
        tokens: [...tokens],
        loss: [...loss],
        flops: Array.from(params, (n, row) => 6 * n * tokens[row] * ratio(row)),
      });
    const mixed = judge(counted((row) => (row % 3 === 0 ? 1.4 : 1)));
    expect(mixed.verdict).toMatchObject({ id: 'mixed-runs', scales: false });
    expect(finding(mixed, 'conventions').rows).toHaveLength(12);
    expect(finding(judge(counted((row) => 1 + 0.5 * (params[row] / 1e7) ** -0.3)), 'conventions').verdict).not.toBe(
      'alarm',
    );
    expect(judge(counted(() => 1)).verdict.id).toBe('power-law-with-floor');
  });

  it('mixed schedules and shallow models are told from the law of the rest', () => {
    const schedules = Array.from({ length: 16 }, (_, k) => (k % 2 === 0 ? 'cosine' : 'constant'));
    const mixed = judge(
      ladder((k) => (k % 2 === 0 ? 0 : 0.03)),
      { schedules },
    );
    expect(mixed.verdict.id).toBe('mixed-runs');
    expect(finding(mixed, 'schedules').sentence).toMatch(/'(cosine|constant)' lie [+-]/);
    expect(finding(judge(ladder(), { schedules }), 'schedules').verdict).not.toBe('alarm');
    const depth = Array.from({ length: 16 }, (_, k) => (k % 4 === 1 ? 2 : 12));
    const shallow = finding(judge(ladder((k) => (k % 4 === 1 ? 0.04 : 0), { depth })), 'shallow');
    expect(shallow).toMatchObject({ verdict: 'alarm', rows: [1, 5, 9, 13] });
    expect(shallow.effect).toBeCloseTo(0.04, 2);
  });

  it('a sweep whose best rate lies at its edge is not tuned; the best run of each size is judged', () => {
    const sizes = levelsOver(6, 1000);
    const sweep = (best: number): Observations => {
      const flops = sizes.flatMap((x) => [x, x, x, x]);
      const learningRate = sizes.flatMap(() => [1e-3, 2e-3, 4e-3, 8e-3]);
      const loss = flops.map((x, row) => 3 * (x / 1e17) ** -0.15 * exp(0.02 * ((row % 4) - best) ** 2));
      return tableOf({ flops, learningRate, loss: noisy(loss, 0.002, new Random(6)) });
    };
    const edge = judge(sweep(4.5));
    expect(finding(edge, 'learning-rate')).toMatchObject({ verdict: 'alarm' });
    expect(finding(edge, 'learning-rate').sentence).toMatch(/highest learning rate/);
    expect(finding(judge(sweep(-1.5)), 'learning-rate').sentence).toMatch(/lowest learning rate/);
    const inside = judge(sweep(1.4));
    expect(finding(inside, 'learning-rate').verdict).toBe('fine');
    expect(inside.judged).toHaveLength(6);
  });

  it('refuses a table without a loss or a scale', () => {
    expect(() => judge(tableOf({ loss: [1, 2, 3] }))).toThrow('no scale varies');
    expect(() => judge(ladder(), { over: 'params' })).toThrow("'params' is not in the table");
    const { flops } = ladder().columns;
    expect(() => judge({ ...ladder(), columns: { flops } })).toThrow("needs the column 'loss'");
  });
});
