import { gptSchema, mlpSchema } from '../schema/model.ts';
import type { GptSpec, MlpSpec } from '../schema/model.ts';
import { IsoflopError } from '../terms/errors.ts';
import { openFamily } from './family.ts';
import { buildGpt } from './gpt.ts';
import { buildMlp } from './mlp.ts';
import type { DeclaredKnob, LowerOptions } from './model.ts';

// The families that studies train with the built-in engine. Their graphs end in a loss.

export const openGpt = openFamily<GptSpec>({
  family: 'gpt',
  schema: gptSchema,
  inputs: ({ context }) => [{ name: 'tokens', shape: [context], dtype: 'int32' }],
  lower: (spec, { batch = 1, tokens }: LowerOptions) => buildGpt(withContext(spec, tokens), batch),
  knobs: gptKnobs,
});

export const openMlp = openFamily<MlpSpec>({
  family: 'mlp',
  schema: mlpSchema,
  inputs: ({ inputs }) => [{ name: 'features', shape: [inputs], dtype: 'float32' }],
  lower: (spec, { batch = 1 }) => buildMlp(spec, batch),
  knobs: ({ hidden }) =>
    hidden.map((value, index): DeclaredKnob => ({
      path: `hidden[${index}]`,
      axis: 'width',
      value,
      step: 1,
      minimum: 1,
    })),
});

/** A table of learned positions has one row a token of its context, so other lengths are other models. */
function withContext(spec: GptSpec, tokens = spec.context): GptSpec {
  if (tokens === spec.context || spec.positions === 'rotary') return { ...spec, context: tokens };
  throw new IsoflopError('invalid-input', `the positions are learned for ${spec.context} tokens, not for ${tokens}`, {
    path: 'context',
    hint: 'Set context in the document, or take rotary positions.',
  });
}

function gptKnobs({ width, depth, heads }: GptSpec): DeclaredKnob[] {
  return [
    { path: 'depth', axis: 'depth', value: depth, step: 1, minimum: 1 },
    { path: 'width', axis: 'width', value: width, step: width / heads, minimum: width / heads },
    { path: 'heads', axis: 'heads', value: heads, step: 1, minimum: 1, follows: 'width' },
  ];
}
