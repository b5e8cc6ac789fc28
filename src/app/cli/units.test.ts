import { describe, expect, it } from 'vitest';
import { countUnits, secondUnits } from './units.ts';
import { wrap } from './wrap.ts';

describe('countUnits', () => {
  it.each([
    [0, '0'],
    [12, '12'],
    [385_814_752, '386 M'],
    [999.4e18, '999 E'],
    [2.237e24, '2.24e24'],
  ])('%d', (count, text) => {
    expect(countUnits(count)).toBe(text);
  });
});

describe('secondUnits', () => {
  it.each([
    [1.07e-9, '1.07 ns'],
    [0.99999e-3, '1.00 ms'],
    [0.618e-3, '618 µs'],
    [1.5, '1.50 s'],
    [90, '90.0 s'],
    [5400, '90.0 min'],
    [86_400, '24.0 h'],
    [30 * 86_400, '30.0 d'],
    [12_345 * 86_400, '12,345 d'],
  ])('%d', (seconds, text) => {
    expect(secondUnits(seconds)).toBe(text);
  });
});

describe('wrap', () => {
  it('leaves a number with its unit and a shape whole', () => {
    const words = `${'word '.repeat(15)}xx`;
    expect(wrap(`${words} 302 M`)).toEqual([words, '  302 M']);
    expect(wrap(`${words} [1, 32]`)).toEqual([words, '  [1, 32]']);
    expect(wrap(`${words} 12 or`)).toEqual([`${words} 12`, '  or']);
  });

  it('breaks a word that no line holds', () => {
    for (const line of wrap(`name ${'x'.repeat(300)}`, '    ')) expect(line.length).toBeLessThanOrEqual(80);
    expect(wrap('x'.repeat(300)).join('').replaceAll(' ', '')).toBe('x'.repeat(300));
  });
});
