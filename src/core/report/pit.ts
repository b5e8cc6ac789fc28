import { exp, log } from '../math/elementary.ts';
import { logGamma } from '../math/distributions.ts';
import { IsoflopError } from '../terms/errors.ts';
import type { Figure, Mark, Point } from './figure.ts';

/** How often predictive distributions put what came into each part of themselves. */
export interface PitHistogram {
  /** Share of the values in each of the equal bins of [0, 1], times the number of bins: 1 where the distributions are right. */
  readonly densities: readonly number[];
  /** Densities between which 95 % of the heights of one bin lie where the distributions are right and the values independent. */
  readonly range: { readonly low: number; readonly high: number };
  /** Largest distance of the values' distribution function from the diagonal (Kolmogorov and Smirnov), in (0, 1]. */
  readonly distance: number;
}

export interface PitOptions {
  /** Equal bins of [0, 1]. Default 10. */
  readonly bins?: number;
  /** Title of the figure. */
  readonly title?: string;
}

const BINS = 10;
const LEVEL = 0.95;

/**
 * Histogram of probability integral transforms: each value is a predictive distribution's probability of a smaller outcome than
 * came (Dawid 1984; Gneiting, Balabdaoui and Raftery 2007, section 3.1). Flat: calibrated. A hill: too wide. A bowl: too narrow.
 * A slope: biased. Throws on values outside [0, 1].
 */
export function pitHistogram(values: readonly number[], bins: number = BINS): PitHistogram {
  const wrong = values.find((value) => !(value >= 0 && value <= 1));
  if (wrong !== undefined || values.length === 0) {
    throw new IsoflopError('invalid-input', `a PIT histogram takes numbers in [0, 1], got ${wrong ?? 'none'}`);
  }
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) counts[Math.min(bins - 1, Math.floor(value * bins))] += 1;
  const toDensity = (count: number): number => (count * bins) / values.length;
  const range = (p: number): number => toDensity(binomialQuantile(p, values.length, 1 / bins));
  return {
    densities: counts.map(toDensity),
    range: { low: range((1 - LEVEL) / 2), high: range((1 + LEVEL) / 2) },
    distance: distanceFromDiagonal(values),
  };
}

/** The calibration plot: the histogram, the level of a calibrated forecast, and the band in which its bins would lie. */
export function pitFigure(values: readonly number[], { bins = BINS, title = 'Calibration' }: PitOptions = {}): Figure {
  const { densities, range, distance } = pitHistogram(values, bins);
  const outline = densities.flatMap((density, bin): Point[] => [
    { x: bin / bins, y: density },
    { x: (bin + 1) / bins, y: density },
  ]);
  const marks: Mark[] = [
    { kind: 'band', ink: 'muted', points: [0, 1].map((x) => ({ x, ...range })) },
    { kind: 'level', y: 1, ink: 'muted' },
    { kind: 'band', ink: 'prediction', points: outline.map(({ x, y }) => ({ x, low: 0, high: y })) },
    {
      kind: 'line',
      ink: 'prediction',
      points: [{ x: 0, y: 0 }, ...outline, { x: 1, y: 0 }],
    },
  ];
  return {
    id: 'pit',
    title,
    caption: `Where ${values.length} outcomes fell in their predictive distributions. Flat: calibrated; a bowl: intervals too narrow; a hill: too wide; a slope: biased. Grey: 95 % range of a bin of a calibrated forecast. Largest distance from the diagonal ${distance.toFixed(3)}.`,
    x: { label: 'probability integral transform', scale: 'linear' },
    y: { label: 'density', scale: 'linear' },
    marks,
  };
}

/** Smallest k with P(X <= k) >= p for X binomial. */
function binomialQuantile(p: number, n: number, share: number): number {
  let cumulative = 0;
  for (let k = 0; k < n; k++) {
    const choose = logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
    cumulative += exp(choose + k * log(share) + (n - k) * log(1 - share));
    if (cumulative >= p) return k;
  }
  return n;
}

function distanceFromDiagonal(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const n = sorted.length;
  return sorted.reduce((most, value, i) => Math.max(most, (i + 1) / n - value, value - i / n), 0);
}
