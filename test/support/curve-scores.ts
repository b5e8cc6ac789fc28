import { Random } from '../../src/core/math/random.ts';
import type { RealCurve } from './curves.ts';

/** Root mean square of log(predicted / actual): the error of Alabdulmohsin et al. 2022. NaN where an actual value is not above 0. */
export function rmsle(predicted: readonly number[], actual: readonly number[]): number {
  const squares = actual.map((y, index) => Math.log(predicted[index] / y) ** 2);
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / actual.length);
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of values above 0: each curve weighs the same where there is one value a curve. */
export const geometricMean = (values: readonly number[]): number => Math.exp(mean(values.map(Math.log)));

/** What is drawn together: a model's curves share its training; LCDB's learners share their table. */
export const clusterOf = (curve: RealCurve): string => (curve.set === 'lcdb' ? curve.dataset : curve.model);

export interface Bounds {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/**
 * A statistic of one value a curve with percentile bounds (two-sided, default 95 %), drawing whole clusters with replacement.
 * Fewer than about ten clusters make the bounds too narrow.
 */
export function clusteredBootstrap(
  values: readonly number[],
  clusters: readonly string[],
  statistic: (values: readonly number[]) => number,
  { draws = 2000, seed = 1, level = 0.95 }: { draws?: number; seed?: number; level?: number } = {},
): Bounds {
  const groups = [...Map.groupBy(values.keys(), (index) => clusters[index]).values()];
  const random = new Random(seed);
  const drawn = Array.from({ length: draws }, () => {
    const picked = groups.flatMap(() => groups[random.integer(groups.length)]);
    return statistic(picked.map((index) => values[index]));
  }).sort((a, b) => a - b);
  const at = (p: number): number => drawn[Math.min(draws - 1, Math.floor(p * draws))];
  return { estimate: statistic(values), low: at((1 - level) / 2), high: at((1 + level) / 2) };
}
