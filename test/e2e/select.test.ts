import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CurveSelection, Selection } from '../../src/core/laws/index.ts';
import { isoflop, temporaryFolder } from '../support/study.ts';

const folder = temporaryFolder('select');

function csv(name: string, rows: readonly (readonly (string | number)[])[]): string {
  const file = join(folder, name);
  writeFileSync(file, rows.map((row) => row.join(',')).join('\n'));
  return file;
}

const samples = Array.from({ length: 14 }, (_, index) => Math.round(1000 * 1.5 ** index));
const falling = (x: number): number => 0.2 + 3 / x ** 0.35;
const curve = csv('curve.csv', [['seen', 'error'], ...samples.map((x) => [x, falling(x)])]);
const QUICK = ['--laws', 'power-law, power-law-offset'];
const MAP = ['--map', 'flops=seen,loss=error'];
const json = (...args: string[]): Selection => JSON.parse(isoflop('select', ...args, '--json').stdout) as Selection;

describe('isoflop select', () => {
  it('says which law, by how much, within 80 columns', () => {
    const { code, stdout } = isoflop('select', curve, ...MAP, ...QUICK);
    expect(code).toBe(0);
    expect(stdout).toMatch(/→ +power-law-offset /);
    expect(stdout).toContain('times the error of the last value');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('prints one document with every held-out error', () => {
    const selection = json(curve, ...MAP, ...QUICK, '--reach', '3');
    expect(selection).toMatchObject({
      schema: 'isoflop.select/1',
      selected: 'power-law-offset',
      axis: 'flops',
      reach: 3,
    });
    const [best] = selection.candidates;
    expect(best.parts[0].parameters.E).toBeCloseTo(0.2, 6);
    expect(best.heldOut.length).toBeGreaterThanOrEqual(best.origins);
    expect(selection.candidates.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['last-value', 'average', 'anchored-law']),
    );
  });

  it("takes a formula of one's own, along any column", () => {
    const args = ['--map', 'loss=error', '--laws', '', '--formula', 'loss = E + A / seen^a', '--along', 'seen'];
    expect(json(curve, ...args)).toMatchObject({ axis: 'seen', selected: 'own' });
  });

  it('answers no with exit code 1 where nothing beats the last value', () => {
    const rising = csv('rising.csv', [['flops', 'loss'], ...samples.map((x, index) => [x, 1 + 0.01 * index])]);
    const { code, stdout } = isoflop('select', rising, ...QUICK);
    expect(code).toBe(1);
    expect(stdout).toContain('No law is known to beat the last value');
  });

  it('takes many curves apart', () => {
    const rows = ['good', 'bad'].flatMap((name) =>
      samples.map((x, index) => [name, x, name === 'good' ? falling(x) : 1 + 0.01 * index]),
    );
    const file = csv('many.csv', [['model', 'seen', 'error'], ...rows, ['empty', 0, 1]]);
    const { code, stdout } = isoflop('select', file, ...MAP, ...QUICK, '--by', 'model');
    expect(code).toBe(0);
    expect(stdout).toContain('1 of 3 curves');
    const document = JSON.parse(isoflop('select', file, ...MAP, ...QUICK, '--by', 'model', '--json').stdout) as {
      schema: string;
      curves: CurveSelection[];
    };
    expect(document.schema).toBe('isoflop.select-curves/1');
    expect(document.curves.map((one) => ('selection' in one ? one.selection.selected : 'fault'))).toEqual([
      'power-law-offset',
      'last value',
      'fault',
    ]);
  });

  it('forecasts a point, as far as it lies', () => {
    const { code, stdout } = isoflop('select', curve, ...MAP, ...QUICK, '--at', 'flops=1e6', '--json');
    expect(code).toBe(0);
    const { reach, forecasts } = JSON.parse(stdout) as { reach: number; forecasts: Record<string, number> };
    expect(reach).toBeCloseTo(1e6 / samples.at(-1)!, 9);
    expect(forecasts['power-law-offset']).toBeCloseTo(falling(1e6), 6);
    expect(forecasts['last value']).toBeCloseTo(falling(samples.at(-1)!), 12);
  });

  it('draws the curve with its forecasts', () => {
    const file = join(folder, 'curve.svg');
    expect(isoflop('select', curve, ...MAP, ...QUICK, '--figure', file).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toContain('<svg');
  });

  it.each([
    [['--laws', 'kaplan'], "no law is called 'kaplan'"],
    [['--reach', '1'], '--reach takes a number above 1'],
    [['--at', 'flops=10'], 'lies within the table'],
    [['--along', 'nothing'], "no column 'nothing'"],
    [['--by', 'nothing'], "no column 'nothing'"],
    [['--by', 'seen', '--figure', 'x.png'], 'take one curve'],
    [['--laws', 'chinchilla'], "needs the column 'params'"],
  ])('refuses %s', (args, sentence) => {
    const { code, stderr } = isoflop('select', curve, ...MAP, ...args);
    expect(stderr).toContain(sentence);
    expect(code).toBe(2);
  });
});
