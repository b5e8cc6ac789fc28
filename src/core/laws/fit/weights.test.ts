import { describe, expect, it } from 'vitest';
import { Random } from '../../math/random.ts';
import type { Observations } from '../../terms/observation.ts';
import { ownLaw } from '../own-law.ts';
import { bootstrapFits } from '../uncertainty/bootstrap.ts';
import { forecast, parameterIntervals } from '../uncertainty/delta.ts';
import { fitLaw } from './fit-law.ts';
import { weightsOf } from './weights.ts';

const LINE = ownLaw('y = a + b * x', {
  columns: ['x'],
  parameters: { a: { signed: true }, b: { signed: true } },
});
const OBJECTIVE = { kind: 'least-squares', residual: 'linear' } as const;

function table(weights: readonly number[]): Observations {
  const random = new Random(3);
  const columns = {
    x: Float64Array.from(weights, (_, i) => i + 1),
    y: Float64Array.from(weights, (w, i) => 2 - 0.5 * (i + 1) + (0.1 * random.normal()) / Math.sqrt(w)),
    w: Float64Array.from(weights),
  };
  return { rows: weights.length, columns, runs: weights.map((_, i) => `${i}`), conventions: {}, exclusions: [] };
}

const MIXED = [1, 4, 0.25, 9, 1, 2, 0.5, 16, 1, 3, 0.1, 5];
const fit = (data: Observations, weights?: string) =>
  fitLaw(LINE, data, { objective: OBJECTIVE, ...(weights === undefined ? {} : { weights }) });

/** Weighted least squares of a line by its normal equations (Draper and Smith 1998, section 9.2). */
function byHand({ columns: { x, y, w } }: Observations) {
  const mean = w.reduce((sum, value) => sum + value, 0) / w.length;
  const sum = (of: (i: number) => number): number => w.reduce((total, weight, i) => total + (weight / mean) * of(i), 0);
  const [s, sx, sxx] = [sum(() => 1), sum((i) => x[i]), sum((i) => x[i] ** 2)];
  const [sy, sxy] = [sum((i) => y[i]), sum((i) => x[i] * y[i])];
  const determinant = s * sxx - sx * sx;
  const [a, b] = [(sxx * sy - sx * sxy) / determinant, (s * sxy - sx * sy) / determinant];
  const squares = sum((i) => (y[i] - a - b * x[i]) ** 2);
  return { a, b, squares, seB: Math.sqrt(((squares / (w.length - 2)) * s) / determinant) };
}

describe('a weighted fit', () => {
  it('is that of weighted least squares, with its standard error', () => {
    const data = table(MIXED);
    const result = fit(data, 'w');
    const wanted = byHand(data);
    expect(result.parameters.a).toBeCloseTo(wanted.a, 9);
    expect(result.parameters.b).toBeCloseTo(wanted.b, 9);
    expect(result.objective).toBeCloseTo(wanted.squares, 9);
    expect(result.weights).toBe('w');
    const { low, high } = parameterIntervals(result, data).b;
    // Student's t with 10 degrees of freedom.
    expect((high - low) / 2 / 2.228138852).toBeCloseTo(wanted.seB, 7);
  });

  it('depends on the proportions of the weights alone', () => {
    const [data, scaled] = [1, 1e300].map((factor) => withWeights(MIXED.map((w) => w * factor)));
    expect(fit(scaled, 'w').objective).toBeCloseTo(fit(data, 'w').objective, 12);
    expect(forecast(fit(scaled, 'w'), scaled, { x: 20 }, [0.95]).newRun[0].low).toBeCloseTo(
      forecast(fit(data, 'w'), data, { x: 20 }, [0.95]).newRun[0].low,
      9,
    );
  });

  it('is the plain one where all weights are equal', () => {
    const data = withWeights(MIXED.map(() => 7));
    expect(fit(data, 'w').parameters).toEqual(fit(data).parameters);
    expect(fit(data, 'w').objective).toBe(fit(data).objective);
    expect(parameterIntervals(fit(data, 'w'), data)).toEqual(parameterIntervals(fit(data), data));
  });

  it('is resampled with its weights', () => {
    const [plain, mixed] = [withWeights(MIXED.map(() => 7)), table(MIXED)];
    const draws = (data: Observations, weights?: string): number[][] =>
      bootstrapFits(fit(data, weights), data, { draws: 40, seed: 5 });
    expect(draws(plain, 'w')).toEqual(draws(plain));
    const mean = (rows: number[][]): number => rows.reduce((sum, [, b]) => sum + b, 0) / rows.length;
    const { b } = byHand(mixed);
    expect(Math.abs(mean(draws(mixed, 'w')) - b)).toBeLessThan(0.5 * Math.abs(mean(draws(mixed)) - b));
  });

  it.each([0, -1, NaN, Infinity])('refuses a weight of %d', (bad) => {
    expect(() => weightsOf(withWeights([1, bad, 1]), 'w')).toThrow(`the weight 'w' is ${bad} in row 2`);
  });

  it('refuses a column that is not there', () => {
    expect(() => weightsOf(table(MIXED), 'constructor')).toThrow("there is no column 'constructor' of weights");
  });
});

/** The table of `MIXED` with other weights beside the same values. */
function withWeights(weights: readonly number[]): Observations {
  const data = table(MIXED);
  const size = weights.length;
  const columns = { x: data.columns.x.slice(0, size), y: data.columns.y.slice(0, size), w: Float64Array.from(weights) };
  return { ...data, rows: size, columns, runs: data.runs.slice(0, size) };
}
