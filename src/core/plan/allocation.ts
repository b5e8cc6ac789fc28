import { surfaceOptimum } from '../laws/isoflop/surface-optimum.ts';
import type { ChinchillaConstants } from '../laws/isoflop/surface-optimum.ts';

export type { ChinchillaConstants } from '../laws/isoflop/surface-optimum.ts';

/** A split of a budget, with flops = 6 params tokens. */
export interface Allocation {
  readonly flops: number;
  readonly params: number;
  readonly tokens: number;
  readonly loss: number;
}

/** The compute-optimal split of a budget in closed form (Hoffmann et al. 2022, equation 4). */
export function allocate(constants: ChinchillaConstants, flops: number): Allocation {
  return { flops, ...surfaceOptimum(constants, flops) };
}
