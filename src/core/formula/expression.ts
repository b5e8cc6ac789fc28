export type BinaryOperator = '+' | '-' | '*' | '/' | '^';
export type FunctionName = 'exp' | 'log' | 'sqrt' | 'min' | 'max' | 'sigmoid' | 'step';

/** A checked formula. `step(x)` is 1 where x > 0, else 0: the derivative of min and max. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'symbol'; readonly name: string }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'call'; readonly name: FunctionName; readonly operands: readonly Expression[] }
  | SolveExpression;

/** The root y in (lower, upper) of an equation that is negative at lower and positive at upper. */
export interface SolveExpression {
  readonly kind: 'solve';
  readonly unknown: string;
  readonly lower: Expression;
  readonly upper: Expression;
  readonly equation: Expression;
}

export const number = (value: number): Expression => ({ kind: 'number', value });
export const symbol = (name: string): Expression => ({ kind: 'symbol', name });
export const call = (name: FunctionName, ...operands: Expression[]): Expression => ({ kind: 'call', name, operands });

const isNumber = (x: Expression, value: number): boolean => x.kind === 'number' && x.value === value;
export const isZero = (x: Expression): boolean => isNumber(x, 0);

const binary = (operator: BinaryOperator, left: Expression, right: Expression): Expression => ({
  kind: 'binary',
  operator,
  left,
  right,
});

/** Both numbers where both are plain numbers: what can be computed now. */
const plain = (x: Expression, y: Expression): [number, number] | undefined =>
  x.kind === 'number' && y.kind === 'number' ? [x.value, y.value] : undefined;

/** Constructors that compute plain numbers and drop what adds nothing, so that derivatives stay small and zeros are seen. */
export function add(x: Expression, y: Expression): Expression {
  const both = plain(x, y);
  if (both) return number(both[0] + both[1]);
  if (isZero(x)) return y;
  return isZero(y) ? x : binary('+', x, y);
}

export function subtract(x: Expression, y: Expression): Expression {
  const both = plain(x, y);
  if (both) return number(both[0] - both[1]);
  return isZero(y) ? x : binary('-', x, y);
}

export function times(x: Expression, y: Expression): Expression {
  const both = plain(x, y);
  if (both) return number(both[0] * both[1]);
  if (isZero(x) || isZero(y)) return number(0);
  if (isNumber(x, 1)) return y;
  return isNumber(y, 1) ? x : binary('*', x, y);
}

export function divide(x: Expression, y: Expression): Expression {
  return isZero(x) || isNumber(y, 1) ? x : binary('/', x, y);
}

export function power(x: Expression, y: Expression): Expression {
  return isNumber(y, 1) ? x : binary('^', x, y);
}

/** Names that occur freely in an expression: not the unknown inside its own `solve`. */
export function symbolsOf(x: Expression): Set<string> {
  switch (x.kind) {
    case 'number':
      return new Set();
    case 'symbol':
      return new Set([x.name]);
    case 'binary':
      return new Set([...symbolsOf(x.left), ...symbolsOf(x.right)]);
    case 'call':
      return new Set(x.operands.flatMap((operand) => [...symbolsOf(operand)]));
    case 'solve': {
      const inner = symbolsOf(x.equation);
      inner.delete(x.unknown);
      return new Set([...inner, ...symbolsOf(x.lower), ...symbolsOf(x.upper)]);
    }
  }
}

/** Replaces a name by an expression. */
export function substitute(x: Expression, name: string, by: Expression): Expression {
  switch (x.kind) {
    case 'number':
      return x;
    case 'symbol':
      return x.name === name ? by : x;
    case 'binary':
      return { ...x, left: substitute(x.left, name, by), right: substitute(x.right, name, by) };
    case 'call':
      return { ...x, operands: x.operands.map((operand) => substitute(operand, name, by)) };
    case 'solve': {
      const equation = x.unknown === name ? x.equation : substitute(x.equation, name, by);
      return { ...x, equation, lower: substitute(x.lower, name, by), upper: substitute(x.upper, name, by) };
    }
  }
}

/** Renames symbols, the unknowns of `solve` included. */
export function rename(x: Expression, to: (name: string) => string): Expression {
  switch (x.kind) {
    case 'number':
      return x;
    case 'symbol':
      return symbol(to(x.name));
    case 'binary':
      return { ...x, left: rename(x.left, to), right: rename(x.right, to) };
    case 'call':
      return { ...x, operands: x.operands.map((operand) => rename(operand, to)) };
    case 'solve': {
      const [lower, upper, equation] = [x.lower, x.upper, x.equation].map((part) => rename(part, to));
      return { ...x, unknown: to(x.unknown), lower, upper, equation };
    }
  }
}

/** Whether an expression holds a `solve` at any depth. */
export function holdsSolve(x: Expression): boolean {
  switch (x.kind) {
    case 'number':
    case 'symbol':
      return false;
    case 'binary':
      return holdsSolve(x.left) || holdsSolve(x.right);
    case 'call':
      return x.operands.some(holdsSolve);
    case 'solve':
      return true;
  }
}
