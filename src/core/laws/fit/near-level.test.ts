import { describe, expect, it } from 'vitest';
import { Random } from '../../math/random.ts';
import type { Observations } from '../../terms/observation.ts';
import { lawById } from '../catalogue/index.ts';
import { fitLaw } from './fit-law.ts';
import { modelOf } from './model.ts';

const LAW = lawById('m4');
/** E, E0, A, alpha, gamma: the first rows lie within two thousandths of E0. */
const TRUTH = [1.5, 9, 3e6, 0.3, 0.6];
const FLOPS = Float64Array.from({ length: 16 }, (_, k) => 1e13 * 4 ** k);

function table(noise: number): Observations {
  const random = new Random(2);
  const loss = modelOf(LAW)
    .values(TRUTH, [FLOPS], FLOPS.length)
    .map((value) => value * (1 + noise * random.normal()));
  const runs = [...FLOPS.keys()].map((row) => `run ${row}`);
  return { rows: FLOPS.length, columns: { flops: FLOPS, loss }, runs, conventions: {}, exclusions: [] };
}

const fitted = (noise: number) => fitLaw(LAW, table(noise), { objective: { kind: 'least-squares', residual: 'log' } });

describe('a level just above the largest response', () => {
  it('is found where the law goes through every row', () => {
    const { columns } = table(0);
    expect(columns.loss[0] / TRUTH[1]).toBeGreaterThan(1 - 2e-3);
    const { parameters, status } = fitted(0);
    expect(parameters.E0 / TRUTH[1]).toBeCloseTo(1, 6);
    expect(parameters.alpha).toBeCloseTo(0.3, 6);
    expect(status.end).toBe('converged');
  });

  it('is kept off it where rows are noisy, so that the law does not bend to one of them', () => {
    const { parameters } = fitted(0.01);
    expect(parameters.E0 / Math.max(...table(0.01).columns.loss)).toBeGreaterThanOrEqual(1.002 - 1e-9);
  });
});
