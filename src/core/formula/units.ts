import { IsoflopError } from '../terms/errors.ts';
import type { Expression } from './expression.ts';
import { formatFormula } from './format.ts';
import { formulaError } from './parse.ts';

/** Units of the words that tables use; a column without one may stand for anything. */
export const UNIT_OF: Readonly<Record<string, string>> = {
  params: 'parameter',
  tokens: 'token',
  uniqueTokens: 'token',
  samples: 'sample',
  flops: 'FLOP',
  loss: 'nat',
  steps: 'step',
  batch: 'token',
  width: 'channel',
  depth: 'layer',
  bits: 'bit',
};

/** The unit of a column by its word. */
export const unitOfColumn = (name: string): string | undefined =>
  Object.hasOwn(UNIT_OF, name) ? UNIT_OF[name] : undefined;

/** Powers of units; `any` where a parameter can bring whatever unit is needed. */
type Unit = ReadonlyMap<string, number> | 'any';
const NONE: Unit = new Map();

/** A formula's text and where its parts stand in it, for messages. */
export interface FormulaText {
  readonly text: string;
  readonly positions: ReadonlyMap<Expression, number>;
}

/**
 * Refuses sums of unlike things, such as params + tokens, and functions of things with a unit, such as exp(params). A parameter has
 * whatever unit makes sense of it.
 */
export function checkUnits(
  expression: Expression,
  variables: readonly string[],
  response: string,
  source?: FormulaText,
): void {
  const check = new UnitCheck(new Set(variables), source);
  const whole = check.unitOf(expression);
  const wanted = unitOfColumn(response);
  if (wanted === undefined || whole === 'any') return;
  if (!isSame(whole, new Map([[wanted, 1]])))
    check.clash(expression, `the formula is in ${text(whole)}, ${response} in ${text(new Map([[wanted, 1]]))}`);
}

class UnitCheck {
  private readonly variables: ReadonlySet<string>;
  private readonly source: FormulaText | undefined;

  constructor(variables: ReadonlySet<string>, source: FormulaText | undefined) {
    this.variables = variables;
    this.source = source;
  }

  clash(x: Expression, why: string): never {
    const hint = 'Multiply by a parameter, which carries whatever unit is missing.';
    const message = `units do not agree: ${why}`;
    const position = this.source?.positions.get(x);
    if (this.source && position !== undefined) throw formulaError(this.source.text, message, position, hint);
    throw new IsoflopError('invalid-input', message, { hint, path: 'formula' });
  }

  unitOf(x: Expression): Unit {
    switch (x.kind) {
      case 'number':
        return NONE;
      case 'symbol': {
        const unit = this.variables.has(x.name) ? unitOfColumn(x.name) : undefined;
        return unit === undefined ? 'any' : new Map([[unit, 1]]);
      }
      case 'binary':
        return this.ofBinary(x, this.unitOf(x.left), this.unitOf(x.right));
      case 'call': {
        const units = x.operands.map((operand) => this.unitOf(operand));
        if (x.name === 'min' || x.name === 'max') return this.same(x, units[0], units[1]);
        if (x.name === 'sqrt') return scale(units[0], 0.5);
        // A logarithm moves by a constant when the unit changes: a parameter beside it takes that up.
        if (x.name === 'log' || x.name === 'step') return 'any';
        if (units[0] !== 'any' && units[0].size > 0)
          this.clash(x, `${formatFormula(x)} takes a pure number, not ${text(units[0])}`);
        return NONE;
      }
      case 'solve':
        return 'any';
    }
  }

  private ofBinary(x: Extract<Expression, { kind: 'binary' }>, left: Unit, right: Unit): Unit {
    switch (x.operator) {
      case '+':
      case '-':
        return this.same(x, left, right);
      case '*':
        return multiply(left, right, 1);
      case '/':
        return multiply(left, right, -1);
      case '^':
        if (right !== 'any' && right.size > 0)
          this.clash(x, `the exponent of ${formatFormula(x)} is in ${text(right)}`);
        if (left !== 'any' && left.size === 0) return NONE;
        return x.right.kind === 'number' ? scale(left, x.right.value) : 'any';
    }
  }

  /** Of two things that are added or compared. A bare 0 or number beside a thing with a unit is a clash too. */
  private same(x: Expression, left: Unit, right: Unit): Unit {
    if (left === 'any') return right;
    if (right === 'any') return left;
    const isBareNegation = x.kind === 'binary' && x.left.kind === 'number' && x.left.value === 0;
    if (isBareNegation) return right;
    if (!isSame(left, right)) this.clash(x, `${formatFormula(x)} joins ${text(left)} and ${text(right)}`);
    return left;
  }
}

function multiply(left: Unit, right: Unit, sign: 1 | -1): Unit {
  if (left === 'any' || right === 'any') return 'any';
  const product = new Map(left);
  for (const [unit, power] of right) {
    const sum = (product.get(unit) ?? 0) + sign * power;
    if (sum === 0) product.delete(unit);
    else product.set(unit, sum);
  }
  return product;
}

const scale = (unit: Unit, by: number): Unit =>
  unit === 'any' ? 'any' : new Map([...unit].map(([name, power]) => [name, power * by]));

const isSame = (left: ReadonlyMap<string, number>, right: ReadonlyMap<string, number>): boolean =>
  left.size === right.size && [...left].every(([unit, power]) => right.get(unit) === power);

const text = (unit: ReadonlyMap<string, number>): string =>
  unit.size === 0
    ? 'pure numbers'
    : [...unit].map(([name, power]) => (power === 1 ? `${name}s` : `${name}s^${power}`)).join(' ');
