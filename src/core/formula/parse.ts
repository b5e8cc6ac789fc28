import { IsoflopError } from '../terms/errors.ts';
import { counted, didYouMean, isReserved } from '../terms/names.ts';
import { add, call, holdsSolve, number, rename, substitute, symbol, symbolsOf } from './expression.ts';
import type { BinaryOperator, Expression, FunctionName } from './expression.ts';

/** Formulas come from files: a page of text and a hundred nested brackets are enough for any law. */
const LONGEST = 4096;
const DEEPEST = 100;

/** Terms that a sum may have: more than any law's breaks. */
const MOST_TERMS = 16;
/** Sums within sums multiply: so many numbers, names and operators are enough for any law. */
const LARGEST_TREE = 10_000;

const FUNCTIONS: Readonly<Record<Exclude<FunctionName, 'step'> | 'log1p', number>> = {
  exp: 1,
  log: 1,
  log1p: 1,
  sqrt: 1,
  min: 2,
  max: 2,
  sigmoid: 1,
};
const PRECEDENCE: Readonly<Record<BinaryOperator, number>> = { '+': 1, '-': 1, '*': 2, '/': 2, '^': 4 };
/** A minus sign binds weaker than a power and stronger than a product: -x^2 is -(x^2). */
const NEGATION = 3;

interface Token {
  readonly kind: 'number' | 'name' | 'operator' | 'end';
  readonly text: string;
  readonly position: number;
}

/** The error for a fault at a position of a formula, counted from 0. */
export function formulaError(text: string, message: string, position: number, hint?: string): IsoflopError {
  const details = { excerpt: { text, position }, path: 'formula' };
  return new IsoflopError(
    'invalid-input',
    `${message} at column ${position + 1}`,
    hint === undefined ? details : { ...details, hint },
  );
}

function tokenize(text: string, from: number): Token[] {
  const tokens: Token[] = [];
  const pattern = /\s*(?:(\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)|([A-Za-z_]\w*)|(.))/gsy;
  pattern.lastIndex = from;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const [whole, digits, name, other] = match;
    const token = digits ?? name ?? other;
    const position = match.index + whole.length - token.length;
    if (other !== undefined && /\s/.test(other)) continue;
    if (other !== undefined && !'+-*/^(),'.includes(other))
      throw formulaError(text, `'${other}' has no meaning here`, position);
    tokens.push({ kind: digits ? 'number' : name ? 'name' : 'operator', text: token, position });
  }
  return [...tokens, { kind: 'end', text: 'the end', position: text.length }];
}

/**
 * Parses a formula: numbers, names, + - * / ^, brackets, exp log log1p sqrt min max sigmoid,
 * `solve(y, lower, upper, equation)`, the y between the bounds where the equation is 0, and `sum(i, 1, 3, term)`, whose terms have
 * `i` replaced by 1, 2, 3 and names such as `c_i` by `c1`, `c2`, `c3`. Faults carry their column. `positions` is filled with where each
 * part stands: a name or number where it begins, an operation at its operator. What stands before `from` is not looked at.
 */
export function parseFormula(text: string, positions = new Map<Expression, number>(), from = 0): Expression {
  if (text.length > LONGEST)
    throw formulaError(text, `a formula has at most ${LONGEST} characters, not ${text.length}`, LONGEST);
  return new Parser(text, positions, from).parseAll();
}

class Parser {
  private readonly text: string;
  private readonly positions: Map<Expression, number>;
  private readonly tokens: readonly Token[];
  private index = 0;
  private depth = 0;

  constructor(text: string, positions: Map<Expression, number>, from: number) {
    this.text = text;
    this.positions = positions;
    this.tokens = tokenize(text, from);
  }

  parseAll(): Expression {
    const expression = this.parse(0);
    const { kind, text, position } = this.token;
    if (text === ')' && kind === 'operator') this.fail("')' closes no bracket", position);
    if (kind !== 'end') this.fail(`an operator is missing before '${text}'`, position);
    if (sizeOf(expression) > LARGEST_TREE) this.fail(`the formula has more than ${LARGEST_TREE} parts`, 0);
    return expression;
  }

  private fail(message: string, position: number, hint?: string): never {
    throw formulaError(this.text, message, position, hint);
  }

  private at(position: number, expression: Expression): Expression {
    this.positions.set(expression, position);
    return expression;
  }

  private get token(): Token {
    return this.tokens[this.index];
  }

  /** Takes the ')' that closes the bracket at a position. */
  private close(opened: number): void {
    const { kind, text, position } = this.token;
    if (text !== ')' || kind === 'end')
      this.fail(
        `')' expected, got ${kind === 'end' ? text : `'${text}'`}`,
        position,
        `It closes the bracket of column ${opened + 1}.`,
      );
    this.index += 1;
  }

  private parse(least: number): Expression {
    this.depth += 1;
    if (this.depth > DEEPEST) this.fail(`brackets are nested deeper than ${DEEPEST}`, this.token.position);
    let left = this.parsePrefix();
    for (;;) {
      const { position } = this.token;
      const operator = this.token.text as BinaryOperator;
      const precedence = this.token.kind === 'operator' ? PRECEDENCE[operator] : undefined;
      if (precedence === undefined || precedence < least) break;
      this.index += 1;
      // Powers group from the right, everything else from the left.
      const right = this.parse(operator === '^' ? precedence : precedence + 1);
      left = this.at(position, { kind: 'binary', operator, left, right });
    }
    this.depth -= 1;
    return left;
  }

