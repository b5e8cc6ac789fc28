import { derivative, linearNames } from '../formula/differentiate.ts';
import { isZero, number, substitute, symbol, symbolsOf } from '../formula/expression.ts';
import type { Expression } from '../formula/expression.ts';
import { formatFormula } from '../formula/format.ts';
import { formulaError, parseFormula } from '../formula/parse.ts';
import { checkUnits, unitOfColumn, UNIT_OF } from '../formula/units.ts';
import type { FormulaText } from '../formula/units.ts';
import { IsoflopError } from '../terms/errors.ts';
import type { Law, LawParameter } from '../terms/law.ts';
import { closest, listed } from '../terms/names.ts';

export interface OwnLawOptions {
  /** The column that the formula stands for. Default: the left side of `loss = ...`, else loss. */
  readonly response?: string;
  /** Names that are columns of the table; all others are parameters. */
  readonly columns: readonly string[];
  /** What is known of parameters, by name; the rest are positive. */
  readonly parameters?: Readonly<Record<string, Partial<LawParameter>>>;
}

const HUGE = 1e300;
/** Where the search for a signed parameter begins unless told. */
const SIGNED_POWERS = [-1.2, 1.2] as const;
const SIGNED_VALUES = [-10, 10] as const;

/**
 * A law from a formula such as `loss = E + A / params^alpha`: names of columns are variables, all others parameters. Parameters
 * are positive unless told otherwise; those that stand in an exponent are searched from .03 to 1.2, coefficients follow
 * from the data, any other between .001 and 1000 times 1 or, beside a variable, times its mean. A name that looks like a slip of a
 * column's name is refused unless it is among `parameters`.
 */
export function ownLaw(text: string, options: OwnLawOptions): Law {
  const [left, from] = splitSides(text);
  const response = options.response ?? left ?? 'loss';
  const positions = new Map<Expression, number>();
  const expression = parseFormula(text, positions, from);
  const source = { text, positions };
  const columns = new Set(options.columns);
  const names = [...symbolsOf(expression)];
  const variables = names.filter((name) => columns.has(name));
  const unknown = names.filter((name) => !columns.has(name));
  for (const name of unknown) refuseSlip(name, options, source);
  if (variables.length === 0) {
    throw new IsoflopError('invalid-input', `the formula '${text}' names no column of the table`, {
      hint: `Columns: ${listed(options.columns)}.`,
    });
  }
  if (unknown.length === 0) {
    throw new IsoflopError('invalid-input', `the formula '${text}' has no parameter to fit`, {
      hint: `Every name in it is a column: ${variables.join(', ')}.`,
    });
  }
  const strange = Object.keys(options.parameters ?? {}).find((name) => !unknown.includes(name));
  if (strange !== undefined) {
    throw new IsoflopError('invalid-input', `the formula has no parameter '${strange}'`, {
      hint: `Its parameters: ${unknown.join(', ')}.`,
      path: 'parameters',
    });
  }
  checkUnits(expression, variables, response, source);
  const linear = new Set(linearNames(expression, unknown));
  return {
    id: 'own',
    title: 'Own formula',
    formula: text.slice(from).trim(),
    response,
    variables,
    parameters: unknown.map((name) =>
      informed(guessParameter(expression, name, variables, linear), options.parameters?.[name] ?? {}),
    ),
    source: 'the user',
  };
}

/** The name on the left side, if there is one, and where the right side begins. */
export function splitSides(text: string): [string | undefined, number] {
  const match = /^\s*([A-Za-z_]\w*)\s*=/.exec(text);
  return match ? [match[1], match[0].length] : [undefined, 0];
}

/** A mistyped column would silently become a parameter, and the law another one. */
function refuseSlip(name: string, { columns, parameters = {} }: OwnLawOptions, { text, positions }: FormulaText): void {
  if (Object.hasOwn(parameters, name)) return;
  const isWord = unitOfColumn(name) !== undefined;
  const near = isWord ? undefined : closest(name, [...columns, ...Object.keys(UNIT_OF)]);
  const isNumbered = near !== undefined && name.startsWith(near) && /^(\d+|_.*)$/.test(name.slice(near.length));
  if (!isWord && (near === undefined || isNumbered)) return;
  const position = [...positions].find(([part]) => part.kind === 'symbol' && part.name === name)?.[1] ?? 0;
  const message = isWord
    ? `the table has no column '${name}'`
    : `there is no column '${name}', which looks like a slip of '${near}',`;
  const meant = isWord ? `Name the column with --map ${name}=COLUMN` : `Write '${near}'`;
  throw formulaError(
    text,
    message,
    position,
    `${meant}; if '${name}' is a parameter, declare it: --parameter ${name}.`,
  );
}

function guessParameter(
  expression: Expression,
  name: string,
  variables: readonly string[],
  linear: ReadonlySet<string>,
): LawParameter {
  const plain = { name, meaning: 'parameter of the formula', unit: '?', lower: 0, upper: HUGE };
  if (linear.has(name)) {
    const slope = derivative(expression, name);
    const isLevel = symbolsOf(slope).size === 0 && !isZero(slope);
    return isLevel
      ? { ...plain, start: 'below-response' }
      : { ...plain, ...centreOf(slope, variables), start: [0.01, 10] };
  }
  if (isExponent(expression, name)) return { ...plain, unit: '1', lower: 1e-3, upper: 5, start: [0.03, 1.2] };
  const beside = besideVariable(expression, name, variables);
  if (beside === undefined) return { ...plain, start: [1e-3, 1e3] };
  return { ...plain, unit: unitOfColumn(beside) ?? '?', start: { of: beside, range: [1e-3, 1e3] } };
}

