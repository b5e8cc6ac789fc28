import { exp, log, square } from '../../math/elementary.ts';
import { studentCdf } from '../../math/distributions.ts';

/** A run on the compute path. */
export interface PathPoint {
  readonly flops: number;
  readonly loss: number;
}

/** What is assumed before the runs are seen; all relative, on the logarithm of the loss. */
export interface OffsetPrior {
  /** Typical standard deviation of a run's loss: seed, data order and evaluation. */
  readonly noise: number;
  /** Strength of that assumption, in runs. */
  readonly noiseRuns: number;
  /** Standard deviation of the law's own error for each e-fold of compute away from the largest run. */
  readonly misfit: number;
}

/** A predictive distribution of the loss of a new run. */
export interface Predictive {
  cdf(loss: number): number;
  quantile(p: number): number;
}

/** Values of the irreducible loss that are weighed, as shares of the smallest loss. */
const GRID = 240;
const LARGEST_SHARE = 0.97;
/** Components that weigh less than this change no quantile. */
const NEGLIGIBLE = 1e-7;

/** The law with one value of E, its regression, and how likely it is. */
export interface OffsetComponent {
  readonly offset: number;
  readonly weight: number;
  /** log(L - E) of the curve at the largest run, and its change for each e-fold of compute; below 0. */
  readonly intercept: number;
  readonly slope: number;
  /** Scale and degrees of freedom of log(L - E) of a new run so many e-folds from the largest. */
  scale(efolds: number): number;
  readonly degrees: number;
}

/**
 * The law L = E + A / C^alpha with E unknown in [0, smallest loss): for every E a weighted regression of log(L - E) on log C,
 * and E weighed by its marginal likelihood; the weights sum to 1. A uniform prior on E / min L, a logarithmic one on alpha,
 * a scaled inverse chi-square one on the noise. Runs far below the largest count less, since no law holds exactly over
 * decades: their variance is raised by (misfit x distance)^2, and so is that of the new run above it. Empty where no E lets the loss fall.
 */
export function offsetPosterior(
  points: readonly PathPoint[],
  prior: OffsetPrior,
  grid: number = GRID,
): OffsetComponent[] {
  const largest = Math.max(...points.map((point) => point.flops));
  const smallestLoss = Math.min(...points.map((point) => point.loss));
  const regressions: Regression[] = [];
  for (let step = 0; step < grid; step++) {
    const offset = ((step + 0.5) / grid) * LARGEST_SHARE * smallestLoss;
    const fitted = regress(points, offset, largest, prior);
    if (fitted) regressions.push(fitted);
  }
  const top = Math.max(...regressions.map(({ score }) => score));
  const total = regressions.reduce((sum, { score }) => sum + exp(score - top), 0);
  return regressions
    .map(({ component, score }) => ({ ...component, weight: exp(score - top) / total }))
    .filter(({ weight }) => weight > NEGLIGIBLE);
}

/** The loss of a new run under that law. */
export function offsetPredictive(points: readonly PathPoint[], flops: number, prior: OffsetPrior): Predictive {
  const at = log(flops / Math.max(...points.map((point) => point.flops)));
  return mixture(
    offsetPosterior(points, prior).map(({ offset, weight, intercept, slope, scale, degrees }) => ({
      offset,
      weight,
      location: intercept + slope * at,
      scale: scale(at),
      degrees,
    })),
  );
}

interface Regression {
  readonly component: Omit<OffsetComponent, 'weight'>;
  readonly score: number;
}

function regress(
  points: readonly PathPoint[],
  offset: number,
  largest: number,
  prior: OffsetPrior,
): Regression | undefined {
  const base = square(prior.noise);
  // Everything in units of the typical noise: variance 1 + (misfit / noise x distance)^2.
  const variance = (x: number): number => 1 + (square(prior.misfit) * x * x) / base;
  let [sw, swx, swxx, swy, swxy, swyy, logDeterminant] = [0, 0, 0, 0, 0, 0, 0];
  for (const point of points) {
    const x = log(point.flops / largest);
    const y = log(point.loss - offset);
    const w = square(1 - offset / point.loss) / variance(x);
    [sw, swx, swxx] = [sw + w, swx + w * x, swxx + w * x * x];
    [swy, swxy, swyy] = [swy + w * y, swxy + w * x * y, swyy + w * y * y];
    logDeterminant -= log(variance(x)) / 2;
  }
  const determinant = sw * swxx - swx * swx;
  const slope = (sw * swxy - swx * swy) / determinant;
  const intercept = (swy - slope * swx) / sw;
  if (!(determinant > 0) || !(slope < 0)) return undefined;
  const rest = Math.max(0, swyy - intercept * swy - slope * swxy);
  const degrees = prior.noiseRuns + points.length - 2;
  const noise2 = (prior.noiseRuns * base + rest) / degrees;
  const scale = (at: number): number => {
    const location = intercept + slope * at;
    const share = exp(location) / (exp(location) + offset);
    const curve = (swxx - 2 * at * swx + at * at * sw) / determinant;
    return Math.sqrt(noise2 * (curve + variance(at) / square(share)));
  };
  // Flat in the level of log L at the largest run and in log alpha: Jacobians (L - E) / L and 1 / alpha.
  const shareAtLargest = exp(intercept) / (exp(intercept) + offset);
  const score =
    -log(determinant) / 2 -
    (degrees / 2) * log(prior.noiseRuns * base + rest) +
    log(shareAtLargest) -
    log(-slope) +
    logDeterminant;
  return { component: { offset, intercept, slope, scale, degrees }, score };
}

/** Location, scale and degrees of freedom of log(loss - offset) of the new run. */
interface Component {
  readonly offset: number;
  readonly weight: number;
  readonly location: number;
  readonly scale: number;
  readonly degrees: number;
}

function mixture(components: readonly Component[]): Predictive {
  const cdf = (loss: number): number =>
    components.reduce((sum, { offset, weight, location, scale, degrees }) => {
      if (loss <= offset) return sum;
      return sum + weight * studentCdf((log(loss - offset) - location) / scale, degrees);
    }, 0);
  const quantile = (p: number): number => {
    const likeliest = components.reduce((best, one) => (one.weight > best.weight ? one : best));
    const centre = exp(likeliest.location) + likeliest.offset;
    let [low, high] = [centre / 2, centre * 2];
    while (cdf(low) > p) low /= 2;
    while (cdf(high) < p) high *= 2;
    for (let step = 0; step < 48; step++) {
      const middle = Math.sqrt(low * high);
      if (cdf(middle) < p) low = middle;
      else high = middle;
    }
    return Math.sqrt(low * high);
  };
  return { cdf, quantile };
}
