import { describe, expect, it } from 'vitest';
import { clusteredBootstrap, geometricMean, mean, rmsle } from '../support/curve-scores.ts';
import { hasCurves, loadCurves, partOf, SKIPPED } from '../support/curves.ts';
import type { CurveSet, RealCurve } from '../support/curves.ts';

const SIZES: readonly (readonly [CurveSet, number])[] = [
  ['benchmark', 46],
  ['colpret', 111],
  ['lcdb', 140],
  ['routing', 223],
];

describe.each(SIZES)('the curves of %s', (set, most) => {
  it.skipIf(!hasCurves(set))(`are in order, with the dearest part held out (${SKIPPED})`, () => {
    const curves = loadCurves(set);
    expect(curves.length).toBeGreaterThan(0.9 * most);
    expect(curves.length).toBeLessThanOrEqual(most);
    for (const curve of curves) {
      const { x, y, isTraining } = curve;
      expect([y.length, isTraining.length]).toEqual([x.length, x.length]);
      expect(x.every((value, index) => value > (x[index - 1] ?? 0))).toBe(true);
      expect(y.every(Number.isFinite)).toBe(true);
      expect(Math.max(...partOf(curve, 'training').x)).toBeLessThan(Math.min(...partOf(curve, 'held out').x));
    }
  });
});

describe.skipIf(!hasCurves('benchmark'))(`the official split (${SKIPPED})`, () => {
  const sizes = (curves: readonly RealCurve[], part: 'training' | 'held out'): number =>
    curves.reduce((sum, curve) => sum + partOf(curve, part).x.length, 0);

  // Counted in the files with another program, repeated lines once.
  it('has the points of the files', () => {
    const byDomain = Map.groupBy(loadCurves('benchmark'), ({ domain }) => domain);
    expect([...byDomain].map(([domain, curves]) => [domain, curves.length, sizes(curves, 'held out')])).toEqual([
      ['NMT', 5, 5],
      ['LM', 5, 97],
      ['IC', 36, 5244],
    ]);
  });

  // laws.md, measured before the work began: .0083, .0072 and .109.
  it('gives the published error of the last value carried forward', () => {
    const byDomain = Map.groupBy(loadCurves('benchmark'), ({ domain }) => domain);
    const errors = [...byDomain.values()].map((curves) =>
      mean(
        curves.map((curve) => {
          const [seen, held] = [partOf(curve, 'training'), partOf(curve, 'held out')];
          return rmsle(
            held.y.map(() => seen.y.at(-1)!),
            held.y,
          );
        }),
      ),
    );
    for (const [index, published] of [0.0083, 0.0072, 0.109].entries())
      expect(Math.abs(errors[index] / published - 1)).toBeLessThan(0.01);
  });
});

describe('scores of curves', () => {
  it('the bootstrap draws whole clusters', () => {
    const values = [1, 1, 1, 4, 4, 4];
    const together = clusteredBootstrap(values, ['a', 'a', 'a', 'b', 'b', 'b'], geometricMean);
    expect(together.estimate).toBeCloseTo(2, 12);
    expect([together.low, together.high]).toEqual([1, 4].map((value) => expect.closeTo(value, 12)));
    const apart = clusteredBootstrap(values, ['a', 'b', 'c', 'd', 'e', 'f'], geometricMean);
    expect(apart.high).toBeLessThan(4);
  });
});
