import { SMALLEST_NORMAL } from './elementary.ts';
import { PAIR } from './wasm-arithmetic.ts';
import { ELEMENTARY, ELEMENTARY_INDEX } from './wasm-elementary.ts';
import { branch, call, f64x2, f64x2Lane, f64x2Replace, get, i32, i64x2, OP, set, simd, tee, TYPE } from './wasm.ts';
import type { WasmFunction } from './wasm.ts';
import { builderOf, reducedExp, reducedLog } from './wasm-series.ts';
import type { Code } from './wasm-series.ts';

/** Where the functions stand in a module that begins with ELEMENTARY_PAIRS. */
export const PAIR_INDEX = {
  exp: ELEMENTARY.length,
  log: ELEMENTARY.length + 1,
  pow: ELEMENTARY.length + 2,
  sigmoid: ELEMENTARY.length + 3,
} as const;

/** exp takes its short way below this size: there the result is a normal number. */
const EXP_SHORT = 708;

const { plus, minus, product, quotient } = builderOf(PAIR);
/** Whether a comparison holds in both lanes; one with NaN never does. */
const both = (a: Code, comparison: Code, b: Code): number[] => [...a, ...b, ...comparison, ...simd('i64x2AllTrue')];
const constantBits = (bits: bigint): number[] => i64x2(bits);

/** Calls a scalar function for each lane: how pairs with a lane outside of the short way are computed. */
export const eachLane = (index: number, operands: readonly number[]): number[] => {
  const lane = (which: number): number[] => [
    ...operands.flatMap((operand) => [...get(operand), ...f64x2Lane(which)]),
    ...call(index),
  ];
  return [...lane(0), ...simd('f64x2Splat'), ...lane(1), ...f64x2Replace(1)];
};

const unless = (isShort: Code, index: number, operands: readonly number[]): number[] =>
  branch(isShort, [], [...eachLane(index, operands), OP.return]);

function expPair(): WasmFunction {
  const [x, k, rest] = [0, 1, 2];
  // The low bits of k + 2^52 + 1023 are those of k + 1023: shifted, they are the exponent of 2^k.
  const powerOf2 = [...plus(get(k), f64x2(2 ** 52 + 1023)), ...i32(52), ...simd('i64x2Shl')];
  return {
    name: 'expPair',
    parameters: [TYPE.v128],
    result: TYPE.v128,
    locals: new Array(6).fill(TYPE.v128),
    body: [
      ...unless(both([...get(x), ...PAIR.abs], simd('f64x2Lt'), f64x2(EXP_SHORT)), ELEMENTARY_INDEX.exp, [x]),
      ...product(reducedExp(PAIR, x, k, rest), powerOf2),
    ],
  };
}

function logPair(): WasmFunction {
  const [x, k, f, isLarge, rest] = [0, 1, 2, 3, 4];
  const isNormal = [
    ...[...get(x), ...f64x2(SMALLEST_NORMAL), ...simd('f64x2Ge')],
    ...[...get(x), ...f64x2(Infinity), ...simd('f64x2Lt'), ...simd('v128And'), ...simd('i64x2AllTrue')],
  ];
  // The exponent's bits under those of 2^52 are a whole number above 2^52.
  const biased = [...get(x), ...i32(52), ...simd('i64x2ShrU'), ...f64x2(2 ** 52), ...simd('v128Or')];
  const mantissa = [
    ...[...get(x), ...constantBits(0xfffffffffffffn), ...simd('v128And')],
    ...[...f64x2(1), ...simd('v128Or')],
  ];
  return {
    name: 'logPair',
    parameters: [TYPE.v128],
    result: TYPE.v128,
    locals: new Array(7).fill(TYPE.v128),
    body: [
      ...unless(isNormal, ELEMENTARY_INDEX.log, [x]),
      ...[...mantissa, ...tee(f), ...f64x2(Math.SQRT2), ...simd('f64x2Gt'), ...set(isLarge)],
      ...minus(biased, f64x2(2 ** 52 + 1023)),
      ...[...get(isLarge), ...f64x2(1), ...simd('v128And'), ...PAIR.add, ...set(k)],
      ...[...product(get(f), f64x2(0.5)), ...get(f), ...get(isLarge), ...simd('v128Bitselect'), ...set(f)],
      ...reducedLog(PAIR, f, k, rest),
    ],
  };
}

/** As pow: x^y with log x given. */
function powPair(): WasmFunction {
  const [x, y, logX] = [0, 1, 2];
  const isShort = [
    ...[...get(x), ...f64x2(0), ...simd('f64x2Gt')],
    ...[...get(x), ...f64x2(Infinity), ...simd('f64x2Lt'), ...simd('v128And'), ...simd('i64x2AllTrue')],
  ];
  return {
    name: 'powPair',
    parameters: [TYPE.v128, TYPE.v128, TYPE.v128],
    result: TYPE.v128,
    body: [
      ...unless(isShort, ELEMENTARY_INDEX.pow, [x, y, logX]),
      ...[...product(get(y), get(logX)), ...call(PAIR_INDEX.exp)],
    ],
  };
}

function sigmoidPair(): WasmFunction {
  const [x, z] = [0, 1];
  const isPositive = [...get(x), ...f64x2(0), ...simd('f64x2Ge')];
  return {
    name: 'sigmoidPair',
    parameters: [TYPE.v128],
    result: TYPE.v128,
    locals: [TYPE.v128],
    body: [
      ...[...get(x), ...PAIR.abs, ...PAIR.neg, ...call(PAIR_INDEX.exp), ...set(z)],
      ...quotient([...f64x2(1), ...get(z), ...isPositive, ...simd('v128Bitselect')], plus(f64x2(1), get(z))),
    ],
  };
}

/** ELEMENTARY, then the same functions of pairs: each lane has the digits of the scalar function. */
export const ELEMENTARY_PAIRS: readonly WasmFunction[] = [
  ...ELEMENTARY,
  expPair(),
  logPair(),
  powPair(),
  sigmoidPair(),
];
