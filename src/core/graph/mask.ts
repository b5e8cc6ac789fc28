/**
 * Random factors of a training step: 0 with probability `rate`, else 1 / (1 - rate), so that the mean stays (Srivastava et al. 2014).
 * `elements` are dropped one by one; with `branches` whole samples leave out a residual branch (Huang et al. 2016).
 */
export interface Mask {
  readonly name: string;
  readonly shape: readonly number[];
  /** In [0, 1). */
  readonly rate: number;
  readonly drops: 'elements' | 'branches';
}