  private parsePrefix(): Expression {
    const { kind, text, position } = this.token;
    this.index += 1;
    if (kind === 'number') return this.at(position, this.numberOf(text, position));
    if (kind === 'name') {
      const isCall = this.token.text === '(' && this.token.kind === 'operator';
      if (isCall) return this.at(position, this.parseCall({ kind, text, position }));
      if (isReserved(text))
        this.fail(`'${text}' cannot be a name`, position, 'Programs use it themselves; take another.');
      return this.at(position, symbol(text));
    }
    if (kind === 'operator' && text === '-')
      return this.at(position, { kind: 'binary', operator: '-', left: number(0), right: this.parse(NEGATION) });
    if (kind === 'operator' && text === '+') return this.parse(NEGATION);
    if (kind === 'end' || text !== '(')
      this.fail(`a number, name or bracket expected, got ${kind === 'end' ? text : `'${text}'`}`, position);
    const inner = this.parse(0);
    this.close(position);
    return inner;
  }

  private numberOf(text: string, position: number): Expression {
    const value = Number(text);
    if (!Number.isFinite(value)) this.fail(`${text} is larger than any number`, position);
    return number(value);
  }

  private parseCall(name: Token): Expression {
    const opened = this.token.position;
    this.index += 1;
    const operands = [this.parse(0)];
    while (this.token.text === ',') {
      this.index += 1;
      operands.push(this.parse(0));
    }
    this.close(opened);
    if (name.text === 'solve') return this.checkSolve(operands, name);
    if (name.text === 'sum') return this.expandSum(operands, name);
    const wanted = Object.hasOwn(FUNCTIONS, name.text) ? FUNCTIONS[name.text as keyof typeof FUNCTIONS] : undefined;
    if (wanted === undefined) {
      const known = [...Object.keys(FUNCTIONS), 'solve', 'sum'];
      const hint = `${didYouMean(name.text, known)}Known: ${known.join(', ')}.`;
      this.fail(`unknown function '${name.text}'`, name.position, hint);
    }
    if (operands.length !== wanted)
      this.fail(`${name.text} takes ${counted(wanted, 'value')}, got ${operands.length}`, name.position);
    if (name.text === 'log1p') return call('log', this.at(name.position, add(number(1), operands[0])));
    return call(name.text as FunctionName, ...operands);
  }

  private expandSum(operands: readonly Expression[], name: Token): Expression {
    const [index, first, last, term] = operands;
    if (operands.length !== 4 || index.kind !== 'symbol' || first.kind !== 'number' || last.kind !== 'number') {
      this.fail('sum takes a name, two whole numbers and a term', name.position, 'Such as sum(i, 1, 3, c_i * x^i).');
    }
    const [from, to] = [first.value, last.value];
    if (!Number.isInteger(from) || !Number.isInteger(to) || to < from || to - from >= MOST_TERMS)
      this.fail(`sum runs over 1 to ${MOST_TERMS} terms, not from ${from} to ${to}`, name.position);
    if (sizeOf(term) * (to - from + 1) > LARGEST_TREE)
      this.fail(`the sum has more than ${LARGEST_TREE} parts`, name.position);
    const suffix = `_${index.name}`;
    const terms = Array.from({ length: to - from + 1 }, (_, k) => {
      const named = rename(term, (one) => (one.endsWith(suffix) ? `${one.slice(0, -suffix.length)}${from + k}` : one));
      return substitute(named, index.name, number(from + k));
    });
    return terms.reduce((sum, one) => add(sum, one));
  }

  private checkSolve(operands: readonly Expression[], name: Token): Expression {
    const [unknown, lower, upper, equation] = operands;
    if (operands.length !== 4 || unknown.kind !== 'symbol') {
      this.fail('solve takes a name, two bounds and an equation', name.position, 'Such as solve(y, 0, 1, y^2 - x).');
    }
    if (!symbolsOf(equation).has(unknown.name))
      this.fail(`the equation of solve does not hold '${unknown.name}'`, name.position);
    if ([lower, upper].some((bound) => symbolsOf(bound).has(unknown.name)))
      this.fail(`'${unknown.name}' is what solve looks for and cannot bound itself`, name.position);
    // Each level would multiply the work of the one around it: a formula from a file could run for ever.
    if (operands.some(holdsSolve)) this.fail('solve may not stand inside another solve', name.position);
    return { kind: 'solve', unknown: unknown.name, lower, upper, equation };
  }
}

/** Numbers, names and operators of an expression. */
function sizeOf(x: Expression): number {
  switch (x.kind) {
    case 'number':
    case 'symbol':
      return 1;
    case 'binary':
      return 1 + sizeOf(x.left) + sizeOf(x.right);
    case 'call':
      return x.operands.reduce((sum, operand) => sum + sizeOf(operand), 1);
    case 'solve':
      return 1 + sizeOf(x.lower) + sizeOf(x.upper) + sizeOf(x.equation);
  }
}
