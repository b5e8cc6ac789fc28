import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isoflop, temporaryFolder } from '../support/study.ts';

const folder = temporaryFolder('diagnose');
function csv(name: string, header: string, rows: readonly (readonly (number | string)[])[]): string {
  const path = join(folder, name);
  writeFileSync(path, [header, ...rows.map((row) => row.join(','))].join('\n'));
  return path;
}

const places = Array.from({ length: 12 }, (_, k) => k);
const flops = (k: number): number => 1e17 * 2 ** k;
/** A power law with a wiggle of .2 % that has no trend. */
const loss = (k: number): number => 3 * flops(k) ** -0.1 * 1e17 ** 0.1 * (1 + 0.002 * [1, -1, 0, -1, 1, 0][k % 6]);

describe('isoflop diagnose', () => {
  const clean = csv(
    'clean.csv',
    'C,L',
    places.map((k) => [flops(k), loss(k)]),
  );
  const kinked = csv(
    'u.csv',
    'flops,loss',
    places.map((k) => [flops(k), loss(Math.min(k, 7)) * (k > 7 ? 1 + 0.05 * (k - 7) : 1)]),
  );

  it('says yes with exit code 0: verdict first, the next doubling, then the evidence, within 80 columns', () => {
    const { code, stdout } = isoflop('diagnose', clean, '--map', 'flops=C,loss=L');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Yes: a /);
    expect(stdout).toMatch(
      /Twice the scale \(flops 4\.10e20\), by the law, 95 %:\n {2}loss [\d.]+ -> [\d.]+ {2}\([\d.]+ to [\d.]+\)/,
    );
    for (const part of ['Fine', 'outliers', 'flattening', 'The verdict is on all 12 rows.'])
      expect(stdout).toContain(part);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('says no with exit code 1, names the rows, and draws the figure', () => {
    const figure = join(folder, 'u.svg');
    const { code, stdout } = isoflop('diagnose', kinked, '--figure', figure);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^No: u-shaped\. Between flops of/i);
    expect(stdout).toMatch(/row 12\]/);
    expect(readFileSync(figure, 'utf8')).toMatch(/^<svg/);
  });

  it('prints one stable document as JSON', () => {
    const { code, stdout } = isoflop('diagnose', kinked, '--json');
    const document = JSON.parse(stdout) as Record<string, unknown>;
    expect(code).toBe(1);
    expect(document).toMatchObject({
      schema: 'isoflop.diagnosis/1',
      verdict: { id: 'u-shaped', scales: false },
      variables: ['flops'],
      nextDoubling: null,
    });
    const findings = document.findings as { id: string; verdict: string; sentence: string; pValue: number | null }[];
    expect(findings.map(({ id }) => id)).toEqual([
      'diverged',
      'duplicates',
      'levels',
      'outliers',
      'flat',
      'floor',
      'steepening',
      'flattening',
      'rise',
      'peak',
    ]);
    for (const { sentence } of findings) expect(sentence).toMatch(/^[A-Z0-9].*\.$/);
  });

  it('reads schedules as text and tells them apart', () => {
    const mixed = csv(
      'mixed.csv',
      'flops,loss,plan',
      places.map((k) => [flops(k), loss(k) * (k % 2 ? 1.04 : 1), k % 2 ? 'constant' : 'cosine']),
    );
    const { code, stdout } = isoflop('diagnose', mixed, '--map', 'schedule=plan');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^No verdict on a law: the runs cannot be compared/);
    expect(stdout).toMatch(/schedule 'co(sine|nstant)'/);
  });

  it('says what is missing', () => {
    expect(isoflop('diagnose', clean)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("needs the column 'loss'"),
    });
    const few = csv(
      'few.csv',
      'flops,loss',
      [0, 1, 2].map((k) => [flops(k), loss(k)]),
    );
    const { code, stdout } = isoflop('diagnose', few);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^Too little to judge: 3 runs at 3 levels of flops over a factor of 4; wanted are\n4 levels/,
    );
    expect(isoflop('diagnose', '--help').stdout).toContain('isoflop diagnose runs.csv');
  });
});
