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

/** The rule in sentences, for reports. */
export function parametrizationRules(recipe: Recipe): string[] {
  if (recipe.parametrization === 'standard') return ['one learning rate for every parameter and width'];
  return [
    `block and head matrices: learning rate x ${recipe.baseWidth} / width (muP)`,
    'embeddings, positions, gains, biases: the same learning rate at every width',
  ];
}
