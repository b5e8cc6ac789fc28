/** Tables of runs with a known truth, for measuring what `isoflop diagnose` says about them. */
import { exp, log } from '../../src/core/math/elementary.ts';
import type { Random } from '../../src/core/math/random.ts';
import type { Observations } from '../../src/core/terms/observation.ts';

export const between = (random: Random, low: number, high: number): number => low + (high - low) * random.next();
export const logBetween = (random: Random, low: number, high: number): number =>
  exp(between(random, log(low), log(high)));

/** A table from columns of equal length. */
export function tableOf(columns: Readonly<Record<string, readonly number[]>>): Observations {
  const rows = columns.loss.length;
  return {
    rows,
    columns: Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, Float64Array.from(values)])),
    runs: Array.from({ length: rows }, (_, row) => `row ${row + 1}`),
    conventions: {},
    exclusions: [],
  };
}

/** Levels evenly spaced in the logarithm, each `seeds` times. */
export const levelsOver = (count: number, range: number, seeds = 1, first = 1e17): number[] =>
  Array.from({ length: count }, (_, k) => first * range ** (k / (count - 1))).flatMap((x) =>
    Array.from({ length: seeds }, () => x),
  );

/** A law of one variable: floor (share of the last loss) and exponent of the rest. */
export interface Curve {
  readonly share: number;
  readonly alpha: number;
}

/** Loss of a curve, 2 at the largest scale. */
export const curveLoss =
  ({ share, alpha }: Curve, largest: number) =>
  (x: number): number =>
    2 * (share + (1 - share) * (x / largest) ** -alpha);

export const noisy = (losses: readonly number[], noise: number, random: Random): number[] =>
  losses.map((loss) => loss * exp(noise * random.normal()));

/** One variable: 6 to 60 runs at 6 levels and more over a factor of 16 to 10,000. */
export function cleanCurve(random: Random, hasFloor: boolean): Observations {
  const seeds = 1 + random.integer(3);
  const levels = 6 + random.integer(Math.floor(60 / seeds) - 5);
  const flops = levelsOver(levels, logBetween(random, 16, 1e4), seeds);
  const curve = { share: hasFloor ? between(random, 0.1, 0.8) : 0, alpha: between(random, 0.05, 0.5) };
  const loss = flops.map(curveLoss(curve, flops.at(-1)!));
  return tableOf({ flops, loss: noisy(loss, logBetween(random, 0.001, 0.03), random) });
}

/** Chinchilla's law on a grid of sizes by tokens, or on sizes at equal compute: 9 to 60 runs. */
export function cleanGrid(random: Random, hasFloor: boolean): Observations {
  const isIsoflop = random.next() < 0.5;
  const sizes = 3 + random.integer(5);
  const budgets = 3 + random.integer(Math.floor(60 / sizes) > 8 ? 6 : Math.floor(60 / sizes) - 2);
  const ns = levelsOver(sizes, logBetween(random, 16, 300), 1, 1e7);
  const points = Array.from({ length: budgets }, (_, b) => b).flatMap((b) =>
    ns.map((n, k) => {
      const step = logSteps(budgets, b);
      if (!isIsoflop) return { params: n, tokens: 2e9 * 64 ** step };
      const flops = 1e18 * 1000 ** step;
      const params = Math.sqrt(flops / 120) * 16 ** (k / (sizes - 1) - 0.5);
      return { params, tokens: flops / (6 * params) };
    }),
  );
  const truth = chinchillaTruth(random, hasFloor, points);
  const loss = points.map(truth);
  return tableOf({
    params: points.map(({ params }) => params),
    tokens: points.map(({ tokens }) => tokens),
    flops: points.map(({ params, tokens }) => 6 * params * tokens),
    loss: noisy(loss, logBetween(random, 0.001, 0.03), random),
  });
}

const logSteps = (count: number, k: number): number => k / (count - 1);

export interface Point {
  readonly params: number;
  readonly tokens: number;
}

/** Chinchilla's law with random exponents; floor and terms are shares of a loss of about 2 at the middle of the points. */
function chinchillaTruth(random: Random, hasFloor: boolean, points: readonly Point[]): (point: Point) => number {
  const mean = (of: (point: Point) => number): number =>
    exp(points.reduce((sum, point) => sum + log(of(point)), 0) / points.length);
  const [n, d] = [mean(({ params }) => params), mean(({ tokens }) => tokens)];
  const [alpha, beta] = [between(random, 0.15, 0.5), between(random, 0.15, 0.5)];
  const share = hasFloor ? between(random, 0.1, 0.8) : 0;
  const ofParams = (1 - share) * between(random, 0.3, 0.7);
  const ofTokens = 1 - share - ofParams;
  return ({ params, tokens }) => 2 * (share + ofParams * (params / n) ** -alpha + ofTokens * (tokens / d) ** -beta);
}
