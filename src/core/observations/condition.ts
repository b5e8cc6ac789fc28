import { IsoflopError } from '../terms/errors.ts';
import { didYouMean, listed } from '../terms/names.ts';
import { readNumber } from './numbers.ts';
import type { NumberKind } from './numbers.ts';

/** Tells whether a row is kept; `lookup` gives a column's number or text, undefined where there is none of that name. */
export type Condition = (lookup: (name: string) => number | string | undefined) => boolean;

const COMPARISON = /^\s*(?:"([^"]+)"|([A-Za-z_#][\w.]*))\s*(<=|>=|==|!=|<|>)\s*(?:"([^"]*)"|'([^']*)'|(\S+))\s*$/;

/**
 * Parses `flops < 1e21 and condition == "raw_loss"`: comparisons with numbers or quoted text, joined by `and`. A cell that is
 * empty, NaN or infinite fulfils no comparison with a number; other text in its place is an error. `kinds` are ways of writing numbers that
 * are read in cells, `names` the columns there are, for messages.
 */
export function parseCondition(
  text: string,
  kinds: readonly NumberKind[] = [],
  names: readonly string[] = [],
): Condition {
  const parts = splitOutsideQuotes(text).map((part) => parseComparison(part, kinds, names));
  return (lookup) => parts.every((part) => part(lookup));
}

/** The parts between `and` and `&&`, which mean nothing inside quotes. */
function splitOutsideQuotes(text: string): string[] {
  const parts: string[] = [''];
  for (const [token] of text.matchAll(/"[^"]*"|'[^']*'|\s+and\s+|&&|[\s\S]/g)) {
    if (/^(\s+and\s+|&&)$/.test(token)) parts.push('');
    else parts[parts.length - 1] += token;
  }
  return parts;
}

function parseComparison(text: string, kinds: readonly NumberKind[], names: readonly string[]): Condition {
  const match = COMPARISON.exec(text);
  const fail = (why: string, hint = 'Such as --where \'flops < 1e21 and split == "test"\'.'): never => {
    throw new IsoflopError('invalid-input', `condition '${text.trim()}': ${why}`, { hint });
  };
  const noColumn = (name: string): string | undefined =>
    names.length > 0 ? `${didYouMean(name, names)}Columns: ${listed(names)}.` : undefined;
  if (!match) return fail('a column, a comparison and a value are wanted');
  const name = match[1] ?? match[2];
  const operator = match[3];
  const quoted = match[4] ?? match[5];
  const number = Number(match[6]);
  if (quoted === undefined && !Number.isFinite(number)) return fail(`'${match[6]}' is no number; put text into quotes`);
  return (lookup) => {
    const value = lookup(name);
    if (value === undefined) return fail(`there is no column '${name}'`, noColumn(name));
    if (quoted !== undefined) return compare(operator, String(value), quoted);
    if (typeof value === 'number') return compare(operator, value, number);
    const reading = readNumber(value, kinds);
    if ('value' in reading) return compare(operator, reading.value, number);
    if (reading.fault !== 'text') return false;
    return fail(
      `column '${name}' holds '${value}', which is no plain number`,
      `Compare it with text in quotes${reading.written ? `, or read such numbers with --numbers ${reading.written.kinds.join(',')}` : ''}.`,
    );
  };
}

function compare<T extends number | string>(operator: string, a: T, b: T): boolean {
  switch (operator) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    case '==':
      return a === b;
    default:
      return a !== b;
  }
}
