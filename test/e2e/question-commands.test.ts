import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RecipeComparison, Reach } from '../../src/core/plan/index.ts';
import { normalCdf } from '../../src/core/math/normal.ts';
import { Random } from '../../src/core/math/random.ts';
import { campaign } from '../support/campaign.ts';
import { isoflop, temporaryFolder } from '../support/study.ts';
import type { Outcome } from '../support/study.ts';

const SURFACE = { E: 1.69, A: 406.4, B: 410.7, alpha: 0.34, beta: 0.28 };
const folder = temporaryFolder('questions');
const at = (name: string): string => join(folder, name);

function write(name: string, header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  writeFileSync(at(name), [header, ...rows].map((row) => row.join(',')).join('\n'));
  return at(name);
}

/** Rows of a campaign: params, tokens, loss, and what else each row holds. */
function rowsOf(surface: typeof SURFACE, seed: number, ...more: string[]): (string | number)[][] {
  const random = new Random(seed);
  const budgets = [1e18, 1e19, 1e20];
  const noise = (): number => 0.002 * random.normal();
  const { columns, rows } = campaign(surface, { budgets, sizes: 6, width: 5, noise });
  return Array.from({ length: rows }, (_, row) => [
    columns.params[row],
    columns.tokens[row],
    columns.loss[row],
    ...more,
  ]);
}

/** What a person sees lies within 80 columns. */
function expectReadable({ code, stdout }: Outcome): string {
  expect(code).toBe(0);
  for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  return stdout;
}

describe('commands that answer one question each', () => {
  it('reach: tokens to a loss by size, never where a size cannot; exit 1 where none can', () => {
    const runs = write('runs.csv', ['params', 'tokens', 'loss'], rowsOf(SURFACE, 1));
    writeFileSync(at('fit.json'), isoflop('fit', runs, '--json').stdout);
    const text = expectReadable(isoflop('reach', at('fit.json'), '--loss', '2.2', '--params', '1e8,1e10'));
    expect(text).toContain('unreachable');
    const slip = isoflop('predict', at('fit.json'), '--at', 'params=1e9,tokens=1e10,token=2e10');
    expect(slip).toMatchObject({ code: 2, stderr: expect.stringContaining("the fit knows no 'token'") });
    const none = isoflop('reach', at('fit.json'), '--loss', '1.2', '--json');
    expect(none.code).toBe(1);
    const { schema, reaches } = JSON.parse(none.stdout) as { schema: string; reaches: Reach[] };
    expect(schema).toBe('isoflop.reach/1');
    expect(reaches.every(({ tokens, verdict }) => tokens === null && verdict === 'unreachable')).toBe(true);
  });

  it('compare: the multiplier of a recipe named by a column', () => {
    const better = { ...SURFACE, A: SURFACE.A / 1.3 ** SURFACE.alpha, B: SURFACE.B / 1.3 ** SURFACE.beta };
    const rows = [...rowsOf(SURFACE, 1, 'adamw'), ...rowsOf(better, 2, 'muon')];
    const runs = write('recipes.csv', ['params', 'tokens', 'loss', 'optimizer'], rows);
    const text = expectReadable(isoflop('compare', runs, '--by', 'optimizer'));
    expect(text).toContain('muon (18 rows) against adamw (18 rows)');
    const { stdout } = isoflop('compare', runs, '--by', 'optimizer', '--base', 'muon', '--loss', '2.8', '--json');
    const { comparisons } = JSON.parse(stdout) as { comparisons: { other: string; comparison: RecipeComparison }[] };
    expect(comparisons[0].other).toBe('adamw');
    const { value, delta } = comparisons[0].comparison.constant!;
    expect(value).toBeCloseTo(1 / 1.69, 1);
    expect(delta!.low).toBeLessThan(1 / 1.69);
    expect(delta!.high).toBeGreaterThan(1 / 1.69);
  });

  it('shift: the line over two files, in percent, and its figure', () => {
    const probits = Array.from({ length: 12 }, (_, index) => -0.4 + 0.15 * index);
    const percent = (probit: number): number => 100 * normalCdf(probit);
    const before = write(
      'id.csv',
      ['model', 'top1'],
      probits.map((z, i) => [`m${i}`, percent(z)]),
    );
    const after = write(
      'ood.csv',
      ['model', 'top1'],
      probits.map((z, i) => [`m${i}`, percent(-0.3 + 0.9 * z + 0.01 * Math.sin(9 * i))]),
    );
    const options = ['--id', 'top1', '--ood', 'top1', '--percent', '--figure', at('shift.svg')];
    const text = expectReadable(isoflop('shift', before, after, ...options));
    expect(text).toMatch(/probit\(ood\) = -0\.30\d \+ 0\.\d+ probit\(id\)/);
    expect(readFileSync(at('shift.svg'), 'utf8')).toContain('<svg');
  });

  it('observe: a target from scores, some of them missing', () => {
    const random = new Random(3);
    const rows = Array.from({ length: 40 }, (_, index) => {
      const skill = -2 + (4 * index) / 39;
      const scores = [0.1, 0.08, 0.12].map((rate) => (0.5 + rate * skill + 0.005 * random.normal()).toFixed(4));
      if (index % 9 === 0) scores[index % 3] = '';
      const target = 0.9 / (1 + Math.exp(-2 * skill)) + 0.01 * random.normal();
      return [`m${index}`, `f${index % 3}`, 1e21 * 1.2 ** index, ...scores, Math.max(0, target)];
    });
    const models = write('models.csv', ['model', 'family', 'flops', 'a', 'b', 'c', 'target'], rows);
    const options = ['--scores', 'a,b,c', '--target', 'target', '--components', '1'];
    expect(expectReadable(isoflop('observe', models, ...options))).toContain('4 of 84 scores are missing');
  });

  it('downstream: accuracy through the loss, exit 1 where the second step does not hold', () => {
    const rows = Array.from({ length: 18 }, (_, index) => {
      const flops = 1e19 * 1.6 ** index;
      const loss = 1.7 + 250 / flops ** 0.16;
      return [flops, loss, 0.25 + 0.7 / (1 + Math.exp(-30 * (1.82 - loss))), 0.4 + 0.02 * Math.sin(5 * index)];
    });
    const runs = write('accuracy.csv', ['flops', 'loss', 'good', 'flat'], rows);
    const options = ['--chance', '0.25', '--at', 'flops=1e24'];
    const text = expectReadable(isoflop('downstream', runs, '--map', 'accuracy=good', ...options));
    expect(text).toContain('95 % for a new model');
    const flat = isoflop('downstream', runs, '--map', 'accuracy=flat', ...options);
    expect(flat.code).toBe(1);
    expect(flat.stdout).toContain('does not rise as the loss falls');
  });
});
