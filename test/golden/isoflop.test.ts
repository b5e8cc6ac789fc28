import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareApproaches } from '../../src/core/laws/isoflop/optima.ts';
import type { Observations } from '../../src/core/laws/index.ts';

interface Golden {
  readonly flops: number[];
  readonly params: number[];
  readonly tokens: number[];
  readonly loss: number[];
  readonly target: number;
  readonly parabola: { readonly params: number; readonly exponent: number };
  readonly projection: {
    readonly params: number;
    readonly exponent: number;
    readonly logParamsHalfWidth: number;
    readonly exponentHalfWidth: number;
  };
  readonly surface: { readonly params: number; readonly exponent: number; readonly objective: number };
}

// tools/golden/isoflop.py wrote it.
const GOLDEN = JSON.parse(readFileSync(join(import.meta.dirname, 'isoflop/optima.json'), 'utf8')) as Golden;

describe('IsoFLOP approaches against NumPy and SciPy', () => {
  const { flops, params, tokens, loss } = GOLDEN;
  const data: Observations = {
    rows: loss.length,
    columns: Object.fromEntries(
      Object.entries({ flops, params, tokens, loss }).map(([name, values]) => [name, Float64Array.from(values)]),
    ),
    runs: loss.map((_, index) => `${index}`),
    conventions: {},
    exclusions: [],
  };
  const { approaches, surfaces, cost } = compareApproaches(data, GOLDEN.target);
  const [, parabola, surface, projection] = approaches.map(({ answer }) => answer!);

  it('the cost law of the table', () => {
    expect(cost.factor).toBeCloseTo(4.2, 8);
    expect(cost.paramsPower).toBeCloseTo(0.97, 10);
    expect(cost.tokensPower).toBeCloseTo(1.01, 10);
  });

  it('approach 2', () => {
    expect(parabola.params.value / GOLDEN.parabola.params).toBeCloseTo(1, 9);
    expect(parabola.exponents.params.value).toBeCloseTo(GOLDEN.parabola.exponent, 9);
  });

  it('the surface by least squares, with its delta intervals', () => {
    const { interval, value } = projection.params;
    expect(value / GOLDEN.projection.params).toBeCloseTo(1, 6);
    expect(projection.exponents.params.value).toBeCloseTo(GOLDEN.projection.exponent, 7);
    expect(Math.log(interval!.high / value) / GOLDEN.projection.logParamsHalfWidth).toBeCloseTo(1, 4);
    const half = projection.exponents.params.interval!.high - projection.exponents.params.value;
    expect(half / GOLDEN.projection.exponentHalfWidth).toBeCloseTo(1, 4);
  });

  it('the surface by Huber of the log loss', () => {
    expect(surfaces.surface!.objective / GOLDEN.surface.objective).toBeLessThan(1 + 1e-9);
    expect(surface.params.value / GOLDEN.surface.params).toBeCloseTo(1, 4);
    expect(surface.exponents.params.value).toBeCloseTo(GOLDEN.surface.exponent, 5);
  });
});
