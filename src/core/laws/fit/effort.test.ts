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
