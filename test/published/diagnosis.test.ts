import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/core/laws/diagnose/diagnose.ts';
import { fitLaw, lawById } from '../../src/core/laws/index.ts';
import { influenceByRun, parametersWithout } from '../../src/core/laws/uncertainty/influence.ts';
import { observe } from '../../src/core/observations/records.ts';
import type { RecordOptions } from '../../src/core/observations/records.ts';
import type { Observations } from '../../src/core/terms/observation.ts';
import { readRecords } from '../../src/io/records/read.ts';
import { ROOT } from '../support/study.ts';

const DATA = join(ROOT, '../shared/data');
/** Copies stay: diagnosis is what tells of them. */
const table = (file: string, options: RecordOptions): Observations =>
  observe(readRecords(join(DATA, file)), { duplicates: 'keep', ...options });

describe.skipIf(!existsSync(DATA))(`diagnosis of the data in ${DATA} (skipped where they are absent)`, () => {
  const chinchilla = (): Observations =>
    table('chinchilla/svg_extracted_data.csv', { map: { params: 'Model Size', flops: 'Training FLOP', loss: 'loss' } });

  it('refuses double descent in samples (Nakkiran et al. 2020), with the reason', () => {
    const data = table('curves/dd-translation-samples-aug26-small.csv', { map: { samples: 'n', loss: 'test_loss' } });
    const { verdict, findings, nextDoubling } = diagnose(data);
    expect(verdict).toMatchObject({ id: 'double-descent', scales: false });
    expect(verdict.sentence).toMatch(/Between samples of 4000 and 1e4 the loss rises by \+10.8 %/);
    expect(findings.find(({ id }) => id === 'rise')!.rows).toEqual([0, 1, 2, 3]);
    expect(nextDoubling).toBeNull();
  });

  it('finds the five outliers of Chinchilla, and that 146 losses repeat', () => {
    const data = chinchilla();
    const { verdict, findings } = diagnose(data);
    expect(verdict.id).toBe('power-law-with-floor');
    const highest = [...data.columns.loss.keys()]
      .sort((a, b) => data.columns.loss[b] - data.columns.loss[a])
      .slice(0, 5);
    const outliers = findings.find(({ id }) => id === 'outliers')!;
    expect(outliers.verdict).toBe('alarm');
    for (const row of highest) expect(outliers.rows).toContain(row);
    expect(outliers.rows.length).toBeLessThan(12);
    expect(findings.find(({ id }) => id === 'duplicates')!.rows).toHaveLength(146);
  });

  // Besiroglu et al. 2024 with and without the five: beta .45305 and .36717, B 12845.6 and 2143.4 (recomputed in SciPy).
  it('shows the influence of the five outliers on the exponent of tokens', () => {
    const data = chinchilla();
    const fit = fitLaw(lawById('chinchilla'), data);
    const influence = influenceByRun(fit, data);
    expect(influence).toHaveLength(245);
    expect(influence[0].run).toBe('row 1');
    const five = ['row 1', 'row 2', 'row 3', 'row 4', 'row 5'];
    const without = parametersWithout(fit, data, five);
    expect(fit.parameters.beta).toBeCloseTo(0.45305, 4);
    expect(without.beta).toBeCloseTo(0.367172, 5);
    expect(without.B).toBeCloseTo(2143.417, 0);
    expect(influence.slice(0, 6).map(({ run }) => run)).toEqual(expect.arrayContaining(five));
  }, 60_000);

  it('sees the floor that language models of one size approach', () => {
    for (const model of ['1.34e+08', '4.53e+08', '1.07e+09']) {
      const data = table('curves/benchmark.lang.csv', {
        map: { samples: 'Seen Examples', loss: 'Loss' },
        where: `Model == "${model}"`,
      });
      const { verdict, findings } = diagnose(data);
      expect(verdict.id, model).toBe('power-law-with-floor');
      // The released file holds its language blocks several times.
      expect(findings.find(({ id }) => id === 'duplicates')!.verdict, model).toBe('alarm');
    }
  });

  it('takes the best learning rate of each size, and finished runs only', () => {
    const map = { params: 'N', tokens: 'D', flops: 'C', learningRate: 'peak_lr', portion: 'portion_steps_elapsed' };
    const data = table('isoflops/scaling_results.csv', { map, words: Object.keys(map) });
    const { findings, judged } = diagnose(data);
    expect(findings.find(({ id }) => id === 'unfinished')!.rows).toHaveLength(4543);
    expect(judged.length).toBeLessThan(110);
    for (const row of judged) expect(data.columns.portion[row]).toBeGreaterThanOrEqual(0.99);
  });
});
