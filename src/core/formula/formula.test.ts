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

/** Random formulas with every function of the language over a, b, x in (0.5, 2): smooth but for the seams of min and max. */
const wide = fc.letrec<{ node: string }>((tie) => {
  const node = tie('node');
  return {
    node: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      formulas,
      fc.tuple(node, fc.constantFrom('+', '*', '-'), node).map(([l, o, r]) => `(${l} ${o} ${r})`),
      node.map((inner) => `sqrt(1 + (${inner})^2)`),
      node.map((inner) => `log1p((${inner})^2)`),
      node.map((inner) => `(2 + sigmoid(${inner}))^-sigmoid(b * (${inner}))`),
      fc.tuple(fc.constantFrom('min', 'max'), node, node).map(([f, l, r]) => `${f}(${l}, ${r})`),
      node.map((inner) => `sum(i, 1, 3, sigmoid(${inner}) * x^i / i)`),
      // y^3 + y = 1 + x + sigmoid(...) has one root, which lies between 0 and 2.
      formulas.map((inner) => `solve(y, 0, 2, y^3 + y - 1 - x - sigmoid(${inner}))`),
    ),
  };
}).node;

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
      'sum(i,1,16,',
      'constructor',
      '__proto__',
      '\n',
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

describe('parseFormula on a bomb', () => {
  it.each([
    ['sums within sums', `${'sum(i, 1, 16, '.repeat(5)}x${')'.repeat(5)}`, 'the sum has more than 10000 parts'],
    [
      'many sums',
      Array.from({ length: 70 }, () => 'sum(i,1,16,x+x+x+x+x+x+x+x+x+x)').join('+'),
      'more than 10000 parts',
    ],
    ['a number beyond all', '1e999', '1e999 is larger than any number'],
    ['a name of every object', '1 + __proto__', "'__proto__' cannot be a name at column 5"],
  ])('%s', (_, text, message) => {
    expect(() => parseFormula(text)).toThrow(message);
  });

  it('fits two thousand terms', () => {
    expect(valueOf(parseFormula(`0${'+x'.repeat(2000)}`), { x: 1 })).toBe(2000);
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

  it('agrees with central differences through every function', () => {
    const coordinate = fc.double({ min: 0.5, max: 2, noNaN: true });
    fc.assert(
      fc.property(wide, fc.record({ a: coordinate, b: coordinate, x: coordinate }), (text, at) => {
        const f = parseFormula(text);
        for (const name of ['a', 'b', 'x'] as const) {
          const value = (step: number): number => valueOf(f, { ...at, [name]: at[name] + step });
          const h = 1e-5;
          const [left, right] = [(value(0) - value(-h)) / h, (value(h) - value(0)) / h];
          const exact = valueOf(derivative(f, name), at);
          const slack = 1e-4 * (1 + Math.abs(exact)) + 1e-9 * Math.abs(value(0));
          // Where min or max changes sides within h the two halves differ; the derivative is one of them or between.
          expect(exact).toBeGreaterThan(Math.min(left, right) - slack - Math.abs(right - left));
          expect(exact).toBeLessThan(Math.max(left, right) + slack + Math.abs(right - left));
        }
      }),
      { numRuns: 150 },
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
      fc.property(wide, (text) => {
        const f = parseFormula(text);
        const written = formatFormula(f);
        // Sums written out within sums can pass what a formula may have.
        fc.pre(written.length <= 4096);
        expect(parseFormula(written)).toEqual(f);
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
