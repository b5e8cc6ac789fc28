import fc from 'fast-check';
import { EigenvalueDecomposition, Matrix as MlMatrix, solve } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { cholesky, choleskySolve, nonNegativeLeastSquares, pseudoInverse, symmetricEigen } from './linear.ts';
import { Random } from './random.ts';
import { sobol } from './sobol.ts';

function randomGram(seed: number, rows: number, columns: number): { design: number[][]; gram: number[][] } {
  const random = new Random(seed);
  const design = Array.from({ length: rows }, () => Array.from({ length: columns }, () => random.normal()));
  const gram = design[0].map((_, i) => design[0].map((__, j) => design.reduce((sum, row) => sum + row[i] * row[j], 0)));
  return { design, gram };
}

describe('linear algebra agrees with ml-matrix', () => {
  it('in solving and in eigenvalues', () => {
    fc.assert(
      fc.property(fc.nat(1000), (seed) => {
        const { gram } = randomGram(seed, 12, 5);
        const b = [1, -2, 3, 0.5, 4];
        const theirs = solve(new MlMatrix(gram), MlMatrix.columnVector(b)).to1DArray();
        for (const [i, x] of choleskySolve(cholesky(gram)!, b).entries()) expect(x).toBeCloseTo(theirs[i], 7);
        const values = new EigenvalueDecomposition(new MlMatrix(gram)).realEigenvalues.sort((p, q) => q - p);
        for (const [i, value] of symmetricEigen(gram).values.entries()) expect(value).toBeCloseTo(values[i], 8);
        const { inverse } = pseudoInverse(gram);
        for (const [i, x] of inverse.map((row) => row.reduce((s, v, j) => s + v * b[j], 0)).entries())
          expect(x).toBeCloseTo(theirs[i], 7);
      }),
      { numRuns: 30 },
    );
  });

  it('refuses a matrix that is not positive definite', () => {
    expect(
      cholesky([
        [1, 2],
        [2, 1],
      ]),
    ).toBeUndefined();
  });
});

describe('nonNegativeLeastSquares', () => {
  it('meets the optimality conditions, and drops variables that would be negative', () => {
    fc.assert(
      fc.property(fc.nat(10_000), (seed) => {
        const { design, gram } = randomGram(seed, 8, 4);
        const random = new Random(seed, 9);
        const b = design.map(() => random.normal());
        const rhs = gram.map((_, j) => design.reduce((sum, row, i) => sum + row[j] * b[i], 0));
        const x = nonNegativeLeastSquares(gram, rhs);
        for (const [i, value] of x.entries()) {
          const slope = rhs[i] - gram[i].reduce((sum, g, j) => sum + g * x[j], 0);
          expect(value).toBeGreaterThanOrEqual(0);
          if (value > 0) expect(Math.abs(slope)).toBeLessThan(1e-9);
          else expect(slope).toBeLessThan(1e-9);
        }
      }),
    );
  });
});

describe('sobol', () => {
  it('gives the published points (SciPy 1.17, Sobol(3, scramble=False))', () => {
    expect(sobol(5, 3)).toEqual([
      [0, 0, 0],
      [0.5, 0.5, 0.5],
      [0.75, 0.25, 0.25],
      [0.25, 0.75, 0.75],
      [0.375, 0.375, 0.625],
    ]);
  });

  it('covers every dimension evenly, also shifted', () => {
    for (let dimension = 0; dimension < 8; dimension++) {
      const cells = new Set(sobol(64, 8, 5).map((point) => Math.floor(point[dimension] * 64)));
      expect(cells.size).toBe(64);
    }
  });
});
