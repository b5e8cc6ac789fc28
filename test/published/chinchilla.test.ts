import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { minimize } from '../../src/core/laws/fit/minimize.ts';
import { Problem } from '../../src/core/laws/fit/problem.ts';
import { fitLaw, lawById } from '../../src/core/laws/index.ts';
import type { Fit, Objective } from '../../src/core/laws/index.ts';
import { observe } from '../../src/core/observations/records.ts';
import type { RecordOptions } from '../../src/core/observations/records.ts';
import { readRecords } from '../../src/io/records/read.ts';
import { ROOT } from '../support/study.ts';

const DATA = join(ROOT, '../shared/data/chinchilla/svg_extracted_data.csv');
const MAP = { params: 'Model Size', flops: 'Training FLOP', loss: 'loss' };
const HUBER: Objective = { kind: 'huber', residual: 'log', delta: 1e-3 };

const fitted = (objective: Objective, options: RecordOptions): Fit =>
  fitLaw(lawById('chinchilla'), observe(readRecords(DATA), { map: MAP, ...options }), { objective });

/** Coefficients as published: parameters in millions, tokens in thousands of millions. */
const scaled = ({ parameters: { A, B, alpha, beta } }: Fit): [number, number] => [A / 1e6 ** alpha, B / 1e9 ** beta];

describe.skipIf(!existsSync(DATA))(`published fits of ${DATA} (skipped where the file is absent)`, () => {
  it('240 runs, Huber of the log loss: below every published optimum (Besiroglu et al. 2024; recomputed in SciPy)', () => {
    const fit = fitted(HUBER, { dropHighestLoss: 5 });
    expect(fit.n).toBe(240);
    expect(fit.exclusions).toHaveLength(5);
    expect(fit.objective).toBeLessThanOrEqual(1.0182741e-3);
    expect(fit.parameters.alpha).toBeCloseTo(0.34731, 5);
    expect(fit.parameters.beta).toBeCloseTo(0.367172, 5);
    expect(fit.parameters.E).toBeCloseTo(1.817218, 5);
    expect(fit.status.end).toBe('converged');
    expect(fit.conventions.flops).toBe('6ND');
  });

  it('all 245 runs (recomputed in SciPy)', () => {
    const fit = fitted(HUBER, {});
    expect(fit.objective).toBeCloseTo(1.82601052e-3, 10);
    expect(fit.parameters.beta).toBeCloseTo(0.45305, 4);
  });

  it('217 runs under 1e21 FLOPs, least squares: the vpnls row to six digits', () => {
    const fit = fitted({ kind: 'least-squares', residual: 'linear' }, { dropHighestLoss: 5, where: 'flops < 1e21' });
    expect(fit.n).toBe(217);
    const [A, B] = scaled(fit);
    const { E, alpha, beta } = fit.parameters;
    for (const [value, published] of [
      [E, 1.905092],
      [A, 4.000522],
      [B, 1.050948],
      [alpha, 0.351058],
      [beta, 0.458742],
      [fit.objective, 0.062414],
    ]) {
      expect(Math.abs(value - published)).toBeLessThan(1e-6);
    }
  });

  it('the same with squared log residuals', () => {
    const fit = fitted({ kind: 'least-squares', residual: 'log' }, { dropHighestLoss: 5, where: 'flops < 1e21' });
    const [A, B] = scaled(fit);
    const { E, alpha, beta } = fit.parameters;
    for (const [value, published] of [
      [E, 1.8926],
      [A, 4.0146],
      [B, 1.0571],
      [alpha, 0.3522],
      [beta, 0.443],
    ]) {
      expect(Math.abs(value - published)).toBeLessThan(1e-4);
    }
  });

  // a = beta / (alpha + beta) over the scale of the Huber loss (recomputed in SciPy).
  it.each([
    [1e-4, 0.5126],
    [1e-3, 0.5139],
    [1e-2, 0.5184],
    [1, 0.5298],
  ])('Huber delta %d gives a = %d', (delta, a) => {
    const { alpha, beta } = fitted({ ...HUBER, delta }, { dropHighestLoss: 5 }).parameters;
    expect(beta / (alpha + beta)).toBeCloseTo(a, 3);
  });

  it('does not stop where the mean of the Huber loss looks flat (Besiroglu et al. 2024, from the start of Hoffmann et al.)', () => {
    const law = lawById('chinchilla');
    const data = observe(readRecords(DATA), { map: MAP, dropHighestLoss: 5 });
    const hoffmann = law.published!.find(({ source }) => source.includes('unrounded'))!.values;
    const raw = law.parameters.map(({ name }) => hoffmann[name]);
    const sum = new Problem(law, data, HUBER);
    expect(sum.value(sum.coordinates.toTheta(raw))).toBeCloseTo(1.23116e-3, 8);
    // A mean over rows has tiny gradients everywhere; L-BFGS-B with its usual tolerance leaves it at a sum of 1.1718e-3.
    const mean = new Problem(law, data, HUBER, new Float64Array(data.rows).fill(1 / data.rows));
    const { theta } = minimize(mean, mean.coordinates.toTheta(raw));
    expect(sum.value(theta)).toBeLessThan(1.0182741e-3);
  });
});
