import { afterEach, describe, expect, it, vi } from 'vitest';
import { Random } from '../../math/random.ts';
import type { Observations } from '../../terms/observation.ts';
import { lawById } from '../catalogue/index.ts';
import { bootstrapFits } from '../uncertainty/bootstrap.ts';
import { fitLaw } from './fit-law.ts';
import { Problem } from './problem.ts';

/** What a fit costs, counted in passes over the table: speed that no clock has to measure. */

/** 240 runs with the spread and the noise of Hoffmann's. */
function table(): Observations {
  const random = new Random(8);
  const params = Float64Array.from({ length: 240 }, () => 10 ** (7.7 + 2.4 * random.next()));
  const tokens = params.map(() => 10 ** (8.5 + 2.8 * random.next()));
  const loss = params.map(
    (n, row) => (1.82 + 478 / n ** 0.347 + 2143 / tokens[row] ** 0.367) * Math.exp(0.008 * random.normal()),
  );
  const runs = [...loss.keys()].map(String);
  return { rows: 240, columns: { params, tokens, loss }, runs, conventions: {}, exclusions: [] };
}

/** Passes over the table while `work` runs, and modules that it compiles. */
function passes(work: () => void): { screening: number; steps: number; modules: number } {
  const value = vi.spyOn(Problem.prototype, 'value');
  const evaluate = vi.spyOn(Problem.prototype, 'evaluate');
  const projection = vi.spyOn(Problem.prototype, 'projection');
  const compiled = vi.spyOn(WebAssembly, 'Module');
  work();
  return {
    screening: projection.mock.calls.length,
    steps: value.mock.calls.length + evaluate.mock.calls.length,
    modules: compiled.mock.calls.length,
  };
}

afterEach(() => vi.restoreAllMocks());

describe('the effort of a search', () => {
  const data = table();
  // A law is compiled once for all that use it: a copy has its own.
  const law = { ...lawById('chinchilla') };

  it('is one module and some hundred passes over the table for a fit of five parameters', () => {
    const { screening, steps, modules } = passes(() => fitLaw(law, data));
    expect(modules).toBe(1);
    expect(screening).toBe(64);
    expect(steps).toBeLessThan(64 + 8 * 50);
  });

  it('compiles nothing for another fit of the same law', () => {
    expect(passes(() => fitLaw(law, data)).modules).toBe(0);
  });

  it('is some thirty passes for a refit', () => {
    const fit = fitLaw(law, data);
    const { steps } = passes(() => bootstrapFits(fit, data, { draws: 50 }));
    expect(steps / 50).toBeLessThan(35);
  });
});

describe('a table of a hundred thousand rows', () => {
  it('is passed over whole: rows that repeat give sums that many times as large', () => {
    const small = table();
    const law = lawById('chinchilla');
    const objective = { kind: 'huber', residual: 'log', delta: 1e-3 } as const;
    const copies = 420;
    const repeat = (column: Float64Array): Float64Array => {
      const large = new Float64Array(column.length * copies);
      for (let copy = 0; copy < copies; copy++) large.set(column, copy * column.length);
      return large;
    };
    const columns = Object.fromEntries(Object.entries(small.columns).map(([name, values]) => [name, repeat(values)]));
    const rows = small.rows * copies;
    const large = { ...small, rows, columns, runs: new Array<string>(rows).fill('one') };
    expect(rows).toBeGreaterThan(1e5);
    const [one, all] = [new Problem(law, small, objective), new Problem(law, large, objective)];
    const theta = one.coordinates.toTheta([1.8, 500, 2000, 0.35, 0.36]);
    expect(all.value(theta) / one.value(theta) / copies).toBeCloseTo(1, 9);
    expect(all.residuals(theta).length).toBe(rows);
    const [a, b] = [one.evaluate(theta), all.evaluate(theta)];
    for (const [i, slope] of a.gradient.entries()) expect(b.gradient[i] / slope / copies).toBeCloseTo(1, 6);
  });
});
