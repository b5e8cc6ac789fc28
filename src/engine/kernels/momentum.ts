import { forLoop, get, i32, loadV128, OP, set, simd, storeV128, TYPE } from '../../core/math/wasm.ts';
import type { WasmFunction } from '../../core/math/wasm.ts';

/** Numbers of one update by momentum; all already multiplied by schedule and clipping. */
export interface MomentumScalars {
  /** Factor on every gradient: what clipping leaves. */
  readonly gradientFactor: number;
  /** Share of each weight that is added to its gradient: coupled decay. */
  readonly coupled: number;
  readonly momentum: number;
  /** Share of each weight that decays away apart from the gradient: learning rate times decoupled decay. */
  readonly decay: number;
  /** Length of the step along the gradient, and along the momentum. */
  readonly gradientRate: number;
  readonly momentumRate: number;
}

const F32X4_BYTES = 16;
const VECTORS = ['factor', 'coupled', 'momentum', 'keep', 'gradientRate', 'momentumRate'] as const;

/**
 * Stochastic gradient descent with momentum, four weights at a time: g' = c g + d w; m = mu m + g'; w = keep w - a g' - b m, where
 * a = 0, b = rate is plain and a = rate, b = rate mu is Nesterov's (Sutskever et al. 2013 as PyTorch has it).
 * Locals 0-3 addresses and end of the parameters, 4-9 scalars, 10-15 their vectors, 16-17 gradient and momentum.
 */
export function momentum(): WasmFunction {
  const [p, g, m, end, scalars, vectors, gradient, moment] = [0, 1, 2, 3, 4, 10, 16, 17];
  const splat = VECTORS.flatMap((_, index) => [
    ...get(scalars + index),
    ...simd('f32x4Splat'),
    ...set(vectors + index),
  ]);
  const times = (name: (typeof VECTORS)[number]): number[] => [
    ...get(vectors + VECTORS.indexOf(name)),
    ...simd('f32x4Mul'),
  ];
  const body = [
    ...get(g),
    ...loadV128(),
    ...times('factor'),
    ...get(p),
    ...loadV128(),
    ...times('coupled'),
    ...simd('f32x4Add'),
    ...set(gradient),
    ...get(m),
    ...get(m),
    ...loadV128(),
    ...times('momentum'),
    ...get(gradient),
    ...simd('f32x4Add'),
    ...set(moment),
    ...get(moment),
    ...storeV128(),
    ...get(p),
    ...get(p),
    ...loadV128(),
    ...times('keep'),
    ...get(gradient),
    ...times('gradientRate'),
    ...get(moment),
    ...times('momentumRate'),
    ...simd('f32x4Add'),
    ...simd('f32x4Sub'),
    ...storeV128(),
    ...[g, m].flatMap((local) => [...get(local), ...i32(F32X4_BYTES), OP.i32Add, ...set(local)]),
  ];
  return {
    name: 'momentum',
    parameters: [...Array.from({ length: 4 }, () => TYPE.i32), ...VECTORS.map(() => TYPE.f32)],
    locals: Array.from({ length: VECTORS.length + 2 }, () => TYPE.v128),
    body: [...splat, ...forLoop(p, end, F32X4_BYTES, body)],
  };
}
