import {
  E1,
  E2,
  E3,
  E4,
  E5,
  EXP_HIGHEST,
  EXP_LOWEST,
  INVERSE_LN2,
  L1,
  L2,
  L3,
  L4,
  L5,
  L6,
  L7,
  LN2_HIGH,
  LN2_LOW,
  SMALLEST_NORMAL,
} from './elementary.ts';
import { branch, call, f64, get, i64, OP, set, tee, TYPE } from './wasm.ts';
import type { WasmFunction } from './wasm.ts';

/** Where the functions stand in a module that begins with ELEMENTARY. */
export const ELEMENTARY_INDEX = { exp: 0, log: 1, pow: 2, sigmoid: 3 } as const;

type Code = readonly number[];
const plus = (a: Code, b: Code): number[] => [...a, ...b, OP.f64Add];
const minus = (a: Code, b: Code): number[] => [...a, ...b, OP.f64Sub];
const product = (a: Code, b: Code): number[] => [...a, ...b, OP.f64Mul];
const quotient = (a: Code, b: Code): number[] => [...a, ...b, OP.f64Div];
const is = (a: Code, comparison: number, b: Code): number[] => [...a, ...b, comparison];
const leave = (value: Code): number[] => [...value, OP.return];

/** c0 + x (c1 + x (c2 + ...)) for the local x. */
const series = (coefficients: readonly number[], x: number): number[] =>
  coefficients
    .slice(0, -1)
    .reduceRight<number[]>((inner, c) => plus(f64(c), product(get(x), inner)), f64(coefficients.at(-1)!));

/** As `exp` of elementary.ts, operation for operation. */
function expFunction(): WasmFunction {
  const [x, k, high, low, r, t, c, y] = [0, 1, 2, 3, 4, 5, 6, 7];
  const rescale = (condition: Code, factor: number, shift: number): number[] =>
    branch(condition, [...product(get(y), f64(factor)), ...set(y), ...plus(get(k), f64(shift)), ...set(k)]);
  const powerOf2 = [...get(k), OP.i64TruncF64, ...i64(1023n), OP.i64Add, ...i64(52n), OP.i64Shl, OP.f64FromBits];
  return {
    name: 'exp',
    parameters: [TYPE.f64],
    result: TYPE.f64,
    locals: [k, high, low, r, t, c, y].map(() => TYPE.f64),
    body: [
      ...branch(is(get(x), OP.f64Gt, f64(EXP_HIGHEST)), leave(f64(Infinity))),
      ...branch(is(get(x), OP.f64Lt, f64(EXP_LOWEST)), leave(f64(0))),
      ...branch(is(get(x), OP.f64Ne, get(x)), leave(get(x))),
      ...[...plus(product(get(x), f64(INVERSE_LN2)), f64(0.5)), OP.f64Floor, ...set(k)],
      ...[...minus(get(x), product(get(k), f64(LN2_HIGH))), ...set(high)],
      ...[...product(get(k), f64(LN2_LOW)), ...set(low)],
      ...[...minus(get(high), get(low)), ...tee(r), ...get(r), OP.f64Mul, ...set(t)],
      ...[...minus(get(r), product(get(t), series([E1, E2, E3, E4, E5], t))), ...set(c)],
      ...minus(f64(1), minus(minus(get(low), quotient(product(get(r), get(c)), minus(f64(2), get(c)))), get(high))),
      ...set(y),
      ...rescale(is(get(k), OP.f64Gt, f64(1023)), 2 ** 1023, -1023),
      ...rescale(is(get(k), OP.f64Lt, f64(-1022)), 2 ** -1022, 1022),
      ...product(get(y), powerOf2),
    ],
  };
}

