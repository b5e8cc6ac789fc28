import { describe, expect, it } from 'vitest';
import { nonNegativeLeastSquares } from './nnls.ts';

const A = [
  [1, 2, 0.5],
  [3, 1, 1],
  [0, 1, 4],
  [2, 2, 1],
  [1, 0, 2],
];
const Y = [1, 4, -1, 3, 0.5];

describe('non-negative least squares', () => {
  it('gives what scipy.optimize.nnls gives', () => {
    const [x] = [nonNegativeLeastSquares(A, Y, [0, 0, 0])];
    expect(x[0]).toBeCloseTo(1.3, 12);
    expect(x.slice(1)).toEqual([0, 0]);
    // The same with rows sqrt(0.1) I appended.
    expect(nonNegativeLeastSquares(A, Y, [0.1, 0.1, 0.1])[0]).toBeCloseTo(1.29139073, 8);
  });

  it('recovers a solution that is positive throughout', () => {
    const truth = [0.5, 2, 3];
    const y = A.map((row) => row.reduce((sum, value, i) => sum + value * truth[i], 0));
    const x = nonNegativeLeastSquares(A, y, [0, 0, 0]);
    for (const [i, value] of truth.entries()) expect(x[i]).toBeCloseTo(value, 4);
  });
});
