import { describe, expect, it } from 'vitest';
import { Random } from '../../math/random.ts';
import type { Law } from '../../terms/law.ts';
import type { Observations } from '../../terms/observation.ts';
import { lawById } from '../catalogue/index.ts';
import { fitLaw } from './fit-law.ts';
import { modelOf } from './model.ts';

/** Constants of each law, away from its bounds; M4's data run from near its upper level to near its lower one. */
const TRUTHS: Record<string, Record<string, number>> = {
  'power-law': { A: 60, alpha: 0.12 },
  'power-law-offset': { E: 1.7, A: 250, alpha: 0.16 },
  m4: { E: 1.5, E0: 9, A: 3e6, alpha: 0.3, gamma: 0.6 },
  chinchilla: { E: 1.69, A: 406.4, B: 410.7, alpha: 0.34, beta: 0.28 },
};

function table(law: Law, truth: Record<string, number>, noise: number, seed = 1): Observations {
  const random = new Random(seed);
  const budgets =
    law.id === 'chinchilla' ? [1e18, 1e19, 1e20, 1e21] : Array.from({ length: 12 }, (_, i) => 1e17 * 3 ** i);
  const shares = law.id === 'chinchilla' ? [0.2, 0.5, 1, 2, 5] : [1];
  const points = budgets.flatMap((flops) =>
    shares.map((share) => {
      const params = share * Math.sqrt(flops / 120);
      return { flops, params, tokens: flops / 6 / params };
    }),
  );
  const column = (name: 'flops' | 'params' | 'tokens'): Float64Array =>
    Float64Array.from(points, (point) => point[name]);
  const raw = law.parameters.map(({ name }) => truth[name]);
  const exact = modelOf(law).values(
    raw,
    law.variables.map((name) => column(name as 'flops')),
    points.length,
  );
  const loss = exact.map((value) => value * Math.exp(noise * random.normal()));
  const columns = { flops: column('flops'), params: column('params'), tokens: column('tokens'), loss };
  return { rows: points.length, columns, runs: points.map((_, i) => `run ${i}`), conventions: {}, exclusions: [] };
}

describe('fitLaw', () => {
  it('ends at the same point from other starts, and says that they agree', () => {
    const data = table(lawById('chinchilla'), TRUTHS.chinchilla, 0.005);
    const fits = [1, 2, 3].map((seed) => fitLaw(lawById('chinchilla'), data, { seed }));
    for (const { objective, diagnostics } of fits) {
      expect(objective / fits[0].objective).toBeCloseTo(1, 9);
      expect(diagnostics.startsAgreeing).toBeGreaterThan(4);
      expect(diagnostics.gradientNorm).toBeLessThan(1e-3);
    }
  });

  it('says when a parameter runs to its bound', () => {
    const data = table(lawById('power-law'), TRUTHS['power-law'], 0);
    const fit = fitLaw(lawById('power-law-offset'), data, { objective: { kind: 'least-squares', residual: 'log' } });
    expect(fit.status.end).toBe('at-bound');
    expect(fit.parameters.E).toBe(0);
    expect(fit.parameters.alpha).toBeCloseTo(0.12, 6);
  });

  it('fits a law never worse than a law that it contains', () => {
    for (const seed of [1, 2, 3]) {
      const data = table(lawById('power-law-offset'), TRUTHS['power-law-offset'], 0.005, seed);
      for (const kind of ['huber', 'least-squares'] as const) {
        const [power, offset, m4] = ['power-law', 'power-law-offset', 'm4'].map(
          (id) => fitLaw(lawById(id), data, { objective: { kind, residual: 'log' } }).objective,
        );
        expect(offset).toBeLessThanOrEqual(power);
        expect(m4).toBeLessThanOrEqual(offset * (1 + 1e-9));
      }
    }
  });

  it('names what sizes that are two but for rounding cannot determine, though every start agrees', () => {
    const whole = table(lawById('chinchilla'), TRUTHS.chinchilla, 0.005);
    const { tokens } = whole.columns;
    const params = whole.columns.params.map((_, row) => (row % 2 === 0 ? 1e7 : 1e9) * (1 + 1e-9 * row));
    const law = lawById('chinchilla');
    const raw = law.parameters.map(({ name }) => TRUTHS.chinchilla[name]);
    const exact = modelOf(law).values(raw, [params, tokens], whole.rows);
    const random = new Random(3);
    const loss = exact.map((value) => value * Math.exp(0.005 * random.normal()));
    const { status, diagnostics } = fitLaw(law, { ...whole, columns: { params, tokens, loss } });
    expect(diagnostics.startsAgreeing).toBe(diagnostics.starts);
    expect(diagnostics.startSpread).toBeLessThan(1e-6);
    expect(status.end).toBe('undetermined');
    expect(diagnostics.undetermined).toEqual(['E', 'A', 'alpha']);
    expect(status.sentence).toContain('do not determine E, A, alpha');
  });

  it.each([
    [
      'two levels of a variable',
      (d: Observations) => ({
        ...d,
        columns: { ...d.columns, params: d.columns.params.map((_, i) => (i % 2 === 0 ? 1e7 : 1e9)) },
      }),
      "law 'chinchilla': the 2 levels of 'params' do not tell E, A, alpha apart",
    ],
    ['too few rows', (d: Observations) => ({ ...d, rows: 3 }), 'needs at least 6 rows, got 3'],
    [
      'one level of a variable',
      (d: Observations) => ({ ...d, columns: { ...d.columns, params: d.columns.params.map(() => 1e8) } }),
      "'params' has the same value",
    ],
    [
      'variables that move together',
      (d: Observations) => ({ ...d, columns: { ...d.columns, tokens: d.columns.params.map((n) => 25 * n) } }),
      "'params' and 'tokens' move together",
    ],
    [
      'a loss of 0',
      (d: Observations) => ({ ...d, columns: { ...d.columns, loss: d.columns.loss.map((x, i) => (i === 2 ? 0 : x)) } }),
      'holds 0 in row 3',
    ],
    [
      'a loss that is no number',
      (d: Observations) => ({
        ...d,
        columns: { ...d.columns, loss: d.columns.loss.map((x, i) => (i === 2 ? Number.NaN : x)) },
      }),
      'holds NaN in row 3',
    ],
    [
      'a missing column',
      (d: Observations) => ({ ...d, columns: { loss: d.columns.loss } }),
      "needs the column 'params'",
    ],
  ])('refuses %s', (_, change, message) => {
    const data = table(lawById('chinchilla'), TRUTHS.chinchilla, 0.01);
    expect(() => fitLaw(lawById('chinchilla'), change(data))).toThrow(message);
  });
});
