import { describe, expect, it } from 'vitest';
import { NUMBER_KINDS, readNumber } from './numbers.ts';

describe('readNumber', () => {
  it.each([
    ['12', 12],
    ['-3.5', -3.5],
    ['+.5', 0.5],
    ['4.', 4],
    ['1.1E+07', 1.1e7],
    ['2e-3', 0.002],
  ])('reads %s without being asked', (text, value) => {
    expect(readNumber(text)).toEqual({ value, kinds: [] });
  });

  it.each([
    ['12M', 12e6, ['suffixes']],
    ['802.8K', 802_800, ['suffixes']],
    ['1856k', 1_856_000, ['suffixes']],
    ['1.5 B', 1.5e9, ['suffixes']],
    ['2T', 2e12, ['suffixes']],
    ['1,014.45', 1014.45, ['commas']],
    ['-1,000,000', -1e6, ['commas']],
    ['11%', 0.11, ['percent']],
    ['40.3 %', 0.403, ['percent']],
    ['2,097B', 2.097e12, ['suffixes', 'commas']],
  ])('reads %s when asked, and says as what', (text, value, kinds) => {
    expect(readNumber(text, NUMBER_KINDS)).toEqual({ value, kinds });
    expect(readNumber(text)).toEqual({ fault: 'text', written: { value, kinds } });
  });

  it('reads nothing by a way that was not asked for', () => {
    expect(readNumber('2,097B', ['commas'])).toMatchObject({ fault: 'text' });
  });

  it.each(['', '-', 'null', 'None', 'NA', 'n/a', '#N/A'])("takes '%s' for no value", (text) => {
    expect(readNumber(text, NUMBER_KINDS)).toEqual({ fault: 'empty' });
  });

  it.each(['nan', 'NaN', 'inf', '-Infinity', '1e999'])("takes '%s' for no finite number", (text) => {
    expect(readNumber(text, NUMBER_KINDS)).toEqual({ fault: 'not-finite' });
  });

  it.each(['12m', '1,5', '1,01,000', '12MM', '5%M', '1e3K', '0x10', '1_000', '#REF!', 'failed', '1 000', '−3'])(
    "takes '%s' for text whatever is asked",
    (text) => {
      expect(readNumber(text, NUMBER_KINDS)).toEqual({ fault: 'text' });
    },
  );
});
