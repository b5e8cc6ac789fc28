import { pow } from '../../src/core/math/elementary.ts';
import type { Observations } from '../../src/core/terms/observation.ts';
import { surfaceOptimum } from '../../src/core/laws/isoflop/surface-optimum.ts';
import type { ChinchillaConstants } from '../../src/core/laws/isoflop/surface-optimum.ts';

/** An IsoFLOP campaign on a known surface: so many sizes at each budget, from 1/width to width times its centre. */
export interface CampaignDesign {
  readonly budgets: readonly number[];
  readonly sizes: number;
  readonly width: number;
  /** Centre of the sizes over the optimum of budget `index`. Default 1. */
  readonly offset?: (index: number) => number;
  /** Added to each loss. Default none. */
  readonly noise?: () => number;
}

/** The runs of a campaign, with flops = 6 params tokens. */
export function campaign(surface: ChinchillaConstants, design: CampaignDesign): Observations {
  const { budgets, sizes, width, offset = () => 1, noise = () => 0 } = design;
  const points = budgets.flatMap((flops, budget) => {
    const centre = surfaceOptimum(surface, flops).params * offset(budget);
    return Array.from({ length: sizes }, (_, index) => {
      const params = centre * pow(width, (2 * index) / (sizes - 1) - 1);
      return { flops, params, tokens: flops / 6 / params };
    });
  });
  const { E, A, B, alpha, beta } = surface;
  const column = (of: (point: (typeof points)[number]) => number): Float64Array => Float64Array.from(points, of);
  return {
    rows: points.length,
    columns: {
      flops: column(({ flops }) => flops),
      params: column(({ params }) => params),
      tokens: column(({ tokens }) => tokens),
      loss: column(({ params, tokens }) => E + A / pow(params, alpha) + B / pow(tokens, beta) + noise()),
    },
    runs: points.map((_, index) => `run ${index}`),
    conventions: { flops: '6ND' },
    exclusions: [],
  };
}
