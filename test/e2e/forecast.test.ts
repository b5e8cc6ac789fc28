import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CurveForecast } from '../../src/core/laws/index.ts';
import { isoflop, ROOT, temporaryFolder } from '../support/study.ts';

const folder = temporaryFolder('forecast');
const XS = Array.from({ length: 14 }, (_, index) => Math.round(1000 * 1.5 ** index));
const falling = (x: number): number => 0.2 + 3 / x ** 0.35;

function csv(name: string, rows: readonly (readonly (string | number)[])[]): string {
  const file = join(folder, name);
  writeFileSync(file, rows.map((row) => row.join(',')).join('\n'));
  return file;
}

const curve = csv('curve.csv', [['seen', 'error'], ...XS.map((x) => [x, falling(x)])]);
const MAP = ['--map', 'samples=seen,loss=error'];

describe('isoflop forecast', () => {
  it('gives loss, interval and the laws, within 80 columns', () => {
    const { code, stdout } = isoflop('forecast', curve, ...MAP, '--at', 'samples=4e5', '--at', 'samples=1e6');
    expect(code).toBe(0);
    expect(stdout).toMatch(/400k +0\.2\d+ +0\.2\d+ to 0\.2\d+/);
    expect(stdout).toContain('power law with offset');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('prints one document', () => {
    const result = JSON.parse(isoflop('forecast', curve, ...MAP, '--json').stdout) as CurveForecast;
    expect(result).toMatchObject({ schema: 'isoflop.forecast/1', points: 14, abstention: null, variable: 'samples' });
    const [{ x, interval }] = result.targets;
    expect(x).toBe(2 * XS.at(-1)!);
    expect(interval.low).toBeLessThan(falling(x));
    expect(interval.high).toBeGreaterThan(falling(x));
    expect(result.laws.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
  });

  it('takes many curves apart, draws one, and answers no with exit code 1', () => {
    const rows = ['good', 'bad'].flatMap((name) =>
      XS.map((x) => [name, x, name === 'good' ? falling(x) : 1 + 0.1 * Math.log(x)]),
    );
    const file = csv('many.csv', [['model', 'tokens', 'loss'], ...rows]);
    const many = isoflop('forecast', file, '--by', 'model');
    expect(many.code).toBe(0);
    expect(many.stdout).toContain('1 of 2 curves without a forecast.');
    const no = isoflop('forecast', file, '--where', 'model == "bad"');
    expect(no.code).toBe(1);
    expect(no.stdout).toContain('No law here');
    const figure = join(folder, 'curve.svg');
    expect(isoflop('forecast', curve, ...MAP, '--figure', figure).code).toBe(0);
    expect(readFileSync(figure, 'utf8')).toContain('<svg');
  });

  it.each([
    [['--at', 'samples=10'], 'a forecast is made beyond the last point'],
    [['--at', 'samples=1e9,loss=2'], '--at takes one variable'],
    [['--at', 'samples=1e9', '--at', 'tokens=1e9'], 'along one variable'],
    [['--level', '95'], '--level takes a number from 0.5 to 0.98'],
  ])('refuses %o', (args, sentence) => {
    const { code, stderr } = isoflop('forecast', curve, ...MAP, ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(sentence);
  });

  const DESCENT = join(ROOT, '../shared/data/curves/dd-translation-samples-aug26-small.csv');
  it.skipIf(!existsSync(DESCENT))('refuses double descent with the reason (skipped where the file is absent)', () => {
    const { code, stdout } = isoflop('forecast', DESCENT, '--map', 'samples=n,loss=test_loss');
    expect(code).toBe(1);
    expect(stdout).toContain('descends twice');
  });
});
