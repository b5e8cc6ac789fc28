import { describe, expect, it } from 'vitest';
import { symbolsOf } from '../../formula/expression.ts';
import { parseFormula } from '../../formula/parse.ts';
import { CATALOGUE, lawById } from './index.ts';
import { modelOf } from '../fit/model.ts';

describe('the catalogue', () => {
  it.each(CATALOGUE.map((law) => [law.id, law] as const))(
    '%s uses all that it declares, and nothing else',
    (_, law) => {
      const declared = [...law.variables, ...law.parameters.map(({ name }) => name)];
      expect([...symbolsOf(parseFormula(law.formula))].toSorted()).toEqual(declared.toSorted());
      for (const { values } of law.published ?? [])
        expect(Object.keys(values).toSorted()).toEqual(law.parameters.map(({ name }) => name).toSorted());
    },
  );

  // Losses at the published optima for the compute of Chinchilla, 5.76e23 FLOPs (recomputed in SciPy).
  it.each([
    ['rounded', 3.219e10, 2.982e12, 1.93075],
    ['unrounded', 4.036e10, 2.379e12, 1.91841],
    ['abstract', 7.225e10, 1.329e12, 1.97444],
  ])('gives the loss of the %s constants of Chinchilla', (source, params, tokens, loss) => {
    const law = lawById('chinchilla');
    const { values } = law.published!.find((one) => one.source.includes(source))!;
    const raw = law.parameters.map(({ name }) => values[name]);
    expect(modelOf(law).values(raw, [[params], [tokens]], 1)[0]).toBeCloseTo(loss, 4);
  });

  it('solves the published equation of M4', () => {
    const [E, E0, A, alpha, gamma] = [1.5, 9, 3e6, 0.3, 0.6];
    const beta = A / E0 ** gamma;
    const flops = [1e17, 1e20, 1e23];
    const losses = modelOf(lawById('m4')).values([E, E0, A, alpha, gamma], [flops], 3);
    for (const [row, y] of losses.entries())
      expect((y - E) / (E0 - y) ** gamma / (beta * flops[row] ** -alpha)).toBeCloseTo(1, 9);
  });

  it('knows no law by another name', () => {
    expect(() => lawById('kaplan')).toThrow("no law is called 'kaplan'");
  });
});
