import { pow } from '../math/elementary.ts';

/** Points from `low` to `high`, both included, at equal factors: equally far apart on a logarithmic axis. */
export const geometric = (low: number, high: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => low * pow(high / low, index / (count - 1)));
