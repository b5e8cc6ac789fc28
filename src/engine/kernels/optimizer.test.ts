import { describe, expect, it } from 'vitest';
import { Random } from '../../core/math/random.ts';
import { createOptimizerKernels } from './optimizer.ts';

const COUNT = 64;

function setUp(): {
  views: Float32Array[];
  kernels: ReturnType<typeof createOptimizerKernels>;
  memory: WebAssembly.Memory;
} {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const random = new Random(5);
  const views = [0, 1, 2, 3].map((slot) => new Float32Array(memory.buffer, slot * 4 * COUNT, COUNT));
  for (const view of views.slice(0, 2)) for (let i = 0; i < COUNT; i++) view[i] = random.normal();
  return { views, kernels: createOptimizerKernels(memory), memory };
}

describe('AdamW kernel', () => {
  it('follows the algorithm in double precision over many steps', () => {
    const { views, kernels } = setUp();
    const [w, g] = views;
    const [beta1, beta2, epsilon, rate, decay] = [0.9, 0.98, 1e-8, 0.01, 0.1];
    const exact = { w: [...w], m: w.length ? [...new Float64Array(COUNT)] : [], v: [...new Float64Array(COUNT)] };
    for (let step = 1; step <= 50; step++) {
      for (let i = 0; i < COUNT; i++) g[i] = Math.fround(Math.sin(step * (i + 1)));
      const [correction1, correction2] = [1 / (1 - beta1 ** step), 1 / (1 - beta2 ** step)];
      const scalars = {
        learningRate: rate,
        beta1,
        beta2,
        epsilon,
        decay: rate * decay,
        gradientFactor: 0.5,
        correction1,
        correction2,
      };
      kernels.adamW(0, 4 * COUNT, 8 * COUNT, 12 * COUNT, COUNT, scalars);
      for (let i = 0; i < COUNT; i++) {
        const gradient = 0.5 * g[i];
        exact.m[i] = beta1 * exact.m[i] + (1 - beta1) * gradient;
        exact.v[i] = beta2 * exact.v[i] + (1 - beta2) * gradient ** 2;
        const step2 = (exact.m[i] * correction1) / (Math.sqrt(exact.v[i] * correction2) + epsilon);
        exact.w[i] -= rate * decay * exact.w[i] + rate * step2;
      }
    }
    for (let i = 0; i < COUNT; i++) expect(w[i]).toBeCloseTo(exact.w[i], 5);
  });

  it('sums squares', () => {
    const { views, kernels } = setUp();
    const exact = views[1].reduce((sum, x) => sum + x * x, 0);
    expect(kernels.sumOfSquares(4 * COUNT, COUNT)).toBeCloseTo(exact, 12);
  });

  it('adds rows of equal index', () => {
    const { kernels, memory } = setUp();
    const [rows, columns] = [4, 3];
    const values = new Float32Array(memory.buffer, 4096, rows * columns).map((_, i) => i + 1);
    new Float32Array(memory.buffer, 4096, rows * columns).set(values);
    new Int32Array(memory.buffer, 8192, rows).set([2, 0, 2, 1]);
    kernels.addRows(4096, 8192, rows, columns, 12288);
    expect([...new Float32Array(memory.buffer, 12288, 9)]).toEqual([4, 5, 6, 10, 11, 12, 8, 10, 12]);
  });
});
