import type { ParameterGroup } from '../../core/recipe/parametrization.ts';
import type { Region } from '../session/layout.ts';

/** Consecutive parameters that are updated alike, so that one kernel call covers them. */
export interface Stretch {
  /** Offset in bytes from the start of each block. */
  readonly offset: number;
  readonly floats: number;
  readonly group: ParameterGroup;
}

/** `groups` and `weights` by parameter, in the order of the memory. */
export function mergeStretches(groups: readonly ParameterGroup[], weights: readonly Region[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (const [index, group] of groups.entries()) {
    const { address, floats } = weights[index];
    const last = stretches.at(-1);
    if (last && isAlike(last.group, group)) stretches[stretches.length - 1] = { ...last, floats: last.floats + floats };
    else stretches.push({ offset: address - weights[0].address, floats, group });
  }
  return stretches;
}

/** What is orthogonalised stands alone. */
const isAlike = (a: ParameterGroup, b: ParameterGroup): boolean =>
  a.learningRateFactor === b.learningRateFactor && a.weightDecay === b.weightDecay && !a.matrices && !b.matrices;
