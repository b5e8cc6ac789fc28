import { exp, log } from '../../math/elementary.ts';
import { nonNegativeLeastSquares } from '../../math/linear.ts';
import { sobol } from '../../math/sobol.ts';
import type { LawParameter } from '../../terms/law.ts';
import { modelOf } from './model.ts';
import type { Problem } from './problem.ts';

/** Points of the cover for laws of at most two parameters that enter nonlinearly, and of more. */
const FEW = 64;
const MANY = 256;

/** Range of a parameter's coordinate in which starts are laid out. */
function startRange({ start, signed }: LawParameter, responses: readonly [number, number]): readonly [number, number] {
  if (start === 'below-response') return [log(1e-3 * responses[0]), log(0.98 * responses[0])];
  if (start === 'above-response') return [log(1.002 * responses[1]), log(5 * responses[1])];
  return signed ? start : [log(start[0]), log(start[1])];
}

/**
 * Coordinates to search from: a quasi-random cover of the parameters that enter nonlinearly; for each point the others follow
 * by non-negative least squares on the (relative, for log residuals) error: variable projection (Golub and Pereyra 1973).
 */
export function startingPoints(problem: Problem, wanted: number | undefined, seed: number): number[][] {
  const { law, responses } = problem;
  const { linear } = modelOf(law);
  const all = law.parameters.map((parameter, index) => ({ parameter, index }));
  const searched = all.filter(({ parameter }) => !linear.has(parameter.name));
  const projected = all.filter(({ parameter }) => linear.has(parameter.name));
  const count = wanted ?? (searched.length <= 2 ? FEW : MANY);
  const cover = searched.length === 0 ? [[]] : sobol(count, searched.length, seed);
  return cover.map((point) => {
    const theta = law.parameters.map(({ signed }): number => (signed ? 1 : 0));
    for (const [position, { parameter, index }] of searched.entries()) {
      const [low, high] = startRange(parameter, responses);
      theta[index] = low + point[position] * (high - low);
    }
    return projected.length === 0 ? theta : project(problem, theta, projected);
  });
}

/** Sets the coordinates of linear parameters to their least squares values, of which the positive ones may not be negative. */
function project(
  problem: Problem,
  theta: number[],
  projected: readonly { readonly parameter: LawParameter; readonly index: number }[],
): number[] {
  const { gram, rhs } = problem.projection(problem.coordinates.toRaw(theta), projected.length);
  const isFree = projected.map(({ parameter }) => parameter.signed ?? false);
  const factors = nonNegativeLeastSquares(gram, rhs, isFree);
  const result = [...theta];
  for (const [position, { index }] of projected.entries()) {
    // A parameter that is projected to 0 keeps a sliver, so that the search can bring it back.
    if (isFree[position]) result[index] = factors[position];
    else result[index] = theta[index] + log(Math.max(factors[position], exp(-12)));
  }
  return result;
}
