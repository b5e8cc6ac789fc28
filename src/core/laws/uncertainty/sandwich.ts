import { multiply, pseudoInverse } from '../../math/linear.ts';
import type { Matrix } from '../../math/linear.ts';
import type { Squares } from './squares.ts';

/**
 * Covariance of the coordinates that holds where runs scatter unequally or depart from the law together: the jackknife by run,
 * linearised (CR3 of Bell and McCaffrey 2002; for single rows HC3 of MacKinnon and White 1985). Coordinates that are not free have none.
 */
export function jackknifeCovariance(squares: Squares, theta: readonly number[], free: readonly boolean[]): Matrix {
  const size = theta.length;
  const width = size + 1;
  const table = squares.rows(theta);
  const zero = (): Matrix => Array.from({ length: size }, () => new Array<number>(size).fill(0));
  const addRow = (gram: Matrix, row: number): void => {
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        if (free[i] && free[j]) gram[i][j] += table[row * width + 1 + i] * table[row * width + 1 + j];
      }
    }
  };
  const all = zero();
  for (let row = 0; row < table.length / width; row++) addRow(all, row);
  const covariance = zero();
  const count = squares.blocks.length;
  for (const rows of squares.blocks) {
    const own = zero();
    const pull = new Array<number>(size).fill(0);
    for (const row of rows) {
      addRow(own, row);
      for (let i = 0; i < size; i++) if (free[i]) pull[i] += table[row * width] * table[row * width + 1 + i];
    }
    const rest = all.map((line, i) => line.map((value, j) => value - own[i][j]));
    const move = multiply(pseudoInverse(rest).inverse, pull);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) covariance[i][j] += ((count - 1) / count) * move[i] * move[j];
    }
  }
  return covariance;
}
