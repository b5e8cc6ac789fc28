import { describe, expect, it } from 'vitest';
import { normalQuantile } from './normal.ts';
import { Random } from './random.ts';

describe('Random', () => {
  it('repeats by seed and differs by seed and stream', () => {
    const draw = (seed: number, stream?: number): number[] => {
      const random = new Random(seed, stream);
      return Array.from({ length: 5 }, () => random.next());
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(draw(7, 1)).not.toEqual(draw(7, 2));
    expect(draw(2 ** 40)).not.toEqual(draw(0));
  });

  it('has the moments of the uniform and the normal distribution', () => {
    const random = new Random(1);
    const n = 200_000;
    const normals = Array.from({ length: n }, () => random.normal());
    const mean = normals.reduce((a, b) => a + b) / n;
    const variance = normals.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n;
    const kurtosis = normals.reduce((sum, x) => sum + (x - mean) ** 4, 0) / n / variance ** 2;
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    expect(Math.abs(kurtosis - 3)).toBeLessThan(4 * Math.sqrt(24 / n));
  });

  it('permutes', () => {
    const order = new Random(3).permutation(1000);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, index) => index));
    expect([...order.slice(0, 5)]).not.toEqual([0, 1, 2, 3, 4]);
  });
});

describe('normalQuantile', () => {
  it.each([
    [0.5, 0],
    [0.975, 1.959963984540054],
    [0.25, -0.6744897501960817],
    [0.001, -3.090232306167814],
    [1e-20, -9.262340089798408],
    [1e-300, -37.0471],
  ])('of %d is %d (Wichura 1988; SciPy 1.17)', (p, x) => {
    expect(normalQuantile(p)).toBeCloseTo(x, p === 1e-300 ? 3 : 13);
  });
});
