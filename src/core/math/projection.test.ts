import { describe, expect, it } from 'vitest';
import { dot } from './linear.ts';
import { Projection } from './projection.ts';
import { Random } from './random.ts';
import { leverage, regress } from './regression.ts';

describe('Projection', () => {
  const random = new Random(3);
  const columns = Array.from({ length: 3 }, () => Float64Array.from({ length: 10 }, () => random.normal()));
  const y = Float64Array.from({ length: 10 }, () => random.normal());
  const design = Array.from(y, (_, row) => columns.map((column) => column[row]));
  const projection = new Projection([...columns, columns[0].map((value, row) => value + 2 * columns[1][row])]);

  it('leaves the residuals of a regression, and counts a column that repeats others once', () => {
    const fit = regress(design, Array.from(y))!;
    expect(projection.rank).toBe(3);
    for (const [row, value] of projection.residual(y).entries())
      expect(value).toBeCloseTo(y[row] - dot(design[row], fit.coefficients), 12);
    expect(projection.restSquare(y)).toBeCloseTo(fit.residualSum, 12);
    for (const [row, share] of projection.leverages(10).entries())
      expect(share).toBeCloseTo(leverage(design[row], fit.inverse), 12);
  });

  it('keeps its digits where almost nothing is left', () => {
    const explained = columns[0].map((value, row) => 1e6 * value + 1e-4 * (row % 2));
    expect(projection.restSquare(explained)).toBeCloseTo(
      dot(projection.residual(explained), projection.residual(explained)),
      20,
    );
    expect(projection.direction(columns[2])).toBeUndefined();
  });
});