/** As `log` of elementary.ts, operation for operation. */
function logFunction(): WasmFunction {
  const [x, k, f, s, z, w, half, bits] = [0, 1, 2, 3, 4, 5, 6, 7];
  const exponent = [...get(bits), ...i64(52n), OP.i64ShrU, ...i64(1023n), OP.i64Sub, OP.f64ConvertI64];
  const mantissa = [
    ...get(bits),
    ...i64(0xfffffffffffffn),
    OP.i64And,
    ...i64(0x3ff0000000000000n),
    OP.i64Or,
    OP.f64FromBits,
  ];
  const even = product(get(w), series([L2, L4, L6], w));
  const odd = product(get(z), series([L1, L3, L5, L7], w));
  const tail = plus(product(get(s), plus(plus(get(half), even), odd)), product(get(k), f64(LN2_LOW)));
  return {
    name: 'log',
    parameters: [TYPE.f64],
    result: TYPE.f64,
    locals: [...[k, f, s, z, w, half].map(() => TYPE.f64), TYPE.i64],
    body: [
      ...branch(is(get(x), OP.f64Eq, f64(0)), leave(f64(-Infinity))),
      ...branch(is(get(x), OP.f64Gt, f64(0)), [], leave(f64(Number.NaN))),
      ...branch(is(get(x), OP.f64Eq, f64(Infinity)), leave(get(x))),
      ...branch(is(get(x), OP.f64Lt, f64(SMALLEST_NORMAL)), [
        ...[...product(get(x), f64(2 ** 54)), ...set(x)],
        ...[...f64(-54), ...set(k)],
      ]),
      ...[...get(x), OP.i64FromBits, ...set(bits)],
      ...[...plus(get(k), exponent), ...set(k)],
      ...[...mantissa, ...set(f)],
      ...branch(is(get(f), OP.f64Gt, f64(Math.SQRT2)), [
        ...[...product(get(f), f64(0.5)), ...set(f)],
        ...[...plus(get(k), f64(1)), ...set(k)],
      ]),
      ...[...minus(get(f), f64(1)), ...set(f)],
      ...[...quotient(get(f), plus(f64(2), get(f))), ...tee(s), ...get(s), OP.f64Mul, ...tee(z)],
      ...[...get(z), OP.f64Mul, ...set(w)],
      ...[...product(product(f64(0.5), get(f)), get(f)), ...set(half)],
      ...minus(product(get(k), f64(LN2_HIGH)), minus(minus(get(half), tail), get(f))),
    ],
  };
}

/** x^y with log x given, so that powers of the same base share it; digits as `pow` of elementary.ts. */
function powFunction(): WasmFunction {
  const [x, y, logX] = [0, 1, 2];
  const expOf = (value: Code): number[] => [...value, ...call(ELEMENTARY_INDEX.exp)];
  // Infinity less its floor is NaN, so it does not count as whole, as in Number.isInteger.
  const isWhole = (value: Code): number[] => is(minus(value, [...value, OP.f64Floor]), OP.f64Eq, f64(0));
  const magnitude = expOf(product(get(y), [...get(x), OP.f64Neg, ...call(ELEMENTARY_INDEX.log)]));
  const ofNegative = branch(
    isWhole(get(y)),
    branch(isWhole(product(get(y), f64(0.5))), magnitude, [...magnitude, OP.f64Neg], TYPE.f64),
    f64(Number.NaN),
    TYPE.f64,
  );
  const ofZero = branch(is(get(y), OP.f64Gt, f64(0)), f64(0), f64(Infinity), TYPE.f64);
  return {
    name: 'pow',
    parameters: [TYPE.f64, TYPE.f64, TYPE.f64],
    result: TYPE.f64,
    body: [
      ...branch(is(get(y), OP.f64Eq, f64(0)), leave(f64(1))),
      ...branch(is(get(x), OP.f64Lt, f64(0)), leave(ofNegative)),
      ...branch(is(get(x), OP.f64Eq, f64(0)), leave(ofZero)),
      ...expOf(product(get(y), get(logX))),
    ],
  };
}

/** 1 / (1 + e^-x), with e^x / (1 + e^x) below 0. */
function sigmoidFunction(): WasmFunction {
  const [x, z] = [0, 1];
  const numerator = branch(is(get(x), OP.f64Ge, f64(0)), f64(1), get(z), TYPE.f64);
  return {
    name: 'sigmoid',
    parameters: [TYPE.f64],
    result: TYPE.f64,
    locals: [TYPE.f64],
    body: [
      ...[...get(x), OP.f64Abs, OP.f64Neg, ...call(ELEMENTARY_INDEX.exp), ...set(z)],
      ...quotient(numerator, plus(f64(1), get(z))),
    ],
  };
}

/** The elementary functions as WebAssembly, first in any module that calls them: the same digits as elementary.ts. */
export const ELEMENTARY: readonly WasmFunction[] = [expFunction(), logFunction(), powFunction(), sigmoidFunction()];
