import {
  assemble,
  f64x2Lane,
  forLoop,
  get,
  i32,
  loadF32,
  loadI32,
  loadV128,
  OP,
  set,
  simd,
  storeF32,
  storeV128,
  TYPE,
  upperHalf,
} from '../../core/math/wasm.ts';
import type { WasmFunction } from '../../core/math/wasm.ts';
import { combine } from './combine.ts';
import { momentum } from './momentum.ts';
import type { MomentumScalars } from './momentum.ts';

/** Numbers of one update; all already multiplied by schedule and clipping. */
export interface AdamWScalars {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Share of each weight that decays away: learning rate times weight decay. */
  readonly decay: number;
  /** Factor on every gradient: what clipping leaves. */
  readonly gradientFactor: number;
  /** 1 / (1 - beta^step) for each moment. */
  readonly correction1: number;
  readonly correction2: number;
}

/** The kernels over one memory. Addresses are in bytes, multiples of 16; counts are of floats, multiples of 4. */
export interface OptimizerKernels {
  /** One AdamW update in a single pass over parameters, gradients and both moments. */
  adamW(
    parameters: number,
    gradients: number,
    moments1: number,
    moments2: number,
    count: number,
    scalars: AdamWScalars,
  ): void;
  /** One update by momentum in a single pass over parameters, gradients and momentum. */
  momentum(parameters: number, gradients: number, moments: number, count: number, scalars: MomentumScalars): void;
  /** y = a y + b x. */
  combine(y: number, x: number, count: number, a: number, b: number): void;
  /** Sum of squares in double precision, in a fixed order. */
  sumOfSquares(address: number, count: number): number;
  /** Adds row i of `rows` `[count, columns]` to row indices[i] of `table`, in the order of i. */
  addRows(rows: number, indices: number, count: number, columns: number, table: number): void;
}

const F32X4_BYTES = 16;

/**
 * AdamW with decoupled decay (Loshchilov and Hutter 2019, algorithm 2), four weights at a time:
 * g' = c g; m += (1-b1)(g' - m); v = b2 v + (1-b2) g'^2; w = w - decay w - rate k1 m / (sqrt(k2 v) + eps).
 * Locals 0-3 addresses, 4 end of parameters, 5-12 scalars as f32, 13-21 vectors.
 */
function adamW(): WasmFunction {
  const [p, g, m, v, end] = [0, 1, 2, 3, 4];
  const scalars = { factor: 5, beta1: 6, rest1: 7, beta2: 8, rest2: 9, keep: 10, rate: 11, root2: 12, epsilon: 13 };
  const vectors = Object.fromEntries(Object.keys(scalars).map((name, index) => [name, 14 + index])) as typeof scalars;
  const [gradient, moment] = [23, 24];
  const splat = Object.keys(scalars).flatMap((name) => {
    const key = name as keyof typeof scalars;
    return [...get(scalars[key]), ...simd('f32x4Splat'), ...set(vectors[key])];
  });
  const times = (vector: number): number[] => [...get(vector), ...simd('f32x4Mul')];
  const body = [
    ...get(g),
    ...loadV128(),
    ...times(vectors.factor),
    ...set(gradient),
    ...get(m),
    ...get(m),
    ...loadV128(),
    ...times(vectors.beta1),
    ...get(gradient),
    ...times(vectors.rest1),
    ...simd('f32x4Add'),
    ...set(moment),
    ...get(moment),
    ...storeV128(),
    ...get(gradient),
    ...get(gradient),
    ...simd('f32x4Mul'),
    ...times(vectors.rest2),
    ...get(v),
    ...loadV128(),
    ...times(vectors.beta2),
    ...simd('f32x4Add'),
    ...set(gradient),
    ...get(v),
    ...get(gradient),
    ...storeV128(),
    ...get(p),
    ...get(p),
    ...loadV128(),
    ...times(vectors.keep),
    ...get(moment),
    ...times(vectors.rate),
    ...get(gradient),
    ...simd('f32x4Sqrt'),
    ...times(vectors.root2),
    ...get(vectors.epsilon),
    ...simd('f32x4Add'),
    ...simd('f32x4Div'),
    ...simd('f32x4Sub'),
    ...storeV128(),
    ...[g, m, v].flatMap((local) => [...get(local), ...i32(F32X4_BYTES), OP.i32Add, ...set(local)]),
  ];
  return {
    name: 'adamW',
    parameters: [...Array.from({ length: 5 }, () => TYPE.i32), ...Array.from({ length: 9 }, () => TYPE.f32)],
    locals: Array.from({ length: 11 }, () => TYPE.v128),
    body: [...splat, ...forLoop(p, end, F32X4_BYTES, body)],
  };
}

