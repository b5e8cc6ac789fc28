import { describe, expect, it } from 'vitest';
import { lawById } from '../laws/catalogue/index.ts';
import { allocate } from './allocation.ts';
import type { ChinchillaConstants } from './allocation.ts';

const published = (index: number): ChinchillaConstants =>
  lawById('chinchilla').published![index].values as unknown as ChinchillaConstants;

describe('allocate', () => {
  // Recomputed independently in SciPy from the constants of Hoffmann et al. 2022 and Besiroglu et al. 2024.
  it.each([
    ['rounded', 0, 5.76e23, 3.219e10, 2.982e12, 1.93075],
    ['unrounded', 1, 5.76e23, 4.036e10, 2.379e12, 1.91841],
    ['Besiroglu', 2, 5.76e23, 7.225e10, 1.329e12, 1.97444],
    ['rounded', 0, 1e21, 1.824e9, 9.136e10, 2.32888],
    ['rounded', 0, 1e24, 4.13e10, 4.036e12, 1.9112],
  ] as const)('%s constants at %d FLOPs', (_, index, flops, params, tokens, loss) => {
    const split = allocate(published(index), flops);
    expect(split.params / params).toBeCloseTo(1, 3);
    expect(split.tokens / tokens).toBeCloseTo(1, 3);
    expect(split.loss).toBeCloseTo(loss, 4);
  });

  it('is the best of all splits', () => {
    const constants = published(1);
    const best = allocate(constants, 1e22);
    for (const factor of [0.9, 1.1]) {
      const params = best.params * factor;
      const loss =
        constants.E + constants.A / params ** constants.alpha + constants.B / (1e22 / 6 / params) ** constants.beta;
      expect(loss).toBeGreaterThan(best.loss);
    }
  });
});
