import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IsoflopError } from '../terms/errors.ts';
import { compile } from './compile.ts';
import { derivative, linearNames } from './differentiate.ts';
import type { Expression } from './expression.ts';
import { formatFormula } from './format.ts';
import { parseFormula } from './parse.ts';

function valueOf(x: Expression, at: Record<string, number>): number {
  return compile([x], Object.keys(at), []).evaluate(Object.values(at), [], 1)[0];
}

/** Random formulas over a, b, x in (0.5, 2), where every function is smooth and finite. */
const formulas = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('a', 'b', 'x', '2', '0.7'),
    fc.tuple(tie('node'), fc.constantFrom('+', '*', '-'), tie('node')).map(([l, o, r]) => `(${l} ${o} ${r})`),
    tie('node').map((inner) => `sigmoid(${inner})`),
    tie('node').map((inner) => `exp(-(${inner})^2)`),
    tie('node').map((inner) => `log(1 + (${inner})^2)`),
    tie('node').map((inner) => `(1 + sigmoid(${inner}))^a`),
    tie('node').map((inner) => `3 / (1 + (${inner})^2)`),
  ),
})).node;

describe('parseFormula', () => {
  it.each([
    ['1 + 2 * 3', 7],
    ['2 ^ 3 ^ 2', 512],
    ['-2 ^ 2', -4],
    ['2 ^ -1', 0.5],
    ['8 / 4 / 2', 1],
    ['1e3 - .5', 999.5],
    ['min(2, max(3, 1))', 2],
    ['solve(y, 0, 10, y^2 - 2)', Math.SQRT2],
    ['log1p(1)', Math.LN2],
    ['sum(i, 1, 3, i^2)', 14],
  ])('%s is %d', (text, value) => {
    expect(valueOf(parseFormula(text), { unused: 0 })).toBeCloseTo(value, 9);
  });

  it.each([
    ['E + ', 'column 5'],
    ['(E + A', "')' expected"],
    ['E A', 'an operator is missing'],
    ['tan(x)', "unknown function 'tan'"],
    ['exp(1, 2)', 'exp takes 1 value, got 2 at column 1'],
    ['E $ A', "'$' has no meaning"],
    ['solve(1, 0, 1, y)', 'solve takes a name'],
    ['solve(y, 0, y, y - 1)', "'y' is what solve looks for"],
    ['solve(y, 0, 1, y - solve(z, 0, 1, z - y))', 'solve may not stand inside another solve'],
    [`${'('.repeat(200)}1${')'.repeat(200)}`, 'nested deeper'],
    ['1 + '.repeat(2000), 'at most 4096'],
    ['sum(i, 1, x, i)', 'sum takes a name, two whole numbers'],
    ['sum(i, 1, 99, i)', 'sum runs over 1 to 16 terms'],
    ['sum(i, 2, 1, i)', 'sum runs over 1 to 16 terms'],
  ])('refuses %s', (text, message) => {
    expect(() => parseFormula(text)).toThrow(message);
  });
});

describe('parseFormula on hostile text', () => {
  it('gives a tree or an IsoflopError, nothing else', () => {
    const piece = fc.constantFrom(
      '(',
      ')',
      '+',
      '-',
      '*',
      '/',
      '^',
      ',',
      '1',
      '2e9',
      'x',
      'solve',
      'exp',
      'min',
      ' ',
      '$',
      '.',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 400 }).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(text, (formula) => {
        try {
          parseFormula(formula);
        } catch (error) {
          expect(error).toBeInstanceOf(IsoflopError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('derivative', () => {
  it('agrees with central differences on random formulas', () => {
    const point = fc.record({
      a: fc.double({ min: 0.5, max: 2, noNaN: true }),
      b: fc.double({ min: 0.5, max: 2, noNaN: true }),
      x: fc.double({ min: 0.5, max: 2, noNaN: true }),
    });
    fc.assert(
      fc.property(formulas, point, (text, at) => {
        const f = parseFormula(text);
        const h = 1e-5;
        for (const name of ['a', 'b', 'x'] as const) {
          const numeric =
            (valueOf(f, { ...at, [name]: at[name] + h }) - valueOf(f, { ...at, [name]: at[name] - h })) / (2 * h);
          const exact = valueOf(derivative(f, name), at);
          expect(Math.abs(exact - numeric)).toBeLessThan(
            1e-5 * (1 + Math.abs(exact)) + 1e-9 * Math.abs(valueOf(f, at)),
          );
        }
      }),
      { numRuns: 200 },
    );
  });

  it('goes through solve by the implicit function theorem', () => {
    const f = parseFormula('solve(y, E, E0, (y - E) / (E0 - y)^alpha - B * x^-c)');
    const at = { E: 1, E0: 8, alpha: 0.7, B: 3, c: 0.4, x: 5 };
    const h = 1e-6;
    for (const name of ['E', 'E0', 'alpha', 'B', 'c'] as const) {
      const numeric =
        (valueOf(f, { ...at, [name]: at[name] + h }) - valueOf(f, { ...at, [name]: at[name] - h })) / (2 * h);
      expect(valueOf(derivative(f, name), at)).toBeCloseTo(numeric, 6);
    }
  });
});

describe('a sum', () => {
  it('numbers the names of its terms', () => {
    expect(formatFormula(parseFormula('sum(k, 2, 3, c_k * log1p(x/d_k))'))).toBe(
      'c2 * log(1 + x / d2) + c3 * log(1 + x / d3)',
    );
  });
});

describe('formatFormula', () => {
  it('writes what parses to the same', () => {
    fc.assert(
      fc.property(formulas, (text) => {
        const f = parseFormula(text);
        expect(parseFormula(formatFormula(f))).toEqual(f);
      }),
    );
  });

  it.each(['a - (b - x)', 'a / (b * x)', '(a^b)^x', 'a^b^x', '(a + b) * x', 'solve(y, 0, 1, y - x)'])(
    'keeps %s',
    (text) => {
      expect(formatFormula(parseFormula(text))).toBe(text);
    },
  );
});

describe('linearNames', () => {
  it.each([
    ['E + A / N^alpha + B / D^beta', ['E', 'A', 'B', 'alpha', 'beta'], ['E', 'A', 'B']],
    ['E + A * B * x', ['E', 'A', 'B'], ['E', 'A']],
    ['exp(A) + B', ['A', 'B'], ['B']],
    ['solve(y, E, E0, y - B * x)', ['E', 'B'], ['B']],
    ['solve(y, E, E0, (y - E) / (E0 - y)^a - B * x^-c)', ['E', 'E0', 'a', 'B', 'c'], []],
  ])('of %s', (text, names, linear) => {
    expect(linearNames(parseFormula(text), names)).toEqual(linear);
  });
});
