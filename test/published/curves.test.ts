import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { modelOf } from '../../src/core/laws/fit/model.ts';
import { fitLaw, lawById } from '../../src/core/laws/index.ts';
import { observe } from '../../src/core/observations/records.ts';
import { readRecords } from '../../src/io/records/read.ts';
import { ROOT } from '../support/study.ts';

const DATA = join(ROOT, '../shared/data/curves/benchmark.lang.csv');

/** Root mean square error of the logarithm on the held-out part of a curve, after a fit of the squared log error to the rest. */
function extrapolationError(lawId: string, model: string): number {
  const law = lawById(lawId);
  const part = (training: 0 | 1) =>
    observe(readRecords(DATA), {
      map: { flops: 'Seen Examples', loss: 'Loss' },
      where: `Model == "${model}" and Training == ${training}`,
    });
  const { parameters } = fitLaw(law, part(1), { objective: { kind: 'least-squares', residual: 'log' } });
  const raw = law.parameters.map(({ name }) => parameters[name]);
  const { columns, rows } = part(0);
  const predicted = modelOf(law).values(raw, [columns.flops], rows);
  return Math.sqrt(columns.loss.reduce((sum, y, row) => sum + Math.log(predicted[row] / y) ** 2, 0) / rows);
}

describe.skipIf(!existsSync(DATA))(`extrapolated curves of ${DATA} (skipped where the file is absent)`, () => {
  it('a floor forecasts language models ten times better than none', () => {
    for (const model of ['1.34e+08', '2.62e+08', '4.53e+08'])
      expect(extrapolationError('power-law-offset', model)).toBeLessThan(0.1 * extrapolationError('power-law', model));
  });
});
