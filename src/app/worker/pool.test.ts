import { describe, expect, it } from 'vitest';
import { CATALOGUE, fitLaw, lawById } from '../../core/laws/index.ts';
import type { Fit, Observations } from '../../core/laws/index.ts';
import { bootstrapFits } from '../../core/laws/uncertainty/bootstrap.ts';
import { Random } from '../../core/math/random.ts';
import { IsoflopError } from '../../core/terms/errors.ts';
import { bootstrapOverThreads } from './bootstrap.ts';
import { ranges, runParts } from './pool.ts';

function powerLaw(runs: number): Observations {
  const random = new Random(5);
  const flops = Float64Array.from({ length: runs }, (_, run) => 1e17 * 1.5 ** run);
  const loss = flops.map((c) => 60 * c ** -0.08 * Math.exp(0.01 * random.normal()));
  return { rows: runs, columns: { flops, loss }, runs: [...flops.keys()].map(String), conventions: {}, exclusions: [] };
}
const data = powerLaw(20);
const fit = fitLaw(lawById('power-law'), data);
const withFormula = (formula: string): Fit => ({ ...fit, law: { ...fit.law, formula } });

describe('runParts', () => {
  it('gives the same digits for every split and number of threads, in order', async () => {
    const alone = bootstrapFits(fit, data, { draws: 130, seed: 3 });
    for (const threads of [1, 2, 3]) {
      expect(await bootstrapOverThreads(fit, data, { draws: 130, seed: 3, threads })).toEqual(alone);
    }
    const split = await runParts('bootstrap-fits', { fit, data, seed: 3 }, ranges(130, 7), { threads: 2 });
    expect(split.flat()).toEqual(alone);
  });

  it('tells how far it is, up to all', async () => {
    const told: number[] = [];
    await bootstrapOverThreads(fit, data, { draws: 120, threads: 2, onProgress: ({ done }) => told.push(done) });
    expect(told).toEqual([50, 100, 120]);
  });

  it('stops when told, as interrupted', async () => {
    const stop = new AbortController();
    const work = bootstrapOverThreads(fit, data, {
      draws: 1e6,
      threads: 2,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await expect(work).rejects.toMatchObject({ name: 'IsoflopError', code: 'interrupted' });
  });

  it('keeps the kind of an error in a thread', async () => {
    const broken = withFormula('E + (');
    const work = runParts('bootstrap-fits', { fit: broken, data, seed: 1 }, ranges(100, 10));
    const error = await work.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(IsoflopError);
    expect(() => bootstrapFits(broken, data)).toThrow(error as IsoflopError);
    expect(error).toMatchObject({ code: 'invalid-input', path: 'formula' });
  });

  it('throws what is our own fault as a plain error', async () => {
    const broken = { ...data, columns: {} };
    const work = runParts('bootstrap-fits', { fit, data: broken, seed: 1 }, ranges(10, 5));
    await expect(work).rejects.toThrow("reading 'reduce'");
    await expect(work).rejects.not.toBeInstanceOf(IsoflopError);
  });

  it('has nothing to do without parts', async () => {
    expect(await runParts('bootstrap-fits', { fit, data, seed: 1 }, [])).toEqual([]);
  });

  it('takes every law: laws are data and survive the copy', () => {
    for (const law of CATALOGUE) expect(structuredClone(law)).toEqual(law);
  });
});

describe('ranges', () => {
  it('cover without overlap', () => {
    expect(ranges(7, 3)).toEqual([
      { first: 0, draws: 3 },
      { first: 3, draws: 3 },
      { first: 6, draws: 1 },
    ]);
  });
});
