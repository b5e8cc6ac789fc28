import type { Parameter } from '../graph/parameter.ts';
import type { Recipe } from '../schema/recipe.ts';

/** How one parameter is updated: factors on the recipe's learning rate and its own weight decay. */
export interface ParameterGroup {
  readonly learningRateFactor: number;
  readonly weightDecay: number;
}

/**
 * How hyperparameters move with width. `mup`: with Adam, the learning rate of matrices whose input grows with width
 * (blocks and head) goes as baseWidth / width; tables, gains and biases keep theirs (Yang et al. 2022, table 8).
 * `standard`: one learning rate for all. Weight decay falls on matrices and the head alone and is multiplied by the
 * learning rate (decoupled), so it moves with it.
 */
export function parameterGroup(parameter: Parameter, recipe: Recipe, width: number): ParameterGroup {
  const isMatrix = parameter.role === 'matrix' || parameter.role === 'head';
  const scales = isMatrix && recipe.parametrization === 'mup';
  return {
    learningRateFactor: scales ? recipe.baseWidth / width : 1,
    weightDecay: isMatrix ? recipe.optimizer.weightDecay : 0,
  };
}

/** The rules in sentences, for reports. */
export function parametrizationRules({ parametrization, baseWidth, horizon }: Recipe): string[] {
  const byWidth =
    parametrization === 'standard'
      ? 'one learning rate for every parameter and width'
      : `block and head matrices: learning rate x ${baseWidth} / width (muP); tables, gains and biases keep theirs`;
  const byLength =
    horizon === 0
      ? 'the same learning rate for runs of every length'
      : `learning rate x (shortest run / run)^${horizon} in tokens`;
  return [byWidth, byLength];
}
