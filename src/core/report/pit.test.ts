import { describe, expect, it } from 'vitest';
import { Random } from '../math/random.ts';
import { pitFigure, pitHistogram } from './pit.ts';

describe('pitHistogram', () => {
  it('counts shares as densities, with 1 in the last bin', () => {
    const { densities } = pitHistogram([0, 0.1, 0.49, 0.5, 0.99, 1], 2);
    expect(densities).toEqual([1, 1]);
    expect(pitHistogram([0.1, 0.2, 0.3, 0.9], 2).densities).toEqual([1.5, 0.5]);
  });

  it('gives the binomial range of a bin: quantiles of SciPy, binom.ppf([.025, .975], 200, .1)', () => {
    const { range } = pitHistogram(new Array<number>(200).fill(0.5), 10);
    expect(range.low * 20).toBeCloseTo(12, 9);
    expect(range.high * 20).toBeCloseTo(29, 9);
  });

  it('gives the distance of Kolmogorov and Smirnov: kstest([.1, .2, .9], "uniform") of SciPy', () => {
    expect(pitHistogram([0.9, 0.1, 0.2]).distance).toBeCloseTo(0.4666666666666667, 12);
  });

  it('keeps about 95 % of the bins of uniform values within the range', () => {
    const random = new Random(3);
    const { densities, range } = pitHistogram(
      Array.from({ length: 4000 }, () => random.next()),
      200,
    );
    const inside = densities.filter((density) => density >= range.low && density <= range.high).length;
    expect(inside / 200).toBeGreaterThan(0.9);
    expect(inside / 200).toBeLessThan(1);
  });

  it('refuses what is no probability', () => {
    expect(() => pitHistogram([0.5, 1.2])).toThrow('numbers in [0, 1], got 1.2');
    expect(() => pitHistogram([Number.NaN])).toThrow('got NaN');
    expect(() => pitHistogram([])).toThrow('got none');
  });
});

describe('pitFigure', () => {
  it('draws one step a bin and says how many outcomes it saw', () => {
    const figure = pitFigure([0.1, 0.6, 0.7], { bins: 4 });
    const line = figure.marks.find((mark) => mark.kind === 'line');
    expect(line?.points).toHaveLength(2 * 4 + 2);
    expect(figure.caption).toContain('3 outcomes');
  });
});
