import { incompleteBeta } from './distributions.ts';

/** Probability that an F variable with `upper` and `lower` degrees of freedom exceeds f. */
export function fTail(f: number, upper: number, lower: number): number {
  if (!(f > 0)) return f <= 0 ? 1 : NaN;
  if (f === Infinity) return 0;
  return incompleteBeta(lower / (lower + upper * f), lower / 2, upper / 2);
}
