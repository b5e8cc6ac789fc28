import { log } from '../../math/elementary.ts';
import type { Observations } from '../../terms/observation.ts';
import { modelOf } from '../fit/model.ts';
import { lawById } from '../catalogue/index.ts';
import type { Budget } from './budgets.ts';
import { extendOptima } from './optimum-line.ts';
import { fitProfile } from './parabola.ts';
import type { Profile } from './parabola.ts';
import { surfaceExponents, surfaceOptimum } from './surface-optimum.ts';
import type { ChinchillaConstants, CostLaw } from './surface-optimum.ts';

/** What approach 2 gets wrong on a grid without any noise. */
export interface ParabolaBias {
  /** Best size and best data at the target over the truth, less 1. */
  readonly params: number;
  readonly tokens: number;
  /** Exponent of the best size, less the true one. */
  readonly exponent: number;
  /** Budgets with a minimum, of those that were asked for. */
  readonly budgets: number;
}

/** Parabolas through the losses of a table's budgets. */
export function profilesOf({ columns }: Observations, budgets: readonly Budget[]): Profile[] {
  return budgets.map(({ flops, rows }) =>
    fitProfile(
      flops,
      rows.map((row) => ({ params: columns.params[row], tokens: columns.tokens[row], loss: columns.loss[row] })),
    ),
  );
}

/**
 * The bias of approach 2 on the very sizes and budgets of a table: the surface's own losses, without noise, take the place of the
 * measured ones, and the line through their parabolas is held against the surface's exact optimum. It comes from the width of the grid,
 * its offset from the optimum, and from unequal exponents. Undefined where fewer than three parabolas have a minimum.
 */
export function parabolaBias(
  data: Observations,
  budgets: readonly Budget[],
  surface: ChinchillaConstants,
  flops: number,
  cost: CostLaw,
): ParabolaBias | undefined {
  const law = lawById('chinchilla');
  const raw = law.parameters.map(({ name }) => surface[name as keyof ChinchillaConstants]);
  const { params, tokens } = data.columns;
  const loss = Float64Array.from(modelOf(law).values(raw, [params, tokens], data.rows));
  const simulated = profilesOf({ ...data, columns: { ...data.columns, loss } }, budgets);
  const line = extendOptima(simulated, flops);
  if (!line) return undefined;
  const truth = surfaceOptimum(surface, flops, cost);
  return {
    params: line.params / truth.params - 1,
    tokens: line.tokens / truth.tokens - 1,
    exponent: line.exponent - surfaceExponents(surface, cost).params,
    budgets: line.budgets,
  };
}

/** A bias in words, such as "5.1 % too few tokens". */
export function biasInWords({ params, tokens }: ParabolaBias): string {
  const side = (share: number, less: string): string =>
    `${Math.abs(100 * share).toFixed(1)} % too ${share < 0 ? less : 'many'}`;
  if (Math.abs(log(1 + params)) < 5e-4 && Math.abs(log(1 + tokens)) < 5e-4) return 'none to speak of';
  return `${side(params, 'few')} parameters and ${side(tokens, 'few')} tokens`;
}
