import type { Fit } from '../../terms/fit.ts';
import type { Observations } from '../../terms/observation.ts';
import { likelihoodOf } from './likelihood.ts';

/**
 * A least squares fit moved to where its runs weigh as their noise says: where the table gives evaluation errors, or several rows a
 * run. The objective stays the plain sum over rows, at the moved values. Other fits come back as they are.
 */
export function weighByNoise(fit: Fit, data: Observations): Fit {
  const { squares, theta, newRun } = likelihoodOf(fit, data);
  const hasParts = newRun.evaluation > 0;
  if (!hasParts) return fit;
  const raw = squares.coordinates.toRaw(theta);
  const parameters = Object.fromEntries(
    fit.law.parameters.map(({ name }, i) => [
      name,
      fit.diagnostics.boundsHit.includes(name) ? fit.parameters[name] : raw[i],
    ]),
  );
  return {
    ...fit,
    parameters,
    objective: squares.problem.value(theta),
    residuals: [...squares.problem.residuals(theta)],
    noise: { run: Math.sqrt(newRun.run), evaluation: Math.sqrt(newRun.evaluation) },
  };
}
