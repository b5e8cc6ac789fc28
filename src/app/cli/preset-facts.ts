import { totalMacs } from '../../core/graph/cost.ts';
import { sizeOf } from '../../core/graph/shapes.ts';
import { modelOfFamily } from '../../core/model/families.ts';
import type { Preset } from '../../core/model/presets/preset.ts';

/** A preset with what it costs. */
export interface PresetFacts extends Preset {
  /** Trained parameters; tied ones once. */
  readonly params: number;
  /** Multiply-accumulates of one sample's forward pass, attention in full, at `input`. */
  readonly macs: number;
  /** Shape of the first input, without the batch. */
  readonly input: readonly number[];
  readonly inputType: 'float32' | 'int32';
}

export function presetFacts(preset: Preset): PresetFacts {
  const graph = modelOfFamily(preset.spec, preset.name).lower();
  const { shape, dtype } = graph.tensors[graph.inputs[0]];
  return {
    ...preset,
    params: graph.parameters.reduce((sum, { parameter }) => sum + sizeOf(parameter.shape), 0),
    macs: totalMacs(graph),
    input: shape.slice(1),
    inputType: dtype,
  };
}

/** An input's shape in words: images by their side, texts by their length. */
export function inputText({ input, inputType }: PresetFacts): string {
  if (input.length === 3) return input[1] === input[2] ? `${input[1]} px` : `${input[1]} x ${input[2]} px`;
  return inputType === 'int32' ? `${input.join(' x ')} tokens` : input.join(' x ');
}
