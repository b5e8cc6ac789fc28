import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fitLaw, lawById } from '../../src/core/laws/index.ts';
import { observe } from '../../src/core/observations/records.ts';
import { readRecords } from '../../src/io/records/read.ts';
import { ROOT } from '../support/study.ts';

const FOLDER = join(ROOT, '../shared/data/isoflops');

/**
 * The experiment of the vpnls package's README: Huber of the plain loss with delta 1e-3, summed here and averaged there, with
 * parameters in millions and tokens in thousands of millions. The optima were recomputed in SciPy; the package's own grid of
 * .01 stops 1e-3 above the first.
 */
describe.skipIf(!existsSync(FOLDER))(`published surfaces of ${FOLDER} (skipped where the folder is absent)`, () => {
  it.each([
    [
      'extract_ml_scalefit.csv',
      124,
      13.0887e-6,
      { alpha: 0.369159, beta: 0.402386, E: 1.871917, A: 4.3056, B: 1.05243 },
    ],
    ['extract_misfitting.csv', 176, 42.3856e-6, { alpha: 0.615898, beta: 0.709688, E: 2.706301, A: 7.914, B: 0.70781 }],
  ])('%s', (file, n, mean, published) => {
    const data = observe(readRecords(join(FOLDER, file)), { map: { flops: 'budget' } });
    const fit = fitLaw(lawById('chinchilla'), data, { objective: { kind: 'huber', residual: 'linear', delta: 1e-3 } });
    expect(fit.n).toBe(n);
    expect(fit.status.end).toBe('converged');
    expect(fit.objective / n).toBeLessThan(mean * (1 + 1e-5));
    const { E, A, B, alpha, beta } = fit.parameters;
    const ours = { alpha, beta, E, A: A / 1e6 ** alpha, B: B / 1e9 ** beta };
    for (const [name, value] of Object.entries(published))
      expect(Math.abs(ours[name as 'E'] / value - 1), name).toBeLessThan(2e-4);
  });
});
