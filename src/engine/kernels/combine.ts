import { forLoop, get, i32, loadV128, OP, set, simd, storeV128, TYPE } from '../../core/math/wasm.ts';
import type { WasmFunction } from '../../core/math/wasm.ts';

const F32X4_BYTES = 16;

/** y = a y + b x, four numbers at a time: sums of gradients, averages of weights. Locals y, x, end of y, a, b, and their vectors. */
export function combine(): WasmFunction {
  const [y, x, end, a, b, vectorA, vectorB] = [0, 1, 2, 3, 4, 5, 6];
  const splat = (scalar: number, vector: number): number[] => [...get(scalar), ...simd('f32x4Splat'), ...set(vector)];
  const scaled = (address: number, vector: number): number[] => [
    ...get(address),
    ...loadV128(),
    ...get(vector),
    ...simd('f32x4Mul'),
  ];
  const body = [
    ...get(y),
    ...scaled(y, vectorA),
    ...scaled(x, vectorB),
    ...simd('f32x4Add'),
    ...storeV128(),
    ...get(x),
    ...i32(F32X4_BYTES),
    OP.i32Add,
    ...set(x),
  ];
  return {
    name: 'combine',
    parameters: [TYPE.i32, TYPE.i32, TYPE.i32, TYPE.f32, TYPE.f32],
    locals: [TYPE.v128, TYPE.v128],
    body: [...splat(a, vectorA), ...splat(b, vectorB), ...forLoop(y, end, F32X4_BYTES, body)],
  };
}
