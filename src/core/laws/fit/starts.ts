import { exp, log } from '../../math/elementary.ts';
import { nonNegativeLeastSquares } from '../../math/linear.ts';
import type { Matrix } from '../../math/linear.ts';
import { sobol } from '../../math/sobol.ts';
import type { Objective } from '../../terms/fit.ts';
import type { Law, LawParameter } from '../../terms/law.ts';
import { modelOf } from './model.ts';
import type { Problem } from './problem.ts';

/** Range of a parameter's coordinate in which starts are laid out. */
function startRange(parameter: LawParameter, responses: readonly [number, number]): readonly [number, number] {
  if (parameter.start === 'below-response') return [log(1e-3 * responses[0]), log(0.98 * responses[0])];
  if (parameter.start === 'above-response') return [log(1.002 * responses[1]), log(5 * responses[1])];
  return [log(parameter.start[0]), log(parameter.start[1])];
}

/**
 * Coordinates to search from: a quasi-random cover of the parameters that enter nonlinearly; for each point the others follow
 * by non-negative least squares on the (relative, for log residuals) error: variable projection (Golub and Pereyra 1973).
 */
export function startingPoints(
  law: Law,
  problem: Problem,
  objective: Objective,
  count: number,
  seed: number,
): number[][] {
  const responses = [Math.min(...problem.response), Math.max(...problem.response)] as const;
  const { linear } = modelOf(law);
  const searched = law.parameters
    .map((parameter, index) => ({ parameter, index }))
    .filter(({ parameter }) => !linear.has(parameter.name));
  const cover = searched.length === 0 ? [[]] : sobol(count, searched.length, seed);
  const projected = law.parameters.map((_, index) => index).filter((index) => linear.has(law.parameters[index].name));
  return cover.map((point) => {
    const theta = law.parameters.map(() => 0);
    for (const [position, { parameter, index }] of searched.entries()) {
      const [low, high] = startRange(parameter, responses);
      theta[index] = low + point[position] * (high - low);
    }
    return projected.length === 0 ? theta : project(problem, theta, projected, objective.residual === 'log');
  });
}

/** Sets the coordinates of linear parameters to their non-negative least squares values. */
function project(problem: Problem, theta: number[], projected: readonly number[], isRelative: boolean): number[] {
  const { coordinates, law, columns, response } = problem;
  const raw = coordinates.toRaw(theta);
  const size = projected.length;
  const width = 1 + raw.length;
  const gram: Matrix = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  const rhs = new Array<number>(size).fill(0);
  const basis = new Float64Array(size);
  const results = modelOf(law).slopes(raw, columns, response.length);
  for (let row = 0; row < response.length; row++) {
    // Linear parameters: the value is the rest plus their derivatives times themselves. In units of their centred selves.
    let rest = results[row * width];
    for (let i = 0; i < size; i++) {
      basis[i] = results[row * width + 1 + projected[i]] * raw[projected[i]];
      rest -= basis[i];
    }
    const weight = isRelative ? 1 / response[row] ** 2 : 1;
    for (let i = 0; i < size; i++) {
      rhs[i] += weight * basis[i] * (response[row] - rest);
      for (let j = 0; j < size; j++) gram[i][j] += weight * basis[i] * basis[j];
    }
  }
  const factors = nonNegativeLeastSquares(gram, rhs);
  const result = [...theta];
  // A parameter that is projected to 0 keeps a sliver, so that the search can bring it back.
  for (const [position, index] of projected.entries())
    result[index] = theta[index] + log(Math.max(factors[position], exp(-12)));
  return result;
}