/** Two double accumulators a half vector; their four lanes are added at the end. */
function sumOfSquares(): WasmFunction {
  const [address, end, values, low, high] = [0, 1, 2, 3, 4];
  const accumulate = (half: readonly number[], into: number): number[] => [
    ...half,
    ...simd('f64x2PromoteLowF32x4'),
    ...set(5),
    ...get(5),
    ...get(5),
    ...simd('f64x2Mul'),
    ...get(into),
    ...simd('f64x2Add'),
    ...set(into),
  ];
  const body = [
    ...get(address),
    ...loadV128(),
    ...set(values),
    ...accumulate(get(values), low),
    ...accumulate([...get(values), ...get(values), ...upperHalf()], high),
  ];
  return {
    name: 'sumOfSquares',
    parameters: [TYPE.i32, TYPE.i32],
    result: TYPE.f64,
    locals: [TYPE.v128, TYPE.v128, TYPE.v128, TYPE.v128],
    body: [
      ...forLoop(address, end, F32X4_BYTES, body),
      ...get(low),
      ...get(high),
      ...simd('f64x2Add'),
      ...set(low),
      ...get(low),
      ...f64x2Lane(0),
      ...get(low),
      ...f64x2Lane(1),
      OP.f64Add,
    ],
  };
}

/** Locals: rows, indices, end of indices, bytes a row, table; then target address and end of the current row. */
function addRows(): WasmFunction {
  const [rows, indices, end, rowBytes, table, target, rowEnd] = [0, 1, 2, 3, 4, 5, 6];
  const addOne = [
    ...get(target),
    ...get(target),
    ...loadF32(),
    ...get(rows),
    ...loadF32(),
    OP.f32Add,
    ...storeF32(),
    ...get(target),
    ...i32(4),
    OP.i32Add,
    ...set(target),
  ];
  const row = [
    ...get(table),
    ...get(indices),
    ...loadI32(),
    ...get(rowBytes),
    OP.i32Mul,
    OP.i32Add,
    ...set(target),
    ...get(rows),
    ...get(rowBytes),
    OP.i32Add,
    ...set(rowEnd),
    ...forLoop(rows, rowEnd, 4, addOne),
  ];
  return {
    name: 'addRows',
    parameters: [TYPE.i32, TYPE.i32, TYPE.i32, TYPE.i32, TYPE.i32],
    locals: [TYPE.i32, TYPE.i32],
    body: forLoop(indices, end, 4, row),
  };
}

/** Compiles the kernels over a memory. */
export function createOptimizerKernels(memory: WebAssembly.Memory): OptimizerKernels {
  const module = new WebAssembly.Module(assemble([adamW(), momentum(), combine(), sumOfSquares(), addRows()]));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const kernels = exports as Record<string, (...values: number[]) => number>;
  return {
    adamW: (parameters, gradients, moments1, moments2, count, s) => {
      kernels.adamW(
        parameters,
        gradients,
        moments1,
        moments2,
        parameters + 4 * count,
        s.gradientFactor,
        s.beta1,
        1 - s.beta1,
        s.beta2,
        1 - s.beta2,
        1 - s.decay,
        s.learningRate * s.correction1,
        Math.sqrt(s.correction2),
        s.epsilon,
      );
    },
    momentum: (parameters, gradients, moments, count, s) => {
      kernels.momentum(
        parameters,
        gradients,
        moments,
        parameters + 4 * count,
        s.gradientFactor,
        s.coupled,
        s.momentum,
        1 - s.decay,
        s.gradientRate,
        s.momentumRate,
      );
    },
    combine: (y, x, count, a, b) => {
      kernels.combine(y, x, y + 4 * count, a, b);
    },
    sumOfSquares: (address, count) => kernels.sumOfSquares(address, address + 4 * count),
    addRows: (rows, indices, count, columns, table) => {
      kernels.addRows(rows, indices, indices + 4 * count, 4 * columns, table);
    },
  };
}
