import { add, call, divide, isZero, number, power, substitute, subtract, symbolsOf, times } from './expression.ts';
import type { Expression } from './expression.ts';

type Call = Extract<Expression, { kind: 'call' }>;
type Binary = Extract<Expression, { kind: 'binary' }>;

/** The derivative of an expression with respect to a name. */
export function derivative(x: Expression, name: string): Expression {
  if (!symbolsOf(x).has(name)) return number(0);
  switch (x.kind) {
    case 'number':
      return number(0);
    case 'symbol':
      return number(1);
    case 'binary':
      return ofBinary(x, derivative(x.left, name), derivative(x.right, name));
    case 'call':
      return ofCall(
        x,
        x.operands.map((operand) => derivative(operand, name)),
      );
    case 'solve': {
      // Implicit function theorem: F(y, p) = 0 gives dy/dp = -F_p / F_y.
      const at = (part: Expression): Expression => substitute(part, x.unknown, x);
      const ofEquation = at(derivative(x.equation, name));
      return divide(subtract(number(0), ofEquation), at(derivative(x.equation, x.unknown)));
    }
  }
}

function ofBinary({ operator, left, right }: Binary, dl: Expression, dr: Expression): Expression {
  switch (operator) {
    case '+':
      return add(dl, dr);
    case '-':
      return subtract(dl, dr);
    case '*':
      return add(times(dl, right), times(left, dr));
    case '/':
      return subtract(divide(dl, right), divide(times(left, dr), times(right, right)));
    case '^': {
      const base = times(times(right, power(left, subtract(right, number(1)))), dl);
      return isZero(dr) ? base : add(base, times(times(power(left, right), call('log', left)), dr));
    }
  }
}

function ofCall(x: Call, derivatives: readonly Expression[]): Expression {
  const [a, b] = x.operands;
  const [da, db] = derivatives;
  switch (x.name) {
    case 'exp':
      return times(x, da);
    case 'log':
      return divide(da, a);
    case 'sqrt':
      return divide(da, times(number(2), x));
    case 'sigmoid':
      return times(times(x, subtract(number(1), x)), da);
    case 'max':
    case 'min': {
      const first = x.name === 'max' ? call('step', subtract(a, b)) : call('step', subtract(b, a));
      return add(times(first, da), times(subtract(number(1), first), db));
    }
    case 'step':
      return number(0);
  }
}

/**
 * Of `names`, the largest set from the left that enters an expression linearly and without multiplying one another: fixed
 * the others, the expression is a constant plus a linear combination of these.
 */
export function linearNames(x: Expression, names: readonly string[]): string[] {
  const linear: string[] = [];
  for (const name of names) {
    const slope = derivative(x, name);
    const occurs = symbolsOf(slope);
    if (!isZero(slope) && !occurs.has(name) && linear.every((other) => !occurs.has(other))) linear.push(name);
  }
  return linear;
}
