import { add, call, divide, isZero, number, power, substitute, subtract, symbolsOf, times } from './expression.ts';
import type { Expression } from './expression.ts';

type Call = Extract<Expression, { kind: 'call' }>;
type Binary = Extract<Expression, { kind: 'binary' }>;

/** The derivative of an expression with respect to a name. */
export function derivative(x: Expression, name: string): Expression {
  switch (x.kind) {
    case 'number':
      return number(0);
    case 'symbol':
      return number(x.name === name ? 1 : 0);
    case 'binary':
      return ofBinary(x, name);
    case 'call':
      return ofCall(
        x,
        x.operands.map((operand) => derivative(operand, name)),
      );
    case 'solve': {
      if (!symbolsOf(x).has(name)) return number(0);
      // Implicit function theorem: F(y, p) = 0 gives dy/dp = -F_p / F_y.
      const at = (part: Expression): Expression => substitute(part, x.unknown, x);
      const ofEquation = at(derivative(x.equation, name));
      return divide(subtract(number(0), ofEquation), at(derivative(x.equation, x.unknown)));
    }
  }
}

function ofBinary(x: Binary, name: string): Expression {
  const { operator, left, right } = x;
  const dl = derivative(left, name);
  switch (operator) {
    case '+':
      return add(dl, derivative(right, name));
    case '-':
      return subtract(dl, derivative(right, name));
    case '*':
      return add(times(dl, right), times(left, derivative(right, name)));
    case '/':
      // The quotient itself and the divisor's relative change: kernels compute a subexpression once, and powers cancel.
      return subtract(divide(dl, right), times(x, relativeDerivative(right, name)));
    case '^': {
      const dr = derivative(right, name);
      const base = times(times(right, power(left, subtract(right, number(1)))), dl);
      return isZero(dr) ? base : add(base, times(times(x, call('log', left)), dr));
    }
  }
}

/** The derivative over the expression: for a power without the power itself. */
function relativeDerivative(x: Expression, name: string): Expression {
  if (x.kind !== 'binary' || x.operator !== '^') return divide(derivative(x, name), x);
  const ofBase = times(x.right, divide(derivative(x.left, name), x.left));
  const dr = derivative(x.right, name);
  return isZero(dr) ? ofBase : add(ofBase, times(call('log', x.left), dr));
}

function ofCall(x: Call, derivatives: readonly Expression[]): Expression {
  const [a, b] = x.operands;
  const [da, db] = derivatives;
  switch (x.name) {
    case 'exp':
      return times(x, da);
    case 'log':
      // One reciprocal serves the derivatives by all names.
      return times(da, divide(number(1), a));
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
