import { expect, it } from 'vitest';
import { geometric } from './grid.ts';

it('divides a range by equal factors', () => {
  const points = geometric(2, 32, 5);
  for (const [index, wanted] of [2, 4, 8, 16, 32].entries()) expect(points[index]).toBeCloseTo(wanted, 12);
  expect(points).toHaveLength(5);
});
