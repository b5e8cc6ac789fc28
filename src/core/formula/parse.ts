import { IsoflopError } from '../terms/errors.ts';
import { add, call, holdsSolve, number, rename, substitute, symbol, symbolsOf } from './expression.ts';
import type { BinaryOperator, Expression, FunctionName } from './expression.ts';

/** Formulas come from files: a page of text and a hundred nested brackets are enough for any law. */
const LONGEST = 4096;
const DEEPEST = 100;

/** Terms that a sum may have: more than any law's breaks. */
const MOST_TERMS = 16;

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

function fail(message: string, position: number, hint?: string): never {
  throw new IsoflopError(
    'invalid-input',
    `formula: ${message} at column ${position + 1}`,
    hint === undefined ? {} : { hint },
  );
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern = /\s*(?:(\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)|([A-Za-z_]\w*)|(.))/gsy;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const [whole, digits, name, other] = match;
    const token = digits ?? name ?? other;
    const position = match.index + whole.length - token.length;
    if (other !== undefined && /\s/.test(other)) continue;
    if (other !== undefined && !'+-*/^(),'.includes(other)) fail(`'${other}' has no meaning here`, position);
    tokens.push({ kind: digits ? 'number' : name ? 'name' : 'operator', text: token, position });
  }
  return [...tokens, { kind: 'end', text: 'the end', position: text.length }];
}

/**
 * Parses a formula: numbers, names, + - * / ^, brackets, exp log log1p sqrt min max sigmoid,
 * `solve(y, lower, upper, equation)`, the y between the bounds where the equation is 0, and `sum(i, 1, 3, term)`, whose terms have
 * `i` replaced by 1, 2, 3 and names such as `c_i` by `c1`, `c2`, `c3`. Faults carry their column.
 */
export function parseFormula(text: string): Expression {
  if (text.length > LONGEST) fail(`a formula has at most ${LONGEST} characters, not ${text.length}`, LONGEST);
  const parser = new Parser(tokenize(text));
  return parser.parseAll();
}

class Parser {
  private readonly tokens: readonly Token[];
  private index = 0;
  private depth = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  parseAll(): Expression {
    const expression = this.parse(0);
    if (this.token.kind !== 'end') fail(`an operator is missing before '${this.token.text}'`, this.token.position);
    return expression;
  }

  private get token(): Token {
    return this.tokens[this.index];
  }

  private expect(text: string): void {
    if (this.token.text !== text || this.token.kind === 'end')
      fail(`'${text}' expected, got '${this.token.text}'`, this.token.position);
    this.index += 1;
  }

  private parse(least: number): Expression {
    this.depth += 1;
    if (this.depth > DEEPEST) fail(`brackets are nested deeper than ${DEEPEST}`, this.token.position);
    let left = this.parsePrefix();
    for (;;) {
      const operator = this.token.text as BinaryOperator;
      const precedence = this.token.kind === 'operator' ? PRECEDENCE[operator] : undefined;
      if (precedence === undefined || precedence < least) break;
      this.index += 1;
      // Powers group from the right, everything else from the left.
      const right = this.parse(operator === '^' ? precedence : precedence + 1);
      left = { kind: 'binary', operator, left, right };
    }
    this.depth -= 1;
    return left;
  }

  private parsePrefix(): Expression {
    const token = this.token;
    this.index += 1;
    if (token.kind === 'number') return number(Number(token.text));
    if (token.kind === 'name')
      return this.token.text === '(' && this.token.kind === 'operator' ? this.parseCall(token) : symbol(token.text);
    if (token.text === '-') return { kind: 'binary', operator: '-', left: number(0), right: this.parse(NEGATION) };
    if (token.text === '+') return this.parse(NEGATION);
    if (token.text !== '(' || token.kind === 'end')
      fail(`a number, name or bracket expected, got '${token.text}'`, token.position);
    const inner = this.parse(0);
    this.expect(')');
    return inner;
  }

  private parseCall(name: Token): Expression {
    this.expect('(');
    const operands = [this.parse(0)];
    while (this.token.text === ',') {
      this.index += 1;
      operands.push(this.parse(0));
    }
    this.expect(')');
    if (name.text === 'solve') return this.checkSolve(operands, name);
    if (name.text === 'sum') return this.expandSum(operands, name);
    const wanted = Object.hasOwn(FUNCTIONS, name.text) ? FUNCTIONS[name.text as keyof typeof FUNCTIONS] : undefined;
    if (wanted === undefined) {
      fail(
        `unknown function '${name.text}'`,
        name.position,
        `Known: ${[...Object.keys(FUNCTIONS), 'solve', 'sum'].join(', ')}.`,
      );
    }
    if (operands.length !== wanted) fail(`${name.text} takes ${wanted}, got ${operands.length}`, name.position);
    if (name.text === 'log1p') return call('log', add(number(1), operands[0]));
    return call(name.text as FunctionName, ...operands);
  }

  private expandSum(operands: readonly Expression[], name: Token): Expression {
    const [index, first, last, term] = operands;
    if (operands.length !== 4 || index.kind !== 'symbol' || first.kind !== 'number' || last.kind !== 'number') {
      fail('sum takes a name, two whole numbers and a term', name.position, 'Such as sum(i, 1, 3, c_i * x^i).');
    }
    const [from, to] = [first.value, last.value];
    if (!Number.isInteger(from) || !Number.isInteger(to) || to < from || to - from >= MOST_TERMS)
      fail(`sum runs over 1 to ${MOST_TERMS} terms, not from ${from} to ${to}`, name.position);
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
      fail('solve takes a name, two bounds and an equation', name.position, 'Such as solve(y, 0, 1, y^2 - x).');
    }
    if (!symbolsOf(equation).has(unknown.name))
      fail(`the equation of solve does not hold '${unknown.name}'`, name.position);
    if ([lower, upper].some((bound) => symbolsOf(bound).has(unknown.name)))
      fail(`'${unknown.name}' is what solve looks for and cannot bound itself`, name.position);
    // Each level would multiply the work of the one around it: a formula from a file could run for ever.
    if (operands.some(holdsSolve)) fail('solve may not stand inside another solve', name.position);
    return { kind: 'solve', unknown: unknown.name, lower, upper, equation };
  }
}
