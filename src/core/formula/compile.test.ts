import { describe, expect, it } from 'vitest';
import { exp, log, pow } from '../math/elementary.ts';
import { Random } from '../math/random.ts';
import { compile, compileSums } from './compile.ts';
import type { Expression } from './expression.ts';
import { parseFormula } from './parse.ts';

/** An expression's value one row at a time, with the elementary functions of JavaScript; no formula here holds a `solve`. */
function interpret(x: Expression, at: Readonly<Record<string, number>>): number {
  switch (x.kind) {
    case 'number':
      return x.value;
    case 'symbol':
      return at[x.name];
    case 'binary': {
      const [l, r] = [interpret(x.left, at), interpret(x.right, at)];
      return { '+': l + r, '-': l - r, '*': l * r, '/': l / r, '^': pow(l, r) }[x.operator];
    }
    case 'call': {
      const [a, b] = x.operands.map((operand) => interpret(operand, at));
      const z = exp(-Math.abs(a));
      return {
        exp: exp(a),
        log: log(a),
        sqrt: Math.sqrt(a),
        sigmoid: (a >= 0 ? 1 : z) / (1 + z),
        min: Math.min(a, b),
        max: Math.max(a, b),
        step: a > 0 ? 1 : 0,
      }[x.name];
    }
    case 'solve':
      throw new Error('internal: not here');
  }
}

const PARAMETERS = ['a', 'b'];
const VARIABLES = ['x', 'y'];
const FORMULAS = ['a', 'x', 'a + b / x^a', 'log(a + y) * x', 'exp(b - y) / sigmoid(x)', 'max(x, y) - min(a, sqrt(y))'];

function table(rows: number): Float64Array[] {
  const random = new Random(4);
  return VARIABLES.map(() => Float64Array.from({ length: rows }, () => exp(4 * random.normal())));
}

describe.each([1, 2, 7, 64])('kernels over %i rows', (rows) => {
  const expressions = FORMULAS.map((text) => parseFormula(text));
  const columns = table(rows);
  const values = [1.7, -0.3];
  const byRow = Array.from({ length: rows }, (_, row) =>
    expressions.map((x) => interpret(x, { a: values[0], b: values[1], x: columns[0][row], y: columns[1][row] })),
  );

  it('give each row the digits that it has alone', () => {
    const kernel = compile(expressions, PARAMETERS, VARIABLES);
    expect([...kernel.evaluate(values, columns, rows)]).toEqual(byRow.flat());
  });

  it('sum even and odd rows apart, and count a row of padding in neither', () => {
    const kernel = compileSums(expressions, PARAMETERS, VARIABLES);
    const sumOf = (index: number, remainder: number): number =>
      byRow.reduce((sum, row, place) => (place % 2 === remainder ? sum + row[index] : sum), 0);
    expect([...kernel.evaluate(values, columns, rows)]).toEqual(
      FORMULAS.map((_, index) => sumOf(index, 0) + sumOf(index, 1)),
    );
  });
});

describe('a kernel', () => {
  it('takes other tables after a larger one, and changed parameters', () => {
    const kernel = compileSums([parseFormula('a * x + b')], PARAMETERS, VARIABLES);
    const sum = (rows: number, a: number, b: number): number => {
      const columns = table(rows);
      const expected = columns[0].reduce((total, x) => total + a * x + b, 0);
      expect(kernel.evaluate([a, b], columns, rows)[0] / expected).toBeCloseTo(1, 10);
      return expected;
    };
    for (const rows of [3, 20_000, 5]) for (const a of [1, 2]) sum(rows, a, 0.5);
  });
});
