import { describe, expect, test } from 'vitest';
import { IsoflopError } from '../../terms/errors.ts';
import { DEEPEST_JSON, MOST_JSON_VALUES } from '../limits.ts';
import { parseJson } from './parse.ts';

const sentenceOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof IsoflopError) return error.sentence;
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('JSON from a stranger', () => {
  test('is parsed, and a value knows its path', () => {
    const document = parseJson('{"config": {"layers": [{"units": 64}, {"units": "12"}]}}');
    const [first, second] = document.get('config').get('layers').items();
    expect(first.get('units').integer({ min: 1 })).toBe(64);
    expect(sentenceOf(() => second.get('units').integer())).toBe(
      'config.layers[1].units: a whole number is wanted, got "12"',
    );
    expect(sentenceOf(() => first.get('units').integer({ max: 63 }))).toContain(
      'a number at most 63 is wanted, got 64',
    );
    expect(sentenceOf(() => first.get('filters'))).toContain("the key 'filters' is missing");
  });

  test('is refused at the place of a NaN that Python wrote, but not where a text says so', () => {
    expect(sentenceOf(() => parseJson('{"a": [1, NaN]}'))).toContain('character 10: JSON has no NaN');
    expect(sentenceOf(() => parseJson('{"a": -Infinity}'))).toContain('JSON has no Infinity');
    expect(parseJson('{"a": "NaN \\" Infinity"}').get('a').string()).toBe('NaN " Infinity');
  });

  test('may not nest deeper, nor hold more values, than the limits say', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(parseJson(nested(DEEPEST_JSON)).isArray).toBe(true);
    expect(sentenceOf(() => parseJson(nested(DEEPEST_JSON + 1)))).toContain('brackets inside one another');
    expect(sentenceOf(() => parseJson(`[${'0,'.repeat(MOST_JSON_VALUES)}0]`))).toContain('more than 2000000 values');
  });

  test('cannot reach the prototype of objects', () => {
    const document = parseJson('{"__proto__": {"layers": [1]}, "a": 1}');
    expect(document.has('layers')).toBe(false);
    expect(document.has('constructor')).toBe(false);
    expect(document.find('toString')).toBeUndefined();
    expect(({} as Record<string, unknown>).layers).toBeUndefined();
  });

  test('numbers that are not finite or not exact are no whole numbers', () => {
    expect(() => parseJson('[1e999]').at(0).number()).toThrow(/finite number is wanted, got Infinity/);
    expect(() => parseJson('[9007199254740993]').at(0).integer()).toThrow(/whole number is wanted/);
  });

  test('shows the place of a fault, without control characters of the file', () => {
    const sentence = sentenceOf(() => parseJson('{"a": 1, "b\u001b[2J": }'));
    expect(sentence).toContain('not valid JSON');
    expect(sentence).not.toContain('\u001b');
  });
});
