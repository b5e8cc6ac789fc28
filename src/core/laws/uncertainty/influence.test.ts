import { describe, expect, it } from 'vitest';
import { Random } from '../../math/random.ts';
import type { Observations } from '../../terms/observation.ts';
import { lawById } from '../catalogue/index.ts';
import { fitLaw } from '../fit/fit-law.ts';
import { influenceByRun, parametersWithout } from './influence.ts';

function ladder(): Observations {
  const random = new Random(5);
  const flops = Float64Array.from({ length: 12 }, (_, k) => 1e17 * 3 ** Math.floor(k / 2));
  const loss = flops.map(
    (x, row) => (1.6 + 0.9 * (x / 1e18) ** -0.2) * Math.exp(0.005 * random.normal()) * (row === 11 ? 1.05 : 1),
  );
  // Two rows a run.
  const runs = Array.from(flops, (_, row) => `run ${Math.floor(row / 2)}`);
  return { rows: flops.length, columns: { flops, loss }, runs, conventions: {}, exclusions: [] };
}

function without(data: Observations, run: string): Observations {
  const rows = data.runs.flatMap((name, row) => (name === run ? [] : [row]));
  return {
    ...data,
    rows: rows.length,
    columns: Object.fromEntries(
      Object.entries(data.columns).map(([name, column]) => [name, Float64Array.from(rows, (row) => column[row])]),
    ),
    runs: rows.map((row) => data.runs[row]),
  };
}

describe('influenceByRun', () => {
  const data = ladder();
  const law = lawById('power-law-offset');
  const objective = { kind: 'least-squares', residual: 'log' } as const;
  const fit = fitLaw(law, data, { objective });
  const influence = influenceByRun(fit, data);

  it('gives what a fit from nothing to the other runs gives', () => {
    expect(influence).toHaveLength(6);
    for (const { run, parameters } of influence) {
      const fresh = fitLaw(law, without(data, run), { objective }).parameters;
      for (const name of ['E', 'A', 'alpha'])
        expect(parameters[name] / fresh[name], `${run} ${name}`).toBeCloseTo(1, 4);
    }
  });

  it('puts the run that is off and at the end first, and takes all of its rows', () => {
    expect(influence[0]).toMatchObject({ run: 'run 5', rows: [10, 11] });
    const { E, A, alpha } = influence[0].parameters;
    const at = (e: number, a: number, power: number): number => e + a / (10 * 1e17 * 3 ** 5) ** power;
    const { parameters } = fit;
    const change = Math.log(at(E, A, alpha) / at(parameters.E, parameters.A, parameters.alpha));
    expect(influence[0].forecastChange).toBeCloseTo(change, 9);
  });

  it('of many runs refits those that matter', () => {
    const random = new Random(9);
    const flops = Float64Array.from({ length: 600 }, (_, k) => 1e17 * 1.01 ** k);
    const loss = flops.map(
      (x, k) => 2 * (x / 1e17) ** -0.1 * Math.exp(0.004 * random.normal()) * (k === 590 ? 1.1 : 1),
    );
    const runs = Array.from(flops, (_, row) => `run ${row}`);
    const many = { rows: 600, columns: { flops, loss }, runs, conventions: {}, exclusions: [] };
    const ranked = influenceByRun(fitLaw(lawById('power-law'), many, { objective }), many);
    expect(ranked).toHaveLength(50);
    expect(ranked[0].run).toBe('run 590');
  });

  it('leaves out several runs together', () => {
    const two = parametersWithout(fit, data, ['run 5', 'run 4']);
    const fresh = fitLaw(law, without(without(data, 'run 5'), 'run 4'), { objective }).parameters;
    expect(two.alpha).toBeCloseTo(fresh.alpha, 4);
  });
});
