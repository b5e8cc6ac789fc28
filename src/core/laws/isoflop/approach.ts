import type { Estimate } from './optimum-line.ts';

/** The best split at a budget as one approach sees it: a of params ~ flops^a, b of tokens ~ flops^b. */
export interface Answer {
  readonly exponents: { readonly params: Estimate; readonly tokens: Estimate };
  readonly params: Estimate;
  readonly tokens: Estimate;
}

export interface Approach {
  /**
   * `envelope` and `parabola`: approaches 1 and 2 of Hoffmann et al. 2022. `surface`: their approach 3, Huber of the log loss.
   * `projection`: the surface by least squares of the loss, coefficients projected out (VPNLS).
   */
  readonly id: 'envelope' | 'parabola' | 'surface' | 'projection';
  readonly title: string;
  /** How its intervals were made. */
  readonly intervals: 'resampled runs' | "Student's t" | 'delta';
  readonly answer?: Answer;
  /** Why there is none. */
  readonly refusal?: string;
}
