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

describe.skipIf(!existsSync(DATA))(`published fits of ${DATA} (skipped where the file is absent)`, () => {
  it('names what was left out, how it ended and how FLOPs were counted', () => {
    const fit = fitted(HUBER, { dropHighestLoss: 5 });
    expect(fit.n).toBe(240);
    expect(fit.exclusions).toHaveLength(5);
    expect(fit.status.end).toBe('converged');
    expect(fit.conventions.flops).toBe('6ND');
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