/** What was guessed of a parameter, corrected by what is known of it. */
function informed(guess: LawParameter, known: Partial<LawParameter>): LawParameter {
  const { centre, ...rest } = guess;
  const isExponentLike = guess.unit === '1';
  const wide = isExponentLike ? 5 : HUGE;
  const signed = known.signed === true ? { lower: -wide, start: isExponentLike ? SIGNED_POWERS : SIGNED_VALUES } : {};
  // Bounds are raw; the search would apply them to the centred coefficient.
  const isBounded = known.lower !== undefined || known.upper !== undefined;
  return { ...rest, ...(centre && !isBounded && known.signed !== true ? { centre } : {}), ...signed, ...known };
}

/** 1 / x^alpha, or x^alpha: what a coefficient is centred by. */
function centreOf(slope: Expression, variables: readonly string[]): { centre?: Record<string, string> } {
  if (slope.kind !== 'binary') return {};
  const isQuotient = slope.operator === '/' && slope.left.kind === 'number';
  const power = isQuotient ? slope.right : slope;
  if (power.kind !== 'binary' || power.operator !== '^') return {};
  const { left, right } = power;
  if (left.kind !== 'symbol' || !variables.includes(left.name) || right.kind !== 'symbol') return {};
  return { centre: { [left.name]: isQuotient ? right.name : `-${right.name}` } };
}

/** Whether a name stands in the exponent of every power it occurs in, and nowhere else. */
function isExponent(x: Expression, name: string): boolean {
  if (!symbolsOf(x).has(name)) return true;
  switch (x.kind) {
    case 'binary':
      if (x.operator === '^' && !symbolsOf(x.left).has(name)) return true;
      return x.left.kind !== 'symbol' || x.left.name !== name ? bothExponent(x.left, x.right, name) : false;
    case 'call':
      return x.operands.every((operand) => isExponent(operand, name));
    case 'solve':
      return [x.lower, x.upper, x.equation].every((part) => isExponent(part, name));
    default:
      return false;
  }
}

const bothExponent = (left: Expression, right: Expression, name: string): boolean =>
  isExponent(left, name) && isExponent(right, name);

/** The variable that a parameter divides, multiplies, is divided by or is added to. */
function besideVariable(x: Expression, name: string, variables: readonly string[]): string | undefined {
  switch (x.kind) {
    case 'binary': {
      const sides = [x.left, x.right];
      if (x.operator !== '^' && sides.some((side) => side.kind === 'symbol' && side.name === name)) {
        const other = sides.find((side) => side.kind === 'symbol' && variables.includes(side.name));
        if (other?.kind === 'symbol' && x.operator !== '*') return other.name;
      }
      return besideVariable(x.left, name, variables) ?? besideVariable(x.right, name, variables);
    }
    case 'call':
      return x.operands.map((operand) => besideVariable(operand, name, variables)).find((found) => found !== undefined);
    case 'solve':
      return besideVariable(x.equation, name, variables);
    default:
      return undefined;
  }
}

export interface Restriction {
  /** Parameters held at a value. */
  readonly fixed?: Readonly<Record<string, number>>;
  /** Parameters that equal another. */
  readonly tied?: Readonly<Record<string, string>>;
}

/** The law with some parameters held or tied; it has so many fewer. */
export function restrictLaw(law: Law, { fixed = {}, tied = {} }: Restriction): Law {
  const known = law.parameters.map(({ name }) => name);
  for (const name of [...Object.keys(fixed), ...Object.keys(tied), ...Object.values(tied)]) {
    if (known.includes(name)) continue;
    throw new IsoflopError('invalid-input', `law '${law.id}' has no parameter '${name}'`, {
      hint: `Its parameters: ${known.join(', ')}.`,
    });
  }
  const gone = new Set([...Object.keys(fixed), ...Object.keys(tied)]);
  if (gone.size === 0) return law;
  if (Object.values(tied).some((name) => gone.has(name)))
    throw new IsoflopError('invalid-input', 'a parameter cannot be tied to one that is itself fixed or tied');
  let expression = parseFormula(law.formula);
  for (const [name, value] of Object.entries(fixed)) expression = substitute(expression, name, number(value));
  for (const [name, other] of Object.entries(tied)) expression = substitute(expression, name, symbol(other));
  const centreOfRest = (centre: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(centre).map(([variable, power]) => {
        const sign = power.startsWith('-') ? '-' : '';
        const name = power.replace('-', '');
        return [variable, `${sign}${tied[name] ?? name}`];
      }),
    );
  return {
    ...law,
    id: `${law.id} (${[...gone].join(', ')} held)`,
    formula: formatFormula(expression),
    parameters: law.parameters
      .filter(({ name }) => !gone.has(name))
      .map((parameter) => (parameter.centre ? { ...parameter, centre: centreOfRest(parameter.centre) } : parameter)),
    published: [],
  };
}
