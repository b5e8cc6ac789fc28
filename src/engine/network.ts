import { objectiveForm } from '../core/autodiff/form/index.ts';
import type { Objective } from '../core/autodiff/form/index.ts';
import type { Graph } from '../core/graph/types.ts';
import { buildForward } from '../core/model/index.ts';
import type { LowerOptions, Model, ModelSpec } from '../core/model/index.ts';
import { growthsFrom, NO_GROWTH } from '../core/recipe/growth.ts';
import { initializationOf } from '../core/recipe/initialization-context.ts';
import type { InitializationContext } from '../core/recipe/initialization.ts';
import { outerWeights } from '../core/recipe/outer-weights.ts';
import { groupAt, parameterGroup } from '../core/recipe/parametrization.ts';
import type { ParameterGroup } from '../core/recipe/parametrization.ts';
import type { Recipe } from '../core/schema/recipe.ts';
import { IsoflopError } from '../core/terms/errors.ts';
import type { Parameter } from '../core/graph/parameter.ts';

/** A model as it is trained. */
export interface Network {
  /** Its forward graph with the loss, for so many samples; `training` takes the batch's own statistics in batch norms. */
  readonly graph: (batch: number, training: boolean) => Graph;
  readonly initialization: InitializationContext;
  /** How a parameter is updated under a recipe. */
  readonly groupOf: (parameter: Parameter, recipe: Recipe) => ParameterGroup;
}

/** The families that name their own loss. */
export function networkOfSpec(spec: ModelSpec): Network {
  const isGpt = spec.family === 'gpt';
  const width = isGpt ? spec.width : Math.max(...spec.hidden, 1);
  return {
    graph: (batch) => buildForward(spec, batch),
    initialization: { depth: isGpt ? spec.depth : 0, tiedHead: isGpt && spec.tiedHead, zeroHead: isGpt },
    groupOf: (parameter, recipe) => parameterGroup(parameter, recipe, width),
  };
}

/** Any model with one output, under a loss. `tokens` of a sample, for models of text. `base`: the model that a muP recipe was made for. */
export function networkOf(
  model: Model,
  objective: Omit<Objective, 'training'>,
  tokens?: number,
  base: Model = model,
): Network {
  const lowering = (batch: number): LowerOptions => ({ batch, ...(tokens && { tokens }) });
  const forward = model.lower(lowering(1));
  const growths = base === model ? undefined : growthsFrom(base.lower(lowering(1)), forward);
  const outer = outerWeights(forward);
  return {
    graph: (batch, training) => objectiveForm(atBatch(model, lowering(batch)), { ...objective, training }),
    initialization: initializationOf(forward),
    groupOf: (parameter, recipe) =>
      groupAt(parameter, recipe, {
        growth: growths?.get(parameter.name) ?? NO_GROWTH,
        isOuter: outer.has(parameter.name),
      }),
  };
}

/** The model at a batch. An exporter that was given an example and nothing else writes its batch into the file for good. */
function atBatch(model: Model, options: LowerOptions): Graph {
  const graph = model.lower(options);
  const fixed = graph.inputs.map((id) => graph.tensors[id].shape[0]).find((batch) => batch !== options.batch);
  if (fixed === undefined) return graph;
  throw new IsoflopError(
    'invalid-input',
    `the model '${model.name}' is written for batches of ${fixed}, not of ${options.batch}`,
    {
      path: 'model',
      hint: 'Export it with a free batch axis (dynamic_axes, or dynamic_shapes in torch.export).',
    },
  );
}
