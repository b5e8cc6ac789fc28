import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { folderOf, openTable, sentenceOf } from '../support/data-files.ts';

/** 40 rows: rooms 1..40, ocean near or far, price 10 x rooms. */
const ROWS = Array.from({ length: 40 }, (_, n) => [`${n + 1}`, n % 2 ? 'far' : 'near', `${10 * (n + 1)}`]);
const csv = (rows: readonly (readonly string[])[] = ROWS): string =>
  `rooms,ocean,price\n${rows.map((row) => row.join(',')).join('\n')}\n`;
/** The rows with the cell of row `row` (from 0) replaced; it stands on line row + 2. */
const changed = (row: number, column: number, cell: string): string =>
  csv(ROWS.map((cells, index) => (index === row ? cells.with(column, cell) : cells)));

const PRICE = { train: 'a.csv', target: 'price', task: 'regression' };
const OCEAN = { train: 'a.csv', target: 'ocean', task: 'classification' };
const parts = (text: string): string => folderOf({ 'a.csv': csv(), 'b.csv': text });

describe('a category of the test part that the training part lacks', () => {
  const folder = parts(`rooms,ocean,price\n3,near,30\n4,island,40\n5,far,50\n`);
  const data = { ...PRICE, test: 'b.csv' };

  test('is named by file, line and column', async () => {
    const sentence = await sentenceOf(openTable(folder, data));
    expect(sentence).toMatch(
      /b\.csv:3: the column 'ocean' holds 'island', which the training part lacks \(it has far, near\)/,
    );
    expect(sentence).toMatch(/newCategory: drop/);
  });

  test('is left out and counted, or coded as none, by option', async () => {
    const dropped = await openTable(folder, { ...data, newCategory: 'drop' });
    expect(dropped.counts.heldOut).toBe(2);
    expect(dropped.excluded).toEqual([
      { reason: 'a category that the training part lacks', count: 1, examples: [expect.stringMatching(/b\.csv:3$/)] },
    ]);
    const zeros = await openTable(folder, { ...data, newCategory: 'zeros' });
    expect(zeros.counts.heldOut).toBe(3);
    const inputs = { x: new Float32Array(9), targets: new Float32Array(3) };
    const source = zeros.heldOut({ input: { name: 'x' } });
    for (let row = 0; row < 3; row++) source.fill(row, row, inputs);
    expect([...inputs.x].filter((_, at) => at % 3 > 0)).toEqual([0, 1, 0, 0, 1, 0]);
  });

  test('as a class of the target', async () => {
    const test = await sentenceOf(openTable(folder, { ...OCEAN, test: 'b.csv' }));
    expect(test).toMatch(/b\.csv:3: the target 'ocean' is 'island', which the training files lack/);
    const skipped = await openTable(folder, { ...OCEAN, test: 'b.csv', onBad: 'skip' });
    expect(skipped.counts.heldOut).toBe(2);
    expect(skipped.classes).toEqual(['far', 'near']);
  });
});

describe('an empty cell or NaN in a feature', () => {
  test.each(['NaN', '', 'NA', '?'])("'%s' is named by line and column", async (cell) => {
    const sentence = await sentenceOf(openTable(folderOf({ 'a.csv': changed(6, 0, cell) }), PRICE));
    expect(sentence).toMatch(/a\.csv:8: the cell of column 'rooms' is empty/);
    expect(sentence).toMatch(/missing: drop/);
  });

  test('its row is left out and counted by option', async () => {
    const data = await openTable(folderOf({ 'a.csv': changed(6, 0, 'NaN') }), { ...PRICE, missing: 'drop' });
    expect(data.counts.train + data.counts.heldOut).toBe(39);
    expect(data.excluded).toMatchObject([{ reason: 'a row with an empty cell', count: 1 }]);
  });

  test.each(['inf', 'Infinity', '1e999', 'twelve'])("'%s' in a column of numbers", async (cell) => {
    const folder = folderOf({ 'a.csv': changed(6, 0, cell) });
    expect(await sentenceOf(openTable(folder, PRICE))).toMatch(new RegExp(`a\\.csv:8: .*"${cell}"`));
    const data = await openTable(folder, { ...PRICE, types: { rooms: 'number' }, onBad: 'skip' });
    expect(data.excluded).toMatchObject([{ reason: 'a row with a cell that is no number', count: 1 }]);
  });

  test('of the target is never filled', async () => {
    const folder = folderOf({ 'a.csv': changed(6, 2, '') });
    expect(await sentenceOf(openTable(folder, { ...PRICE, missing: 'mean' }))).toMatch(/a\.csv:8: .*'price' is empty/);
    const data = await openTable(folder, { ...PRICE, missing: 'mean', onBad: 'skip' });
    expect(data.excluded).toMatchObject([{ reason: 'a row without its target', count: 1 }]);
  });
});

test('a class missing from the split', async () => {
  const folder = folderOf({ 'a.csv': changed(6, 1, 'island') });
  expect(await sentenceOf(openTable(folder, OCEAN))).toMatch(/class 'island' has no sample in the held-out part/);
  const data = await openTable(folder, { ...OCEAN, onBad: 'skip' });
  expect(data.excluded).toMatchObject([{ reason: 'a class without a sample in the held-out part', count: 1 }]);
});

describe('tables that are none', () => {
  test.each([
    ['an empty file', '', /a\.csv: the file is empty/],
    ['a header alone', 'rooms,ocean,price\n', /empty in every row|no usable row/],
    ['another delimiter', csv().replaceAll(',', ';'), /delimiter: ";"/],
    ['a name twice', csv().replace('rooms', 'price'), /two columns are called 'price'/],
    ['a short row', csv().replace('5,near,50', '5,near'), /a\.csv:6: the row has 2 cells; the table has 3 columns/],
    ['an open quote', csv().replace('5,near', '"5,near'), /Quote/],
    ['text that is not UTF-8', Buffer.from([0x72, 0xff, 0xfe, 0x2c]), /not UTF-8/],
    ['a column of nothing', csv(ROWS.map((row) => row.with(0, ''))), /column 'rooms' is empty in every row/],
    ['Parquet that is cut off', Buffer.from('PAR1\0\0\0\0'), /Parquet file cannot be read/],
    ['a gzip that is cut off', gzipSync(csv()).subarray(0, 60), /gzip file is cut off/],
  ])('%s', async (_, content, what) => {
    expect(await sentenceOf(openTable(folderOf({ 'a.csv': content }), PRICE))).toMatch(what);
  });

  test('a short row is left out by option, gzip is unpacked', async () => {
    const content = gzipSync(csv().replace('5,near,50', '5,near'));
    const data = await openTable(folderOf({ 'a.csv': content }), { ...PRICE, onBad: 'skip' });
    expect(data.counts.train + data.counts.heldOut).toBe(39);
  });

  test('unknown columns are named with what may be meant', async () => {
    const folder = folderOf({ 'a.csv': csv() });
    expect(await sentenceOf(openTable(folder, { ...PRICE, target: 'prise' }))).toMatch(
      /no column is called 'prise'.*\n.*'price'/,
    );
    expect(await sentenceOf(openTable(folder, { ...PRICE, drop: ['rooms', 'ocean'] }))).toMatch(/no column is left/);
    expect(await sentenceOf(openTable(folder, { ...OCEAN, target: 'rooms' }))).toMatch(
      /the held-out part has no sample/,
    );
    const other = parts('rooms,price\n1,10\n');
    expect(await sentenceOf(openTable(other, { ...PRICE, test: 'b.csv' }))).toMatch(
      /b\.csv.*no column is called 'ocean'/,
    );
  });
});
