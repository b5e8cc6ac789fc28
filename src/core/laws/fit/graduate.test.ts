import { describe, expect, it } from 'vitest';
import { Random } from '../../math/random.ts';
import type { Observations } from '../../terms/observation.ts';
import { lawById } from '../catalogue/index.ts';
import { fitLaw } from './fit-law.ts';
import { graduated, hasFewRows, refit } from './graduate.ts';
import { minimize } from './minimize.ts';
import { Problem } from './problem.ts';

const law = lawById('chinchilla');
const HUBER = { kind: 'huber', residual: 'log', delta: 1e-3 } as const;
const TRUTH = [1.8, 480, 2100, 0.35, 0.37];

/** Runs with noise of .4 percent and, two times in five, of ten times as much. */
function table(rows: number, seed: number): Observations {
  const random = new Random(seed);
  const params = Float64Array.from({ length: rows }, () => 10 ** (7.5 + 2.5 * random.next()));
  const tokens = params.map(() => 10 ** (9 + 2.5 * random.next()));
  const [E, A, B, alpha, beta] = TRUTH;
  const noise = (): number => (random.next() < 0.4 ? 0.04 : 0.004) * random.normal();
  const loss = params.map((n, row) => (E + A / n ** alpha + B / tokens[row] ** beta) * Math.exp(noise()));
  const runs = [...loss.keys()].map(String);
  return { rows, columns: { params, tokens, loss }, runs, conventions: {}, exclusions: [] };
}

/** Resamples of small tables, each with the fit of the whole. */
const resamples = (): { problem: Problem; start: number[] }[] =>
  Array.from({ length: 120 }, (_, seed) => {
    const data = table(14, seed % 12);
    const { parameters } = fitLaw(law, data, { objective: HUBER });
    const whole = new Problem(law, data, HUBER);
    const random = new Random(1, seed);
    const counts = new Float64Array(data.rows);
    for (let pick = 0; pick < data.rows; pick++) counts[random.integer(data.rows)] += 1;
    const start = whole.coordinates.toTheta(law.parameters.map(({ name }) => parameters[name]));
    return { problem: whole.reweighted(counts), start };
  });

/** The lowest minimum from a grid of 25 pairs of exponents around a start, by the same polish. */
function exhaustive(problem: Problem, start: readonly number[]): number {
  const steps = [-1.2, -0.4, 0, 0.4, 1.2];
  const from = steps.flatMap((a) => steps.map((b) => start.map((value, i) => value + [0, 0, 0, a, b][i])));
  return Math.min(...from.map((theta) => minimize(problem, theta).value));
}

describe('graduated', () => {
  it('finds the lowest of many minima of small resamples where a single polish often does not', () => {
    const missed = { single: 0, refit: 0 };
    for (const { problem, start } of resamples()) {
      const [single, both] = [minimize(problem, start).value, refit(problem, start).value];
      const least = Math.min(exhaustive(problem, start), both, single) * (1 + 1e-6) + problem.negligible;
      if (single > least) missed.single += 1;
      if (both > least) missed.refit += 1;
    }
    expect(missed.single).toBeGreaterThan(4);
    expect(missed.refit).toBeLessThan(missed.single / 2);
  });

  it('ends at a minimum of the wanted penalty, not of a wider one', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const problem = new Problem(law, table(30, seed), HUBER);
      const { theta, value, converged } = graduated(problem, problem.coordinates.toTheta(TRUTH));
      expect(converged).toBe(true);
      expect(value).toBe(problem.value(theta));
      expect(minimize(problem, theta).value / value).toBeCloseTo(1, 9);
    }
  });
});

describe('hasFewRows', () => {
  it('asks for a penalty with a kink and fewer than twenty rows a parameter', () => {
    expect(hasFewRows(new Problem(law, table(99, 1), HUBER))).toBe(true);
    expect(hasFewRows(new Problem(law, table(100, 1), HUBER))).toBe(false);
    expect(hasFewRows(new Problem(law, table(20, 1), { kind: 'least-squares', residual: 'log' }))).toBe(false);
  });
});
