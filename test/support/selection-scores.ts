import { clusteredBootstrap, clusterOf, geometricMean, mean } from './curve-scores.ts';
import type { Bounds } from './curve-scores.ts';
import type { ScoredCurve } from './select-curve.ts';

/** Errors below a hundredth of a percent are none. */
const NONE = 1e-4;

/** A law that cannot be fitted forecasts what the last value does. */
export const errorOf = ({ errors }: ScoredCurve, method: string): number =>
  Math.max(NONE, errors[method] ?? errors['last value']);

export const ratioOf = (one: ScoredCurve, method: string): number => errorOf(one, method) / errorOf(one, 'last value');

export const meanError = (scored: readonly ScoredCurve[], method: string): number =>
  mean(scored.map((one) => errorOf(one, method)));

/** Geometric mean over curves of the error over that of the last value, with clustered bounds. */
export function ratioBounds(scored: readonly ScoredCurve[], method: string): Bounds {
  const ratios = scored.map((one) => ratioOf(one, method));
  const clusters = scored.map(({ curve }) => clusterOf(curve));
  return clusteredBootstrap(ratios, clusters, geometricMean);
}

/** The laws, anchored or not, the best over these curves first. */
export function lawsByError(scored: readonly ScoredCurve[]): string[] {
  const names = new Set(scored.flatMap(({ errors }) => Object.keys(errors)));
  const laws = [...names].filter((name) => name !== 'last value' && name !== 'selected');
  const mean = (name: string): number => geometricMean(scored.map((one) => ratioOf(one, name)));
  return laws.toSorted((a, b) => mean(a) - mean(b));
}

/** The error of what was selected over that of the best single law for all these curves, in the geometric mean. */
export function overBestLaw(scored: readonly ScoredCurve[]): number {
  const [best] = lawsByError(scored);
  return geometricMean(scored.map((one) => errorOf(one, 'selected') / errorOf(one, best)));
}
