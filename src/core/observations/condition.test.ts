import { describe, expect, it } from 'vitest';
import { parseCondition } from './condition.ts';

const ROW: Readonly<Record<string, number | string>> = { flops: 1e20, model: 'big and small', 'peak lr': '0.5' };
const holds = (text: string): boolean => parseCondition(text)((name) => ROW[name]);

describe('parseCondition', () => {
  it.each([
    ['flops < 1e21', true],
    ['flops >= 1e21', false],
    ['flops == 1e20', true],
    ['flops != 1e20', false],
    ['model == "big and small"', true],
    ["model == 'big and small' and flops > 1", true],
    ['model != "x" && flops > 1e20', false],
    ['"peak lr" <= 0.5', true],
  ])('%s is %s', (text, expected) => {
    expect(holds(text)).toBe(expected);
  });

  it.each([
    ['flops', 'a column, a comparison and a value are wanted'],
    ['flops < many', "'many' is no number"],
    ['width < 3', "there is no column 'width'"],
  ])('refuses %s', (text, message) => {
    expect(() => holds(text)).toThrow(message);
  });
});
