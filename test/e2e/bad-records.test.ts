import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isoflop, temporaryFolder } from '../support/study.ts';

const folder = temporaryFolder('records');
let files = 0;

/** Writes a file of its own and gives its path. */
function file(content: string): string {
  files += 1;
  const path = join(folder, `records ${files}.csv`);
  writeFileSync(path, content);
  return path;
}

const LAW = `formula: loss = E + A / params^alpha
parameters:
  E: {}
  A: {}
  alpha: { lower: 0.05 }
`;

const GRID = [1, 2, 4, 8]
  .flatMap((n) =>
    [1, 3, 9].map((d) => `${n}e7,${d}e9,${(1.8 + 406 / (n * 1e7) ** 0.34 + 410 / (d * 1e9) ** 0.28).toFixed(5)}`),
  )
  .join('\n');
const table = (more = ''): string => file(`params,tokens,loss\n${GRID}\n${more}`);

describe('the command line on bad input', () => {
  it.each<[string, string[], string]>([
    ['text in a number', [table('12M,1e9,3.5')], "column 'params' holds '12M', which is no plain number"],
    ['NaN', [table('1e8,1e9,nan')], "column 'loss' holds 'nan', which is no finite number"],
    ['a copy', [table('1e7,3e9,3\n1e7,3e9,3')], 'line 15 is a copy of line 14 in every cell'],
    ['a slip', [table(), '--formula', 'loss = E + A / parms^alpha'], "looks like a slip of 'params', at column 16"],
    ['a name', [table(), '--formula', 'E + A / params^a + B / q^b'], 'the part B / q^b holds no column'],
    ['a bracket', [table(), '--formula', 'loss = (E + A / params^a'], "')' expected, got the end at column 25"],
    ['units', [table(), '--formula', 'loss = A * (params + tokens)^a'], 'params + tokens joins parameters and tokens'],
    ['a negative loss', [table('1e8,1e9,-3')], "column 'loss' holds -3 on line 14"],
    ['no column of weights', [table(), '--weights', 'w'], "there is no column 'w' of weights"],
    ['a law that is not there', [table(), '--law', 'nowhere.yaml'], "'nowhere.yaml' does not exist"],
    ['a kind of number', [table(), '--numbers', 'roman'], "--numbers knows no 'roman'"],
  ])('%s ends with a sentence and exit code 2', (_, args, message) => {
    const { code, stderr, stdout } = isoflop('fit', ...args);
    expect(stderr).toContain(message);
    expect([code, stdout]).toEqual([2, '']);
  });

  it('more parameters than rows, and one level, have the answer no', () => {
    const few = file(`params,tokens,loss\n${GRID.split('\n').slice(0, 4).join('\n')}\n`);
    expect(isoflop('fit', few)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('needs at least 6 rows, got 4'),
    });
    const level = file(`params,tokens,loss\n${GRID.replaceAll(/^\de7/gm, '1e7')}\n`);
    expect(isoflop('fit', level)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("'params' has the same value"),
    });
  });

  it('a fit that leaves its parameters undetermined is no law, and nothing is asked of it', () => {
    const flat = file(`params,tokens,loss\n${GRID.replaceAll(/[\d.]+$/gm, '3')}\n`);
    const { code, stdout } = isoflop('fit', flat);
    expect(code).toBe(1);
    expect(stdout.split('\n')[0]).toBe("No law: the fit ended 'undetermined'. The numbers below are not to be used.");
    const json = isoflop('fit', flat, '--json');
    expect([json.code, JSON.parse(json.stdout)]).toMatchObject([1, { status: { end: 'undetermined' } }]);
    const fit = file(json.stdout);
    for (const question of [
      ['predict', fit, '--at', 'params=1e9,tokens=1e10'],
      ['allocate', fit, '--flops', '1e21'],
      ['reach', fit, '--loss', '2.5'],
    ]) {
      const refusal = isoflop(...question);
      expect([refusal.code, refusal.stdout]).toEqual([1, '']);
      expect(refusal.stderr).toContain("no law: the fit ended 'undetermined'");
    }
    expect(isoflop('fit', table())).toMatchObject({ code: 0, stdout: expect.not.stringContaining('No law') });
  });

  it('says in text and JSON what was left out, read otherwise and weighed', () => {
    const path = file(`params,tokens,loss,w\n${GRID.replaceAll(/$/gm, ',2')}\n80M,1e9,,2\n160M,9e9,2.9,1\n`);
    const args = ['fit', path, '--numbers', 'suffixes', '--weights', 'w'];
    const { stdout, stderr } = isoflop(...args);
    expect(stderr).toBe('');
    for (const line of [
      '  13 of 14 rows used',
      "    1 left out: 'loss' is empty (line 14)",
      "  Note: 1 cell of 'params' read as a number with a suffix, such as '160M' as",
      "  rows weighted by 'w' over its mean",
    ])
      expect(stdout.split('\n')).toContain(line);
    const document = JSON.parse(isoflop(...args, '--json').stdout) as Record<string, unknown>;
    expect(document).toMatchObject({
      weights: 'w',
      exclusions: [{ line: 14, column: 'loss', text: '', reason: "'loss' is empty" }],
      notes: [{ kind: 'numbers', count: 1 }],
    });
    const records = JSON.parse(isoflop('records', path, '--numbers', 'suffixes', '--json').stdout) as Record<
      string,
      unknown
    >;
    expect(records).toMatchObject({ schema: 'isoflop.records/1', rows: 13, exclusions: [{ line: 14 }] });
  });

  it('a law of a file is fitted, shown and predicted with like one of the catalogue', () => {
    const law = join(folder, 'mine.yaml');
    writeFileSync(
      law,
      LAW.replace('alpha\n', 'alpha + B / tokens^beta\n').replace('{ lower: 0.05 }', '{}\n  B: {}\n  beta: {}'),
    );
    const [own, known] = [law, 'chinchilla'].map(
      (name) =>
        JSON.parse(isoflop('fit', table(), '--law', name, '--json').stdout) as {
          objective: number;
          law: { id: string };
        },
    );
    expect(own.law.id).toBe('own');
    expect(own.objective).toBeCloseTo(known.objective, 9);
    expect(isoflop('laws', law).stdout).toContain('loss = E + A / params^alpha + B / tokens^beta');
  });
});
