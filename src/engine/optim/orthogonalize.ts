import { Emitter } from '../program/emitter.ts';
import { encodeModel } from '../program/onnx.ts';
import { RuntimeSession } from '../session/runtime-session.ts';

/** One matrix, row-major, and where the nearest matrix of orthonormal rows or columns goes. */
export interface Orthogonalization {
  readonly rows: number;
  readonly columns: number;
  readonly from: Float32Array;
  readonly to: Float32Array;
}

/** Coefficients and iterations of Jordan et al. 2024, which bring singular values of (0, 1] to about [.7, 1.2]. */
const [A, B, C] = [3.4445, -4.775, 2.0315];
const ITERATIONS = 5;
/** Least Frobenius norm that a matrix is divided by. */
const EPSILON = 1e-7;

/**
 * A program of matrix products that orthogonalises all the matrices at once, by the Newton-Schulz iteration of fifth degree
 * X' = a X + b (X X^T) X + c (X X^T)^2 X from X = G / |G| (Jordan et al. 2024); tall matrices multiply from the other side.
 */
export function createOrthogonalizer(matrices: readonly Orthogonalization[], threads: number): Promise<RuntimeSession> {
  const values = (side: 'from' | 'to') =>
    matrices.map((matrix, index) => ({
      name: `${side}_${index}`,
      shape: [matrix.rows, matrix.columns],
      values: matrix[side],
    }));
  const [inputs, outputs] = [values('from'), values('to')];
  const emitter = new Emitter();
  for (const [index, { rows, columns }] of matrices.entries())
    iterate(emitter, inputs[index].name, outputs[index].name, rows > columns);
  const typed = { dtype: 'float32' } as const;
  const program = encodeModel({
    name: 'orthogonalize',
    nodes: emitter.nodes,
    initializers: emitter.initializers,
    inputs: inputs.map(({ name, shape }) => ({ name, shape, ...typed })),
    outputs: outputs.map(({ name, shape }) => ({ name, shape, ...typed })),
  });
  return RuntimeSession.create(program, threads, inputs, outputs);
}

function iterate(emitter: Emitter, from: string, to: string, isTall: boolean): void {
  const gemm = (a: string, b: string, c: string | undefined, alpha: number, beta: number, transposes = {}): string =>
    emitter.node('Gemm', c === undefined ? [a, b] : [a, b, c], { floats: { alpha, beta }, integers: transposes });
  const norm = emitter.node('ReduceL2', [from], { integers: { keepdims: 1 } });
  let x = emitter.node('Div', [from, emitter.node('Max', [norm, emitter.scalar(EPSILON)])]);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const square = gemm(x, x, undefined, 1, 1, isTall ? { transA: 1 } : { transB: 1 });
    const factor = gemm(square, square, square, C, B);
    x = isTall ? gemm(x, factor, x, 1, A) : gemm(factor, x, x, 1, A);
  }
  emitter.node('Identity', [x], {}, to);
}
