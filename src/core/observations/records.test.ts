import { describe, expect, it } from 'vitest';
import { observe } from './records.ts';
import type { RecordOptions } from './records.ts';

const table = (columns: string[], ...rows: string[][]) => ({
  columns,
  rows,
  lines: rows.map((_, index) => index + 2),
  path: 'runs.csv',
});
const COLUMNS = ['params', 'tokens', 'loss'];
const GOOD = [
  ['1e7', '1e9', '3.9'],
  ['2e7', '1e9', '3.7'],
  ['4e7', '2e9', '3.5'],
];
const read = (bad: string[][], options: RecordOptions = {}) => observe(table(COLUMNS, ...GOOD, ...bad), options);

describe('observe', () => {
  it('keeps what it reads, with lines, and derives flops', () => {
    const { rows, columns, lines, runs, conventions, exclusions } = read([]);
    expect([rows, lines, runs]).toEqual([3, [2, 3, 4], ['row 1', 'row 2', 'row 3']]);
    expect([...columns.flops]).toEqual([6e16, 1.2e17, 4.8e17]);
    expect(conventions).toEqual({ flops: '6ND' });
    expect(exclusions).toEqual([]);
  });

  it.each([
    ['text', ['12M', '1e9', '3'], "column 'params' holds '12M', which is no plain number", 'reads it as 12000000'],
    ['NaN', ['1e8', '1e9', 'nan'], "column 'loss' holds 'nan', which is no finite number", 'Did the run diverge?'],
    ['an infinity', ['1e8', 'inf', '3'], "column 'tokens' holds 'inf', which is no finite number", '--drop-bad-rows'],
    ['a short row', ['1e8', '1e9'], 'the row has 2 cells, the header 3', '--drop-bad-rows'],
    ['a long row', ['1e8', '1e9', '3', '4'], 'the row has 4 cells, the header 3', '--drop-bad-rows'],
  ])('refuses %s with line and remedy; leaves it out when told', (_, row, message, remedy) => {
    expect(() => read([row])).toThrow(
      expect.objectContaining({ message, path: 'runs.csv:5', hint: expect.stringContaining(remedy) }),
    );
    const { rows, exclusions } = read([row], { dropBadRows: true });
    expect(rows).toBe(3);
    expect(exclusions).toMatchObject([{ line: 5, run: 'row 4' }]);
  });

  it('says how many more rows are bad', () => {
    const bad = ['x', '1e9', '3'];
    expect(() => read([bad, bad])).toThrow("holds 'x', which is no plain number (and 1 more row with such faults)");
  });

  it('leaves out rows without a value and says which cell', () => {
    const { exclusions } = read([
      ['1e8', '', '3'],
      ['1e8', '1e9', '-'],
    ]);
    expect(exclusions).toEqual([
      { run: 'row 4', line: 5, reason: "'tokens' is empty", column: 'tokens', text: '' },
      { run: 'row 5', line: 6, reason: "'loss' is '-': no value", column: 'loss', text: '-' },
    ]);
  });

  it('reads other numbers when asked, with a count', () => {
    const { columns, notes } = read([['12M', '1,000,000', '3']], { numbers: ['suffixes', 'commas'] });
    expect([columns.params[3], columns.tokens[3]]).toEqual([12e6, 1e6]);
    expect(notes!.map(({ kind, count }) => [kind, count])).toEqual([
      ['numbers', 1],
      ['numbers', 1],
    ]);
    expect(notes![0].sentence).toBe("1 cell of 'params' read as a number with a suffix, such as '12M' as 12000000.");
  });

  it('lets --where leave a bad row out before it is an error', () => {
    const { rows, exclusions } = read([['1e8', '1e9', 'nan']], { where: 'loss < 10' });
    expect(rows).toBe(3);
    expect(exclusions).toMatchObject([{ reason: 'not loss < 10', line: 5 }]);
  });

  it('does not take an empty cell for 0 in a condition', () => {
    const records = table([...COLUMNS, 'lr'], ['1e7', '1e9', '3', ''], ['2e7', '1e9', '3', '0.1']);
    expect(observe(records, { where: 'lr < 1' }).lines).toEqual([3]);
    expect(() => observe(table([...COLUMNS, 'lr'], ['1', '1', '3', 'x']), { where: 'lr < 1' })).toThrow(
      "condition 'lr < 1': column 'lr' holds 'x', which is no plain number",
    );
  });

  it('refuses copies of a row unless told what to do with them', () => {
    expect(() => read([GOOD[1]])).toThrow('line 5 is a copy of line 3 in every cell');
    expect(read([GOOD[1]], { duplicates: 'drop' }).exclusions).toMatchObject([
      { line: 5, reason: 'a copy of another row (line 3)' },
    ]);
    const kept = read([GOOD[1]], { duplicates: 'keep' });
    expect([kept.rows, kept.notes![0].kind, kept.notes![0].count]).toEqual([4, 'repeats', 1]);
  });

  it('keeps rows that differ only in what is not read, and says so', () => {
    const records = table([...COLUMNS, 'seed'], ['1e7', '1e9', '3', '1'], ['1e7', '1e9', '3', '2']);
    expect(observe(records).notes![0].sentence).toBe(
      '1 row repeats another in all that is read (params, tokens, loss, flops) and stays.',
    );
  });

  it('leaves out for a missing cell only rows of columns that are needed', () => {
    const records = table([...COLUMNS, 'samples'], ['1e7', '1e9', '3', ''], ['2e7', '1e9', '2.9', '5']);
    const { rows, columns, notes } = observe(records, { words: ['params', 'tokens', 'loss'] });
    expect([rows, Object.keys(columns)]).toEqual([2, ['params', 'tokens', 'loss', 'flops']]);
    expect(notes).toMatchObject([{ kind: 'unread', count: 1 }]);
    expect(observe(records).rows).toBe(1);
  });

  it('needs what tokens are derived from', () => {
    const records = table(['params', 'flops', 'loss'], ['1e7', '6e16', '3'], ['1e7', '', '3.1']);
    const { columns, exclusions } = observe(records, { words: ['params', 'tokens', 'loss'] });
    expect([...columns.tokens]).toEqual([1e9]);
    expect(exclusions).toMatchObject([{ reason: "'flops' is empty", line: 3 }]);
    const zero = table(['params', 'flops', 'loss'], ['0', '6e16', '3'], ['1e7', '6e16', '3']);
    expect(() => observe(zero)).toThrow(
      'tokens = flops / (6 params) is no finite number with params 0 and flops 60000000000000000',
    );
    expect(observe(zero, { where: 'params > 0' }).exclusions).toMatchObject([{ line: 2, reason: 'not params > 0' }]);
    expect(observe(zero, { dropBadRows: true }).lines).toEqual([3]);
  });

  it('never takes the wrong one of two columns of a name', () => {
    const records = table(['params', 'loss', 'loss'], ['1e7', '3', '4']);
    expect(() => observe(records)).toThrow("the table has 2 columns called 'loss'");
    expect(observe(records, { map: { loss: '#3' } }).columns.loss[0]).toBe(4);
    expect(() => observe(records, { map: { loss: '#4' } })).toThrow("the table has no column '#4'");
    expect(() => observe(records, { map: { loss: '#3' }, where: 'Loss < 3' })).toThrow("there is no column 'Loss'");
  });

  it('suggests the column that was meant', () => {
    expect(() => read([], { map: { loss: 'los' } })).toThrow(
      expect.objectContaining({ hint: expect.stringContaining("Did you mean 'loss'?") }),
    );
  });

  it('says why no row is left', () => {
    expect(() => read([], { where: 'loss < 0' })).toThrow('no row is left: 3 not loss < 0');
  });

  it('takes names that objects are born with for what they are: texts', () => {
    const records = table(['__proto__', 'constructor', ...COLUMNS], ['1', '2', ...GOOD[0]], ['3', '4', ...GOOD[1]]);
    expect(observe(records, { words: ['constructor', '__proto__', 'loss'] }).rows).toBe(2);
    expect(() => observe(records, { map: JSON.parse('{"__proto__": "loss"}') as Record<string, string> })).toThrow(
      "'__proto__' cannot be the name of a column",
    );
    expect(({} as Record<string, unknown>).loss).toBeUndefined();
  });
});
