import type { Family } from '../family.ts';
import { checkTransformer } from './check.ts';
import { lowerTransformer } from './decoder.ts';
import { transformerKnobs } from './knobs.ts';
import { transformerSchema } from './schema.ts';
import type { TransformerSpec } from './schema.ts';

/** Decoder-only transformers, GPT-2 to DeepSeek-V3. */
export const transformer: Family<TransformerSpec> = {
  family: 'transformer',
  schema: transformerSchema,
  inputs: () => [{ name: 'input_ids', shape: [null], dtype: 'int32' }],
  lower: (spec, options) => {
    checkTransformer(spec);
    return lowerTransformer(spec, options);
  },
  knobs: transformerKnobs,
};
