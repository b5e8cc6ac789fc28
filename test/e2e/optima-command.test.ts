import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CountAudit, Observations, Optima } from '../../src/core/laws/index.ts';
import { Random } from '../../src/core/math/random.ts';
import { campaign } from '../support/campaign.ts';
import { isoflop, temporaryFolder } from '../support/study.ts';

const SURFACE = { E: 1.69, A: 406.4, B: 410.7, alpha: 0.34, beta: 0.28 };
const folder = temporaryFolder('optima');
const at = (name: string): string => join(folder, name);

function write(name: string, { columns, rows }: Observations): void {
  const names = Object.keys(columns);
  const lines = Array.from({ length: rows }, (_, row) => names.map((column) => columns[column][row]).join(','));
  writeFileSync(at(name), [names.join(','), ...lines].join('\n'));
}

beforeAll(() => {
  const random = new Random(4);
  const runs = campaign(SURFACE, {
    budgets: [1e18, 1e19, 1e20, 1e21],
    sizes: 9,
    width: 6,
    noise: () => 0.002 * random.normal(),
  });
  write('runs.csv', runs);
  const paramsNonEmbedding = runs.columns.params.map((n) => n - 20 * n ** 0.75);
  write('counts.csv', { ...runs, columns: { ...runs.columns, paramsNonEmbedding } });
  const edges = campaign(SURFACE, { budgets: [1e18], sizes: 4, width: 1.2, offset: () => 9 });
  write('edges.csv', edges);
  const twice = campaign(SURFACE, { budgets: [1e18, 1e19, 1e20], sizes: 7, width: 4 });
  const both = (column: Float64Array): Float64Array => Float64Array.from([...column, ...column]);
  const columns = Object.fromEntries(Object.entries(twice.columns).map(([name, values]) => [name, both(values)]));
  columns.loss = columns.loss.map((value, row) => (row >= twice.rows ? value + 0.1 : value));
  write('sweep.csv', { ...twice, rows: 2 * twice.rows, columns });
});

describe('isoflop optima', () => {
  it('prints four answers within 80 columns and draws both figures', () => {
    const figures = ['--figure', at('profiles.svg'), '--line-figure', at('lines.svg')];
    const { code, stdout } = isoflop('optima', at('runs.csv'), '--flops', '1e23', ...figures);
    expect(code).toBe(0);
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    for (const name of ['1 envelope', '2 parabolas', '3 surface, log Huber', '  surface, squares'])
      expect(stdout).toMatch(new RegExp(`^${name} +0\\.\\d{3} `, 'm'));
    for (const name of ['profiles.svg', 'lines.svg']) expect(readFileSync(at(name), 'utf8')).toContain('<svg');
  });

  it('audits counts', () => {
    const { stdout, code } = isoflop('optima', at('counts.csv'), '--audit', '--json');
    expect(code).toBe(0);
    const { audits } = JSON.parse(stdout) as { audits: CountAudit[] };
    expect(audits.map(({ params, flops }) => `${params} ${flops}`)).toEqual([
      'total 6ND',
      'non-embedding 6ND',
      'non-embedding exact',
    ]);
    expect(audits[1].change).toBeGreaterThan(0.005);
  });

  it('prints one document, of the best runs of a sweep, and lists the others', () => {
    const { stdout } = isoflop('optima', at('sweep.csv'), '--best-of', 'params,tokens', '--json');
    const document = JSON.parse(stdout) as Optima & { exclusions: { reason: string }[] };
    expect(document.schema).toBe('isoflop.optima/1');
    expect(document.approaches.map(({ answer }) => answer !== undefined)).toEqual([true, true, true, true]);
    expect(document.exclusions).toHaveLength(21);
    expect(document.exclusions[0].reason).toContain('lower loss');
  });

  it('answers no where every approach refuses, and refuses bad options', () => {
    const refused = isoflop('optima', at('edges.csv'), '--flops', '1e23');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('no approach finds a best split');
    expect(isoflop('optima', at('runs.csv'), '--flops', 'many').code).toBe(2);
  });
});
