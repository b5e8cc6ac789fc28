import { describe, expect, it } from 'vitest';
import { Random } from '../../math/random.ts';
import { regress } from '../../math/regression.ts';
import type { Observations } from '../../terms/observation.ts';
import { lawById } from '../catalogue/index.ts';
import { fitLaw } from '../fit/fit-law.ts';
import { weighByNoise } from './weighing.ts';

const SQUARES = { kind: 'least-squares', residual: 'log' } as const;

function powerLaw(runs: number, rowsEach: number, errorOf: (run: number) => number): Observations {
  const random = new Random(6);
  const rows = Array.from({ length: runs }, (_, run) => {
    const flops = 1e18 * 2 ** run;
    const shared = 0.01 * random.normal();
    return Array.from({ length: rowsEach }, () => {
      const loss = 900 * flops ** -0.14 * Math.exp(shared + errorOf(run) * random.normal());
      return { run: `${run}`, flops, loss, lossError: errorOf(run) * loss };
    });
  }).flat();
  const columns = Object.fromEntries(
    (['flops', 'loss', 'lossError'] as const).map((name) => [name, Float64Array.from(rows, (row) => row[name])]),
  );
  return { rows: rows.length, columns, runs: rows.map(({ run }) => run), conventions: {}, exclusions: [] };
}

describe('weighByNoise', () => {
  it('gives the line that is weighed by run noise and known errors together', () => {
    const data = powerLaw(16, 1, (run) => (run % 3 === 0 ? 0.05 : 0.005));
    const fit = weighByNoise(fitLaw(lawById('power-law'), data, { objective: SQUARES }), data);
    const { run } = fit.noise!;
    const [x, y] = [[...data.columns.flops].map(Math.log), [...data.columns.loss].map(Math.log)];
    const weights = x.map((_, row) => 1 / (run ** 2 + (data.columns.lossError[row] / data.columns.loss[row]) ** 2));
    const line = regress(
      x.map((value) => [1, value]),
      y,
      weights,
    )!;
    expect(fit.parameters.alpha).toBeCloseTo(-line.coefficients[1], 8);
    expect(run).toBeGreaterThan(0.004);
    expect(run).toBeLessThan(0.025);
  });

  it('tells the noise of runs from that of their evaluations', () => {
    const { columns, ...rest } = powerLaw(40, 6, () => 0.02);
    const data = { ...rest, columns: { flops: columns.flops, loss: columns.loss } };
    const { noise } = weighByNoise(fitLaw(lawById('power-law'), data, { objective: SQUARES }), data);
    expect(noise!.evaluation).toBeCloseTo(0.02, 2);
    expect(noise!.run).toBeCloseTo(0.01, 2);
  });

  it('leaves a fit alone that has one row a run and no errors', () => {
    const { columns, ...rest } = powerLaw(8, 1, () => 0.02);
    const data = { ...rest, columns: { flops: columns.flops, loss: columns.loss } };
    const fit = fitLaw(lawById('power-law'), data, { objective: SQUARES });
    expect(weighByNoise(fit, data)).toBe(fit);
  });
});
