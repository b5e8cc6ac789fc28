import { objectiveForm } from '../core/autodiff/form/index.ts';
import type { Objective } from '../core/autodiff/form/index.ts';
import type { Graph } from '../core/graph/types.ts';
import { buildForward } from '../core/model/index.ts';
import type { Model, ModelSpec } from '../core/model/index.ts';
import type { InitializationContext } from '../core/recipe/initialization.ts';

/** A model as it is trained. */
export interface Network {
  /** Its forward graph with the loss, for so many samples; `training` takes the batch's own statistics in batch norms. */
  readonly graph: (batch: number, training: boolean) => Graph;
  readonly initialization: InitializationContext;
  /** The width that muP divides the base width by. */
  readonly width: number;
}

/** The families that name their own loss. */
export function networkOfSpec(spec: ModelSpec): Network {
  const isGpt = spec.family === 'gpt';
  return {
    graph: (batch) => buildForward(spec, batch),
    initialization: { depth: isGpt ? spec.depth : 0, tiedHead: isGpt && spec.tiedHead, zeroHead: isGpt },
    width: isGpt ? spec.width : Math.max(...spec.hidden, 1),
  };
}

/** Any model with one output, under a loss. `tokens` of a sample, for models of text. */
export function networkOf(model: Model, objective: Omit<Objective, 'training'>, tokens?: number): Network {
  return {
    graph: (batch, training) =>
      objectiveForm(model.lower({ batch, ...(tokens && { tokens }) }), { ...objective, training }),
    initialization: { depth: 0, tiedHead: false, zeroHead: false },
    width: 1,
  };
}
