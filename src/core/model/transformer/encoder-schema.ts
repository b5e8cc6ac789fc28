import { z } from 'zod';
import { activation, count, depth } from './schema.ts';

const outputs = z
  .strictObject({
    size: count('Number of outputs.'),
    of: z.enum(['pooled', 'tokens']).default('pooled').describe('Whether the pooled vector or each token has them.'),
    name: z.string().max(64).default('classifier').describe('Name of the layer.'),
  })
  .describe('A linear classifier at the end.');

/** The shape of an encoder of text. */
export const encoderSchema = z
  .strictObject({
    family: z.literal('encoder').describe('Encoder of text with norms after the sums (BERT).'),
    vocabulary: count('Number of different tokens.'),
    context: count('Rows of the position table.'),
    segments: count('Kinds of segments that tokens may belong to.').default(2),
    width: count('Size of the residual stream.'),
    depth,
    heads: count('Attention heads; must divide the width.'),
    hidden: count('Hidden width of the feed-forward part.'),
    activation: activation.default('gelu'),
    normEpsilon: z.number().positive().default(1e-12).describe('Added to the variance.'),
    causal: z.boolean().default(false).describe('Whether tokens see only those before them.'),
    pooler: z.boolean().default(true).describe('Whether the first token goes through a layer of its own.'),
    language: z
      .enum(['none', 'tied', 'untied'])
      .default('none')
      .describe('A head that says each token, by the token table transposed or a matrix of its own.'),
    outputs: outputs.optional(),
  })
  .describe('An encoder of text: BERT.');

export type EncoderSpec = z.infer<typeof encoderSchema>;
