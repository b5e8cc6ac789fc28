import type { BinaryOperator, Expression } from './expression.ts';

const PRECEDENCE: Readonly<Record<BinaryOperator, number>> = { '+': 1, '-': 1, '*': 2, '/': 2, '^': 4 };
const ATOM = 5;
const NEGATIVE = 3;

/** A formula as text that parses to the same expression. */
export const formatFormula = (x: Expression): string => write(x)[0];

/** The text and how tightly it holds together. */
function write(x: Expression): readonly [string, number] {
  switch (x.kind) {
    case 'number':
      return [String(x.value), x.value < 0 ? NEGATIVE : ATOM];
    case 'symbol':
      return [x.name, ATOM];
    case 'call':
      return [`${x.name}(${x.operands.map(formatFormula).join(', ')})`, ATOM];
    case 'solve':
      return [`solve(${x.unknown}, ${[x.lower, x.upper, x.equation].map(formatFormula).join(', ')})`, ATOM];
    case 'binary': {
      const own = PRECEDENCE[x.operator];
      // Powers group from the right, everything else from the left.
      const isPower = x.operator === '^';
      const left = bracket(x.left, isPower ? own + 1 : own);
      const right = bracket(x.right, isPower ? own : own + 1);
      return [isPower ? `${left}^${right}` : `${left} ${x.operator} ${right}`, own];
    }
  }
}

function bracket(x: Expression, least: number): string {
  const [text, precedence] = write(x);
  return precedence < least ? `(${text})` : text;
}
