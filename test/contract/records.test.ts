import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { observe } from '../../src/core/observations/records.ts';
import type { RecordOptions } from '../../src/core/observations/records.ts';
import { IsoflopError } from '../../src/core/terms/errors.ts';
import { parseLawText } from '../../src/io/laws/read.ts';
import { readRecords } from '../../src/io/records/read.ts';
import { ROOT, temporaryFolder } from '../support/study.ts';

const SHARED = join(ROOT, '../shared/data');
const folder = temporaryFolder('records');
let files = 0;

/** Writes a file of its own and gives its path. */
function file(content: string | Uint8Array, ending = 'csv'): string {
  files += 1;
  const path = join(folder, `records ${files}.${ending}`);
  writeFileSync(path, content);
  return path;
}

const readText = (text: string, options: RecordOptions = {}, ending = 'csv') =>
  observe(readRecords(file(text, ending)), options);

function faultOf(work: () => unknown): IsoflopError {
  try {
    work();
  } catch (error) {
    if (error instanceof IsoflopError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('reading a CSV file', () => {
  it('knows lines behind a mark, blank lines, line breaks in quotes, and Windows endings', () => {
    const { lines, runs, columns } = readText(
      '\uFEFFrun,params,tokens,loss\r\n\r\n"a\r\nb",1e7,1e9,3\r\n"c ""d"", e",2e7,"1000000000",2.9\r\n',
    );
    expect(lines).toEqual([3, 5]);
    expect(runs).toEqual(['a\nb', 'c "d", e']);
    expect([...columns.tokens]).toEqual([1e9, 1e9]);
  });

  it('reads tabs in a .tsv file', () => {
    expect(readText('params\ttokens\tloss\n1e7\t1e9\t3\n', {}, 'tsv').rows).toBe(1);
  });

  it.each<[string, string | Uint8Array, RegExp, RegExp]>([
    [
      'semicolons',
      'params;loss\n1;2,5\n',
      /records \d+\.csv:1: the header is one cell, 'params;loss'/,
      /Save it with commas/,
    ],
    ['tabs', 'params\tloss\n1\t2\n', /separated by "\\t"/, /\.tsv/],
    ['nothing', '', /the table has no rows/, /A header and one row a run/],
    ['a header alone', 'params,loss\n', /the table has no rows/, /A header and one row a run/],
    ['an open quote', 'params,loss\n"1,2\n3,4\n', /Quote Not Closed/, /double quotes/],
    ['Parquet', 'PAR1....', /is a Parquet file/, /Save it as CSV/],
    ['a spreadsheet', Uint8Array.of(0x50, 0x4b, 3, 4, 0), /is a spreadsheet or zip archive/, /Save the sheet as CSV/],
    ['gzip', Uint8Array.of(0x1f, 0x8b, 8), /compressed \(gzip\)/, /gunzip/],
    ['UTF-16', Uint8Array.of(0xff, 0xfe, 0x61, 0), /UTF-16/, /UTF-8/],
    ['Latin-1', Uint8Array.of(0x61, 0xe9, 0x0a, 0x31), /not UTF-8 text/, /Save it as UTF-8/],
  ])('refuses %s', (_, content, message, hint) => {
    const { sentence, code } = faultOf(() => observe(readRecords(file(content))));
    expect(sentence).toMatch(message);
    expect(sentence).toMatch(hint);
    expect(code).toBe('invalid-input');
  });

  it('refuses a folder and a file that is not there', () => {
    expect(faultOf(() => readRecords(folder)).sentence).toMatch(/is a folder, not a file\n {2}Name the file inside it/);
    expect(faultOf(() => readRecords(join(folder, 'nowhere.csv'))).code).toBe('missing');
  });

  it('lives with a hundred thousand columns, and cuts their list', () => {
    const names = Array.from({ length: 100_000 }, (_, i) => `c${i}`);
    const records = readRecords(file(`${names.join(',')},loss\n${names.map(() => '1').join(',')},3\n`));
    expect(observe(records).rows).toBe(1);
    expect(faultOf(() => observe(records, { map: { loss: 'los' } })).sentence.length).toBeLessThan(500);
  });
});

describe('reading JSON', () => {
  it('reads objects; null and missing keys are empty cells, and what objects are born with is none of them', () => {
    const records = readRecords(
      file('[{"params": 1e7, "loss": 3, "constructor": 1}, {"params": null, "loss": 2}, {"loss": 1}]', 'json'),
    );
    expect(records.columns).toEqual(['params', 'loss', 'constructor']);
    expect(records.rows).toEqual([
      ['10000000', '3', '1'],
      ['', '2', ''],
      ['', '1', ''],
    ]);
  });

  it('does not pollute, nor look into what lies deep', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const records = readRecords(file(`[{"__proto__": {"polluted": 1}, "loss": ${deep}}]`, 'json'));
    expect(records.rows).toEqual([['{...}', '[...]']]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it.each<[string, string, string, RegExp]>([
    ['NaN', '[{"note": "NaN", "loss":\n NaN}]', 'json', /json:2:2: JSON has no NaN\n {2}Write null/],
    ['an infinity', '{"loss": 3}\n{"loss": -Infinity}\n', 'jsonl', /jsonl:2:10: JSON has no -Infinity/],
    ['a cut file', '{"loss": 3}\n{"loss": ', 'jsonl', /jsonl:2.*: not valid JSON.*\n {2}Is the file complete/],
    ['an object', '{"loss": [3]}', 'json', /an array of objects is wanted, one a run; got an object\n {2}Such as/],
    ['an empty array', '[]', 'json', /got an empty array/],
    ['a number among objects', '[{"loss": 3}, 4]', 'json', /element 2: an object is wanted for each run, got number 4/],
    ['a list on a line', '{"loss": 3}\n[4]\n', 'jsonl', /jsonl:2: an object is wanted for each run, got an array/],
    [
      'an object for a number',
      '[{"loss": {"mean": 3}}]',
      'json',
      /column 'loss' holds '\{\.\.\.\}', which is no plain number in row 1/,
    ],
  ])('refuses %s', (_, content, ending, sentence) => {
    expect(faultOf(() => observe(readRecords(file(content, ending)))).sentence).toMatch(sentence);
  });

  it('refuses objects that share no keys before they fill the memory', () => {
    const objects = Array.from({ length: 8000 }, (_, i) => `{"k${i}": 1}`).join(',');
    expect(faultOf(() => readRecords(file(`[${objects}]`, 'json'))).sentence).toMatch(
      /8000 objects with more than \d+ different keys/,
    );
  });
});

const LANGUAGE = { params: 'N', tokens: 'D', loss: 'C4 Eval Loss' };
const EXPERTS = {
  run: 'Name',
  tokens: 'optim/n_tokens',
  experts: 'model.number_of_experts',
  loss: 'train/avg_loss_AVG',
};

// Counts by a reader of their own: Python's csv module, rows whose mapped cells all match a number.
describe.skipIf(!existsSync(join(SHARED, 'messy')))(`spreadsheets of ${SHARED} (skipped where they are absent)`, () => {
  it.each<[string, Record<string, string>, number, number]>([
    ['messy/data.csv', LANGUAGE, 307, 222],
    ['messy/dense.csv', LANGUAGE, 300, 220],
    ['messy/gshard.csv', EXPERTS, 67, 67],
    ['messy/spm.csv', EXPERTS, 70, 70],
    [
      'isoflops/isoflop-dclm.csv',
      { params: 'parameter_count', tokens: 'throughput/total_tokens', loss: 'eval/paloma/macro_loss' },
      85,
      85,
    ],
  ])('%s: every row is kept or explained', (name, map, inFile, kept) => {
    const { rows, exclusions, lines, columns } = observe(readRecords(join(SHARED, name)), { map });
    expect([rows, rows + exclusions.length]).toEqual([kept, inFile]);
    const all = [...lines!, ...exclusions.map(({ line }) => line!)].sort((a, b) => a - b);
    expect(all).toEqual(Array.from({ length: inFile }, (_, i) => i + 2));
    for (const { reason } of exclusions) expect(reason).toMatch(/^'(params|tokens|loss|experts|run)' is empty$/);
    for (const values of Object.values(columns)) expect(values.every((value) => value > 0)).toBe(true);
  });

  it('what was left out lacks the cell that is named', () => {
    const path = join(SHARED, 'messy/data.csv');
    const text = readFileSync(path, 'utf8').split(/\r?\n/);
    const { exclusions } = observe(readRecords(path), { map: LANGUAGE });
    // Plain lines of the file: cells before the one that is named hold no comma within quotes.
    const at = exclusions.filter(({ line, column }) => column === 'tokens' && !text[line! - 1].includes('"'));
    expect(at.length).toBeGreaterThan(20);
    for (const { line } of at) expect(text[line! - 1].split(',')[text[0].split(',').indexOf('D')]).toBe('');
  });

  it('sizes such as 40.7M, shares such as 11% and counts such as 1,000 when asked, with a count', () => {
    const path = join(SHARED, 'messy/data.csv');
    const map = { size: 'NEW # params', vocab: 'vocab', share: '% FLOPS Proj' };
    expect(() => observe(readRecords(path), { map, words: [] })).toThrow(
      "column 'size' holds '40.7M', which is no plain number",
    );
    const { columns, notes } = observe(readRecords(path), { map, words: [], numbers: ['suffixes', 'percent'] });
    expect([columns.size[0], columns.vocab[0], columns.share[0]]).toEqual([40.7e6, 32_000, 0.11]);
    expect(notes!.map(({ kind, count }) => [kind, count])).toEqual([
      ['numbers', 12],
      ['numbers', 12],
      ['numbers', 12],
    ]);
  });

  it('a table of models with thousands commas', () => {
    const path = join(SHARED, 'vision/results-imagenet.csv');
    const map = { run: 'model', params: 'param_count', top1: 'top1' };
    const { message } = faultOf(() => observe(readRecords(path), { map }));
    expect(message).toBe(
      "column 'params' holds '1,014.45', which is no plain number (and 4 more rows with such faults)",
    );
    const { rows, notes } = observe(readRecords(path), { map, numbers: ['commas'] });
    expect([rows, notes!.find(({ kind }) => kind === 'numbers')!.count]).toEqual([1556, 5]);
    expect(observe(readRecords(path), { map, dropBadRows: true })).toMatchObject({ rows: 1551 });
  });
});

const LAW = `formula: loss = E + A / params^alpha
parameters:
  E: {}
  A: {}
  alpha: { lower: 0.05 }
`;

describe('a law in a file', () => {
  it.each([
    [
      'an unbalanced bracket',
      LAW.replace('(', '').replace('params', '(params'),
      'law.yaml:1:38',
      "')' expected, got the end",
    ],
    [
      'a bracket in quotes',
      LAW.replace('loss =', '"loss = (').replace('alpha\n', 'alpha"\n'),
      'law.yaml:1:40',
      "')' expected",
    ],
    [
      'a mistyped parameter',
      LAW.replace('alpha\n', 'alhpa\n'),
      'law.yaml:1:32',
      "'alhpa' is neither a parameter nor a variable",
    ],
    ['a unit clash', LAW.replace('E +', 'E + params +'), 'law.yaml:1:28', 'units do not agree'],
    ['an unknown key', LAW.replace('lower', 'low'), 'law.yaml:5:12', 'parameters.alpha.low: unknown key'],
    [
      'a wrong bound',
      LAW.replace('0.05', 'small'),
      'law.yaml:5:19',
      'parameters.alpha.lower: expected number, got "small"',
    ],
    ['no YAML', 'formula: [', 'law.yaml:1:11', 'Flow sequence'],
  ])('%s has its line and column', (_, text, path, message) => {
    const fault = faultOf(() => parseLawText(text, 'law.yaml'));
    expect(fault.path).toBe(path);
    expect(fault.message).toContain(message);
  });
});
