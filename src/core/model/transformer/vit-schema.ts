import { z } from 'zod';
import { activation, count, depth } from './schema.ts';

const pixels = (meaning: string): z.ZodUnion<readonly [z.ZodInt, z.ZodTuple<[z.ZodInt, z.ZodInt], null>]> =>
  z
    .union([count(meaning), z.tuple([count('Height.'), count('Width.')])])
    .describe(`${meaning} A number, or height and width.`);

/** The shape of a vision transformer. */
export const vitSchema = z
  .strictObject({
    family: z.literal('vit').describe('Vision transformer.'),
    image: pixels('Size of the image in pixels.'),
    patch: pixels('Size of a patch in pixels.'),
    channels: count('Channels of the image.').default(3),
    width: count('Size of the residual stream.'),
    depth,
    heads: count('Attention heads; must divide the width.'),
    hidden: count('Hidden width of the feed-forward part.'),
    activation: activation.default('gelu'),
    qkvBias: z.boolean().default(true).describe('Whether queries, keys and values have biases.'),
    normEpsilon: z.number().positive().default(1e-6).describe('Added to the variance.'),
    pool: z
      .enum(['token', 'mean', 'attention'])
      .default('token')
      .describe('What stands for the image: a class token, the mean of the patches, or a query that attends to them.'),
    pooler: count('Outputs of a layer behind it (Hugging Face ViTModel).').optional(),
    classes: count('Outputs of the classifier. Without it the model ends in its features.').optional(),
  })
  .describe('A vision transformer (Dosovitskiy et al. 2021).');

export type VitSpec = z.infer<typeof vitSchema>;
