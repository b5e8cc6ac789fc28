import { describe, expect, it } from 'vitest';
import { Random } from '../../math/random.ts';
import { capabilitiesOf, imputationErrors, principalCapabilities } from './capability.ts';
import { fitObservational } from './observational.ts';
import type { PublishedModel } from './observational.ts';

/** Scores of six benchmarks made of two factors; some cells taken out. */
function scores(models: number, noise: number, missing: number, seed = 1): { full: number[][]; holed: number[][] } {
  const random = new Random(seed);
  const loadings = [
    [0.1, 0.08, 0.12, 0.06, 0.09, 0.11],
    [0.05, -0.06, 0.02, 0.04, -0.05, 0.01],
  ];
  const full = Array.from({ length: models }, () => {
    const factors = [random.normal(), random.normal()];
    return loadings[0].map(
      (a, column) => 0.5 + factors[0] * a + factors[1] * loadings[1][column] + noise * random.normal(),
    );
  });
  const holed = full.map((row) => row.map((value) => (random.next() < missing ? NaN : value)));
  return { full, holed };
}

describe('principalCapabilities', () => {
  it('explains everything by as many components as made the scores, each of unit length and across the other', () => {
    const { full } = scores(30, 0, 0);
    const { loadings, explained, deviations, missing } = principalCapabilities(full, 2);
    expect(explained[0] + explained[1]).toBeCloseTo(1, 10);
    expect(deviations[0]).toBeGreaterThan(deviations[1]);
    const product = (i: number, j: number): number =>
      loadings[i].reduce((sum, value, column) => sum + value * loadings[j][column], 0);
    expect(product(0, 0)).toBeCloseTo(1, 10);
    expect(product(0, 1)).toBeCloseTo(0, 10);
    expect(missing).toEqual([0, 180]);
  });

  it('fills in scores of that many factors exactly where a tenth is missing', () => {
    const { full, holed } = scores(40, 0, 0.1);
    const [whole, found] = [principalCapabilities(full, 2), principalCapabilities(holed, 2)];
    expect(found.missing[0]).toBeGreaterThan(10);
    for (const [k, value] of whole.deviations.entries()) expect(found.deviations[k]).toBeCloseTo(value, 4);
    for (const [index, row] of holed.entries()) {
      const place = capabilitiesOf(found, row);
      const truth = capabilitiesOf(whole, full[index]);
      for (const [k, value] of truth.entries()) expect(place[k]).toBeCloseTo(value, 2);
    }
  });

  it('fills hidden cells better than means where scores move together, and tells when they do not', () => {
    const together = imputationErrors(scores(40, 0.01, 0.05).holed, 2);
    expect(together.components).toBeLessThan(0.4 * together.means);
    const random = new Random(5);
    const apart = Array.from({ length: 40 }, () => Array.from({ length: 6 }, () => 0.5 + 0.1 * random.normal()));
    const alone = imputationErrors(apart, 2);
    expect(alone.components).toBeGreaterThan(0.9 * alone.means);
  });
});

/** Families that turn compute into one capability at rates of their own; the target is a sigmoid of it. */
function published(count: number, target: (capability: number, random: Random) => number, seed = 2): PublishedModel[] {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, index) => {
    const family = `family ${index % 5}`;
    const size = Math.floor(index / 5) / (count / 5 - 1);
    const flops = 1e21 * 10 ** (3 * size);
    const capability = -2 + 4 * size + 0.5 * ((index % 5) - 2);
    const benchmarks = [0.1, 0.08, 0.06, 0.09, 0.07].map((rate) => 0.45 + rate * capability + 0.005 * random.normal());
    if (index % 7 === 0) benchmarks[index % 5] = NaN;
    return { name: `model ${index}`, family, flops, scores: benchmarks, target: target(capability, random) };
  });
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

describe('fitObservational', () => {
  it('forecasts larger models from their scores, and from the compute of their family', () => {
    const models = published(
      60,
      (capability, random) => 0.95 * sigmoid(1.8 * capability - 0.5) + 0.01 * random.normal(),
    );
    const law = fitObservational(models, { components: 1 });
    expect(law.trained).toBe(45);
    expect(law.heldOut).toHaveLength(15);
    expect(law.heldOut.every(({ flops }) => flops > law.cutoff)).toBe(true);
    expect(law.verdict).toBe('holds');
    expect(law.errors.capabilities).toBeLessThan(0.03);
    expect(law.errors.family!.error).toBeLessThan(0.05);
    expect(law.errors.capabilities).toBeLessThan(0.5 * law.errors.compute);
    expect(law.coverage).toBeGreaterThan(0.8);
    expect(law.capabilities.explained[0]).toBeGreaterThan(0.97);
  });

  it('says so where the last value is as good', () => {
    const models = published(60, (_, random) => 0.3 + 0.1 * random.normal());
    expect(fitObservational(models, { components: 2 }).verdict).not.toBe('holds');
  });

  it('refuses a cutoff that leaves too few on a side', () => {
    const models = published(60, sigmoid);
    expect(() => fitObservational(models, { cutoff: 1e30 })).toThrow('3 beyond, got 60 and 0');
  });
});
