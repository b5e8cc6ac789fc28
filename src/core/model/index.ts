import type { Parameter } from '../graph/parameter.ts';
import type { Graph } from '../graph/types.ts';
import type { ModelSpec } from '../schema/model.ts';
import { buildGpt } from './gpt.ts';
import { buildMlp } from './mlp.ts';

export { gptSchema, mlpSchema, modelSchema } from '../schema/model.ts';
export type { GptSpec, MlpSpec, ModelSpec } from '../schema/model.ts';
export type { Parameter, ParameterRole } from '../graph/parameter.ts';
export { hiddenWidth } from './gpt.ts';
export type { Edit } from './edit.ts';
export { PRESETS, modelOfFamily, presetModel } from './families.ts';
export type { DeclaredKnob, LowerOptions, Model, ModelDocument, ModelFormat, ModelInput } from './model.ts';
export type { Preset } from './presets/preset.ts';

/** Lowers a spec to its forward graph for batches of a fixed size (windows for gpt, rows for mlp). */
export function buildForward(spec: ModelSpec, batch: number): Graph {
  return spec.family === 'gpt' ? buildGpt(spec, batch) : buildMlp(spec, batch);
}

/** The trainable parameters of a spec in the order of the forward pass. */
export function parametersOf(spec: ModelSpec): Parameter[] {
  return buildForward(spec, 1).parameters.map(({ parameter }) => parameter);
}
