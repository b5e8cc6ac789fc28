import { EXP_HIGHEST, EXP_LOWEST, SMALLEST_NORMAL } from './elementary.ts';
import { SCALAR } from './wasm-arithmetic.ts';
import { branch, call, f64, get, i64, OP, set, TYPE } from './wasm.ts';
import type { WasmFunction } from './wasm.ts';
import { builderOf, reducedExp, reducedLog } from './wasm-series.ts';
import type { Code } from './wasm-series.ts';

/** Where the functions stand in a module that begins with ELEMENTARY. */
export const ELEMENTARY_INDEX = { exp: 0, log: 1, pow: 2, sigmoid: 3 } as const;

const { plus, minus, product, quotient } = builderOf(SCALAR);
const is = (a: Code, comparison: number, b: Code): number[] => [...a, ...b, comparison];
const leave = (value: Code): number[] => [...value, OP.return];

/** As `exp` of elementary.ts, operation for operation. */
function expFunction(): WasmFunction {
  const [x, k, y, rest] = [0, 1, 2, 3];
  const rescale = (condition: Code, factor: number, shift: number): number[] =>
    branch(condition, [...product(get(y), f64(factor)), ...set(y), ...plus(get(k), f64(shift)), ...set(k)]);
  const powerOf2 = [...get(k), OP.i64TruncF64, ...i64(1023n), OP.i64Add, ...i64(52n), OP.i64Shl, OP.f64FromBits];
  return {
    name: 'exp',
    parameters: [TYPE.f64],
    result: TYPE.f64,
    locals: new Array(7).fill(TYPE.f64),
    body: [
      ...branch(is(get(x), OP.f64Gt, f64(EXP_HIGHEST)), leave(f64(Infinity))),
      ...branch(is(get(x), OP.f64Lt, f64(EXP_LOWEST)), leave(f64(0))),
      ...branch(is(get(x), OP.f64Ne, get(x)), leave(get(x))),
      ...[...reducedExp(SCALAR, x, k, rest), ...set(y)],
      ...rescale(is(get(k), OP.f64Gt, f64(1023)), 2 ** 1023, -1023),
      ...rescale(is(get(k), OP.f64Lt, f64(-1022)), 2 ** -1022, 1022),
      ...product(get(y), powerOf2),
    ],
  };
}

/** As `log` of elementary.ts, operation for operation. */
function logFunction(): WasmFunction {
  const [x, k, f, rest, bits] = [0, 1, 2, 3, 7];
  const exponent = [...get(bits), ...i64(52n), OP.i64ShrU, ...i64(1023n), OP.i64Sub, OP.f64ConvertI64];
  const mantissa = [
    ...get(bits),
    ...i64(0xfffffffffffffn),
    OP.i64And,
    ...i64(0x3ff0000000000000n),
    OP.i64Or,
    OP.f64FromBits,
  ];
  return {
    name: 'log',
    parameters: [TYPE.f64],
    result: TYPE.f64,
    locals: [...new Array(6).fill(TYPE.f64), TYPE.i64],
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
      ...reducedLog(SCALAR, f, k, rest),
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
