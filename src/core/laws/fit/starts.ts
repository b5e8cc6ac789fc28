import { log } from '../../math/elementary.ts';
import { nonNegativeLeastSquares } from '../../math/linear.ts';
import { sobol } from '../../math/sobol.ts';
import type { LawParameter } from '../../terms/law.ts';
import { modelOf } from './model.ts';
import type { Problem } from './problem.ts';

/** By the most parameters that enter nonlinearly: points of the cover, and how many of the best are polished. */
const EFFORT = [
  { most: 2, points: 64, polished: 8 },
  { most: 6, points: 256, polished: 12 },
  { most: Infinity, points: 2048, polished: 48 },
] as const;

/** Logarithm of the smallest multiple of what it is that a projected parameter starts from. */
const SLIVER = -12;

export interface Starts {
  readonly points: readonly number[][];
  /** How many of the best should be polished. */
  readonly polished: number;
}

/** Range of a parameter's coordinate in which starts are laid out. */
function startRange(
  { start, signed }: LawParameter,
  { law, responses, coordinates }: Problem,
): readonly [number, number] {
  if (start === 'below-response') return [log(1e-3 * responses[0]), log(0.98 * responses[0])];
  if (start === 'above-response') return [log(1.002 * responses[1]), log(5 * responses[1])];
  if ('of' in start) {
    const mean = coordinates.logMeans[law.variables.indexOf(start.of)];
    return [mean + log(start.range[0]), mean + log(start.range[1])];
  }
  return signed ? start : [log(start[0]), log(start[1])];
}

/**
 * Coordinates to search from: a quasi-random cover of the parameters that enter nonlinearly; for each point the others follow
 * by non-negative least squares on the (relative, for log residuals) error: variable projection (Golub and Pereyra 1973).
 */
export function startingPoints(problem: Problem, wanted: number | undefined, seed: number): Starts {
  const { law } = problem;
  const { linear } = modelOf(law);
  const all = law.parameters.map((parameter, index) => ({ parameter, index }));
  const searched = all.filter(({ parameter }) => !linear.has(parameter.name));
  const projected = all.filter(({ parameter }) => linear.has(parameter.name));
  const effort = EFFORT.find(({ most }) => searched.length <= most)!;
  const ranges = searched.map(({ parameter }) => startRange(parameter, problem));
  const cover = searched.length === 0 ? [[]] : sobol(wanted ?? effort.points, searched.length, seed);
  const points = cover.map((point) => {
    const theta = law.parameters.map(({ signed }): number => (signed ? 1 : 0));
    for (let position = 0; position < searched.length; position++) {
      const [low, high] = ranges[position];
      theta[searched[position].index] = low + point[position] * (high - low);
    }
    return projected.length === 0 ? theta : project(problem, theta, projected);
  });
  return { points, polished: effort.polished };
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
  for (let position = 0; position < projected.length; position++) {
    const { index } = projected[position];
    // A parameter that is projected to 0 keeps a sliver, so that the search can bring it back.
    if (isFree[position]) result[index] = factors[position];
    else result[index] = theta[index] + Math.max(log(factors[position]), SLIVER);
  }
  return result;
}
