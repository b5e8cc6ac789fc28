import { describe, expect, it } from 'vitest';
import { dot } from '../../math/linear.ts';
import { Random } from '../../math/random.ts';
import { regress } from '../../math/regression.ts';
import { blocksOf } from './noise.ts';
import { jackknifeCovariance } from './sandwich.ts';

describe('jackknifeCovariance', () => {
  it('is that of regressions that leave out one run after the other', () => {
    const random = new Random(2);
    const design = Array.from({ length: 12 }, (_, row) => [1, row, random.normal()]);
    const y = design.map((row) => dot(row, [1, 0.3, -2]) + random.normal());
    const runs = design.map((_, row) => `${Math.floor(row / 1.5)}`);
    const all = regress(design, y)!.coefficients;
    const table = Float64Array.from(design.flatMap((row, i) => [y[i] - dot(row, all), ...row]));
    const blocks = blocksOf(runs);
    const moves = blocks.map((block) => {
      const kept = design.map((_, row) => row).filter((row) => !block.includes(row));
      const rest = regress(
        kept.map((row) => design[row]),
        kept.map((row) => y[row]),
      )!.coefficients;
      return rest.map((value, i) => value - all[i]);
    });
    const covariance = jackknifeCovariance(table, [true, true, true], blocks);
    for (const i of [0, 1, 2]) {
      for (const j of [0, 1, 2]) {
        const direct = (1 - 1 / blocks.length) * moves.reduce((sum, move) => sum + move[i] * move[j], 0);
        expect(covariance[i][j]).toBeCloseTo(direct, 9);
      }
    }
  });
});
