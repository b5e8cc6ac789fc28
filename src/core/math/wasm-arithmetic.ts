import { f64, f64x2, OP, simd, TYPE } from './wasm.ts';
import type { ValueType } from './wasm.ts';

/**
 * The operations on one double, or on a pair of them lane by lane. A function that is built from these alone gives the same digits in
 * both: IEEE 754 fixes the result of each.
 */
export interface Arithmetic {
  readonly type: ValueType;
  constant(value: number): number[];
  readonly add: readonly number[];
  readonly sub: readonly number[];
  readonly mul: readonly number[];
  readonly div: readonly number[];
  readonly min: readonly number[];
  readonly max: readonly number[];
  readonly sqrt: readonly number[];
  readonly abs: readonly number[];
  readonly neg: readonly number[];
  readonly floor: readonly number[];
}

export const SCALAR: Arithmetic = {
  type: TYPE.f64,
  constant: f64,
  add: [OP.f64Add],
  sub: [OP.f64Sub],
  mul: [OP.f64Mul],
  div: [OP.f64Div],
  min: [OP.f64Min],
  max: [OP.f64Max],
  sqrt: [OP.f64Sqrt],
  abs: [OP.f64Abs],
  neg: [OP.f64Neg],
  floor: [OP.f64Floor],
};

export const PAIR: Arithmetic = {
  type: TYPE.v128,
  constant: f64x2,
  add: simd('f64x2Add'),
  sub: simd('f64x2Sub'),
  mul: simd('f64x2Mul'),
  div: simd('f64x2Div'),
  min: simd('f64x2Min'),
  max: simd('f64x2Max'),
  sqrt: simd('f64x2Sqrt'),
  abs: simd('f64x2Abs'),
  neg: simd('f64x2Neg'),
  floor: simd('f64x2Floor'),
};
