import { E1, E2, E3, E4, E5, INVERSE_LN2, L1, L2, L3, L4, L5, L6, L7, LN2_HIGH, LN2_LOW } from './elementary.ts';
import type { Arithmetic } from './wasm-arithmetic.ts';
import { get, set, tee } from './wasm.ts';

/** The inner parts of exp and log of elementary.ts, operation for operation, for one double or a pair. */

export type Code = readonly number[];

/** Code of a binary operation from the code of its operands. */
export interface Builder {
  readonly plus: (a: Code, b: Code) => number[];
  readonly minus: (a: Code, b: Code) => number[];
  readonly product: (a: Code, b: Code) => number[];
  readonly quotient: (a: Code, b: Code) => number[];
}

export const builderOf = ({ add, sub, mul, div }: Arithmetic): Builder => ({
  plus: (a, b) => [...a, ...b, ...add],
  minus: (a, b) => [...a, ...b, ...sub],
  product: (a, b) => [...a, ...b, ...mul],
  quotient: (a, b) => [...a, ...b, ...div],
});

/** c0 + x (c1 + x (c2 + ...)) for the local x. */
function series(arithmetic: Arithmetic, coefficients: readonly number[], x: number): number[] {
  const { plus, product } = builderOf(arithmetic);
  return coefficients
    .slice(0, -1)
    .reduceRight<number[]>(
      (inner, c) => plus(arithmetic.constant(c), product(get(x), inner)),
      arithmetic.constant(coefficients.at(-1)!),
    );
}

/** Leaves e^x 2^-k and sets k; takes five locals from `first` on for itself. */
export function reducedExp(arithmetic: Arithmetic, x: number, k: number, first: number): number[] {
  const [high, low, r, t, c] = [0, 1, 2, 3, 4].map((index) => first + index);
  const { constant, floor } = arithmetic;
  const { plus, minus, product, quotient } = builderOf(arithmetic);
  return [
    ...[...plus(product(get(x), constant(INVERSE_LN2)), constant(0.5)), ...floor, ...set(k)],
    ...[...minus(get(x), product(get(k), constant(LN2_HIGH))), ...set(high)],
    ...[...product(get(k), constant(LN2_LOW)), ...set(low)],
    ...[...minus(get(high), get(low)), ...tee(r), ...get(r), ...arithmetic.mul, ...set(t)],
    ...[...minus(get(r), product(get(t), series(arithmetic, [E1, E2, E3, E4, E5], t))), ...set(c)],
    ...minus(
      constant(1),
      minus(minus(get(low), quotient(product(get(r), get(c)), minus(constant(2), get(c)))), get(high)),
    ),
  ];
}

/** Leaves the logarithm of f 2^k, f between 1 / sqrt 2 and sqrt 2; changes f and takes four locals from `first` on for itself. */
export function reducedLog(arithmetic: Arithmetic, f: number, k: number, first: number): number[] {
  const [s, z, w, half] = [0, 1, 2, 3].map((index) => first + index);
  const { constant, mul } = arithmetic;
  const { plus, minus, product, quotient } = builderOf(arithmetic);
  const even = product(get(w), series(arithmetic, [L2, L4, L6], w));
  const odd = product(get(z), series(arithmetic, [L1, L3, L5, L7], w));
  const tail = plus(product(get(s), plus(plus(get(half), even), odd)), product(get(k), constant(LN2_LOW)));
  return [
    ...[...minus(get(f), constant(1)), ...set(f)],
    ...[...quotient(get(f), plus(constant(2), get(f))), ...tee(s), ...get(s), ...mul, ...tee(z)],
    ...[...get(z), ...mul, ...set(w)],
    ...[...product(product(constant(0.5), get(f)), get(f)), ...set(half)],
    ...minus(product(get(k), constant(LN2_HIGH)), minus(minus(get(half), tail), get(f))),
  ];
}
