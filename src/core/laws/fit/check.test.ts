import { describe, expect, it } from 'vitest';
import type { Law } from '../../terms/law.ts';
import type { Observations } from '../../terms/observation.ts';
import { lawById } from '../catalogue/index.ts';
import { ownLaw, restrictLaw } from '../own-law.ts';
import { checkData } from './check.ts';
import { fitLaw } from './fit-law.ts';

const LOG = { kind: 'least-squares', residual: 'log' } as const;
const LINEAR = { kind: 'least-squares', residual: 'linear' } as const;

/** Runs on a grid of sizes and budgets, `each` checkpoints a run. */
function grid(sizes: number[], budgets: number[], changes: Partial<Record<string, number[]>> = {}): Observations {
  const points = sizes.flatMap((params) => budgets.map((tokens) => ({ params, tokens })));
  const columns: Record<string, Float64Array> = {
    params: Float64Array.from(points, ({ params }) => params),
    tokens: Float64Array.from(points, ({ tokens }) => tokens),
    loss: Float64Array.from(points, (_, row) => 3 + 1 / (row + 1)),
  };
  for (const [name, values] of Object.entries(changes)) columns[name] = Float64Array.from(values!);
  return { rows: points.length, columns, runs: points.map((_, i) => `r${i}`), conventions: {}, exclusions: [] };
}

const FINE = grid([1e7, 2e7, 4e7], [1e9, 2e9, 4e9]);
const losses = (first: number): number[] => [first, ...Array.from({ length: 8 }, (_, i) => 3 + i / 10)];

describe('checkData', () => {
  const chinchilla = lawById('chinchilla');

  it('lets a grid pass', () => expect(checkData(chinchilla, FINE, LOG)).toEqual([]));

  it.each<[string, Observations, string]>([
    [
      'a loss of 0 in log space',
      grid([1e7, 2e7, 4e7], [1e9, 2e9, 4e9], { loss: losses(0) }),
      "'loss' holds 0 in row 1",
    ],
    ['a negative loss', grid([1e7, 2e7, 4e7], [1e9, 2e9, 4e9], { loss: losses(-1) }), "'loss' holds -1 in row 1"],
    ['NaN', grid([1e7, 2e7, 4e7], [1e9, 2e9, 4e9], { loss: losses(NaN) }), "'loss' holds NaN in row 1"],
    [
      'a size of 0',
      grid([0, 2e7, 4e7], [1e9, 2e9, 4e9]),
      "'params' holds 0 in row 1 (run 'r0'), and 2 more such values",
    ],
    ['few rows', grid([1e7, 2e7], [1e9, 2e9]), 'has 5 parameters and needs at least 6 rows, got 4'],
    ['one level', grid([1e7], [1e9, 2e9, 3e9, 4e9, 5e9, 6e9]), "'params' has the same value in every row, 10000000"],
    ['few points', grid([1e7, 1e7, 2e7, 2e7], [1e9, 2e9]), 'needs as many different points; the 8 rows have 4'],
    ['few runs', { ...FINE, runs: FINE.runs.map((_, i) => `${i % 4}`) }, 'needs as many runs; the 9 rows belong to 4'],
    [
      'variables that move together',
      grid([1e7, 2e7, 4e7], [1e9, 2e9, 4e9], { tokens: [1e7, 1e7, 1e7, 2e7, 2e7, 2e7, 4e7, 4e7, 4.0001e7] }),
      "'params' and 'tokens' move together in every row",
    ],
  ])('refuses %s', (_, data, message) => {
    // Points before collinearity: a moving pair has few.
    const wanted = message.startsWith("'params' and")
      ? ownLaw('E + A / params^a * tokens^b', { columns: ['params', 'tokens'] })
      : chinchilla;
    expect(() => checkData(wanted, data, LOG)).toThrow(message);
  });

  it('takes a negative loss where no logarithm is taken', () => {
    const data = grid([1e7, 2e7, 4e7], [1e9, 2e9, 4e9], { loss: losses(-1) });
    expect(() => checkData(chinchilla, data, LINEAR)).not.toThrow();
  });

  it('takes one run for a curve and says so', () => {
    const data = { ...FINE, runs: FINE.runs.map(() => 'only') };
    expect(checkData(chinchilla, data, LOG)).toMatchObject([{ kind: 'one-run', count: 9 }]);
  });

  it('refuses parameters that are one number together', () => {
    const law = ownLaw('E + A / params^alpha + B / q^beta', { columns: ['params'] });
    expect(() => checkData(law, FINE, LOG)).toThrow(
      'the part B / q^beta holds no column: it is one number, from which B, q, beta cannot be told apart',
    );
    const breaks = ownLaw('E + A / params^a * (1 + (params / d)^(1 / f))^(-c * f)', { columns: ['params'] });
    expect(() => checkData(breaks, FINE, LOG)).not.toThrow('holds no column');
  });
});

describe('fitLaw on few levels', () => {
  const [three, two] = [
    [1e7, 2e7, 4e7],
    [1e7, 4e7],
  ];
  const levels = (sizes: number[], budgets: number[]): Observations => {
    const data = grid(sizes, budgets);
    const { params, tokens } = data.columns;
    const loss = params.map((n, row) => 1.8 + 400 / n ** 0.34 + 2000 / tokens[row] ** 0.37 + 0.001 * (row % 3));
    return { ...data, columns: { ...data.columns, loss } };
  };

  it('takes three by three', () => {
    expect(fitLaw(lawById('chinchilla'), levels(three, [1e9, 3e9, 9e9])).n).toBe(9);
  });

  it.each([
    [levels(three, [1e9, 3e9]), "the 2 levels of 'tokens' do not tell E, B, beta apart"],
    [levels(two, [1e9, 2e9, 4e9]), "the 2 levels of 'params' do not tell E, A, alpha apart"],
  ])('refuses two of one', (data, message) => {
    expect(() => fitLaw(lawById('chinchilla'), data)).toThrow(message);
    expect(fitLaw(restrictLaw(lawById('chinchilla'), { fixed: { E: 1.8 } }), data).n).toBe(6);
  });

  it('refuses two floors, and a law without a value', () => {
    const data = levels([...three, 8e7], [1e9, 3e9]);
    const law = (formula: string): Law => ownLaw(formula, { columns: ['params'] });
    expect(() => fitLaw(law('E + A / params^a + F'), data)).toThrow("the 4 levels of 'params' do not tell E, F apart");
    expect(() => fitLaw(law('log(0 - a * params)'), data)).toThrow("law 'own' has no finite value at these rows");
  });
});
