/** Element-wise functions, equations and resizing in double precision, apart from the code under test. */
import type { Attributes } from '../../src/core/graph/types.ts';

const bool = (value: boolean): number => Number(value);

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** Abramowitz and Stegun 7.1.5 in double precision: the series of erf. */
export function erf(x: number): number {
  if (Math.abs(x) > 5) return Math.sign(x);
  let [term, sum] = [x, x];
  for (let n = 1; n < 200; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

export const UNARY: Readonly<Record<string, (x: number, a: Attributes) => number>> = {
  Identity: (x) => x, Exp: Math.exp, exp2: (x) => 2 ** x, expm1: Math.expm1, Log: Math.log, log2: Math.log2, log10: Math.log10,
  log1p: Math.log1p, Sqrt: Math.sqrt, rsqrt: (x) => 1 / Math.sqrt(x), reciprocal: (x) => 1 / x, abs: Math.abs,
  neg: (x) => -x, sign: Math.sign, square: (x) => x * x, sin: Math.sin, cos: Math.cos, tan: Math.tan, asin: Math.asin,
  acos: Math.acos, atan: Math.atan, sinh: Math.sinh, cosh: Math.cosh, asinh: Math.asinh, acosh: Math.acosh,
  atanh: Math.atanh, erf, floor: Math.floor, ceil: Math.ceil, LogicalNot: (x) => bool(x === 0),
  softsign: (x) => x / (1 + Math.abs(x)), tanhshrink: (x) => x - Math.tanh(x), log_sigmoid: (x) => Math.log(logistic(x)),
  clip: (x, { minimum = -Infinity, maximum = Infinity }) => Math.min(maximum, Math.max(minimum, x)),
  softcap: (x, { softcap = 1 }) => softcap * Math.tanh(x / softcap),
}; // prettier-ignore

export const BINARY: Readonly<Record<string, (a: number, b: number) => number>> = {
  add: (a, b) => a + b, mul: (a, b) => a * b, subtract: (a, b) => a - b, Div: (a, b) => a / b, pow: (a, b) => a ** b, maximum: Math.max,
  minimum: Math.min, eq: (a, b) => bool(a === b), ne: (a, b) => bool(a !== b), lt: (a, b) => bool(a < b),
  le: (a, b) => bool(a <= b), gt: (a, b) => bool(a > b), ge: (a, b) => bool(a >= b),
  and: (a, b) => bool(a !== 0 && b !== 0), or: (a, b) => bool(a !== 0 || b !== 0), floor_divide: (a, b) => Math.floor(a / b),
  prelu: (a, b) => (a > 0 ? a : a * b),
  'divide by standard deviation': (a, b) => a / Math.max(1e-7, Math.sqrt(b)),
}; // prettier-ignore

/** One element of an equation such as `abc,cd->abd`, by a loop over all letters that the output lacks. */
export function equationAt(
  equation: string,
  inputs: readonly { readonly shape: readonly number[]; readonly at: (place: readonly number[]) => number }[],
  place: readonly number[],
): number {
  const [left, right] = equation.split('->');
  const terms = left.split(',');
  const extent = (letter: string): number =>
    Math.max(...terms.map((term, i) => (term.includes(letter) ? inputs[i].shape[term.indexOf(letter)] : 0)));
  const free = [...new Set(terms.join(''))].filter((letter) => !right.includes(letter));
  const sum = (index: number, at: Readonly<Record<string, number>>): number => {
    if (index === free.length)
      return terms.reduce((product, term, i) => product * inputs[i].at([...term].map((letter) => at[letter])), 1);
    let total = 0;
    for (let k = 0; k < extent(free[index]); k++) total += sum(index + 1, { ...at, [free[index]]: k });
    return total;
  };
  return sum(0, Object.fromEntries([...right].map((letter, i) => [letter, place[i]])));
}

/** Where cell j of `to` looks in `from` cells, and how: pairs of cell and share. */
export function resizeShares(
  j: number,
  from: number,
  to: number,
  { function: mode = 'nearest', coordinates }: Attributes,
): [number, number][] {
  const isNearest = mode.includes('nearest');
  const kind = coordinates ?? (isNearest ? 'starts' : 'middles');
  const at =
    kind === 'corners'
      ? (j * (from - 1)) / Math.max(1, to - 1)
      : kind === 'starts'
        ? (j * from) / to
        : ((j + 0.5) * from) / to - 0.5;
  const clip = (cell: number): number => Math.max(0, Math.min(from - 1, cell));
  if (isNearest) return [[clip(kind === 'starts' ? Math.floor(at) : Math.ceil(at - 0.5)), 1]];
  const low = Math.floor(at);
  return [
    [clip(low), 1 - (at - low)],
    [clip(low + 1), at - low],
  ];
}

/** Rotary positions of one cell of x [..., tokens, size], cells paired by halves (Su et al. 2021, equation 34). */
export function rotaryAt(
  at: (cell: number) => number,
  token: number,
  cell: number,
  size: number,
  { base = 10_000, rotated = size }: Attributes,
): number {
  if (cell >= rotated) return at(cell);
  const half = rotated / 2;
  const angle = token * base ** (-(cell % half) / half);
  return cell < half
    ? at(cell) * Math.cos(angle) - at(cell + half) * Math.sin(angle)
    : at(cell) * Math.cos(angle) + at(cell - half) * Math.sin(angle);
}
