import { z } from 'zod';
import { trainingFields } from './training.ts';

const candidateSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/, 'a name has 1 to 40 letters, digits, dots, underscores or hyphens')
      .describe('What it is called.'),
    model: trainingFields.model.optional().describe("Another model than the comparison's."),
    set: trainingFields.set,
    scale: z
      .strictObject({
        along: z
          .enum(['depth', 'width', 'resolution', 'compound'])
          .describe(
            'The axis that is turned; compound turns depth, width and resolution by 1.2, 1.1 and 1.15 to one power.',
          ),
        macs: z
          .number()
          .positive()
          .max(1e6)
          .describe("Operations of a sample as a multiple of the model's; the nearest valid size is taken."),
      })
      .optional()
      .describe('How the model is scaled.'),
  })
  .describe('One of the models that are compared.');

export const comparisonSchema = z
  .strictObject({
    schema: z.literal('isoflop.comparison/1').describe("Version of this file's format."),
    ...trainingFields,
    candidates: z.array(candidateSchema).min(2).max(64).describe('What is compared.'),
    equal: z
      .enum(['flops', 'epochs'])
      .default('flops')
      .describe(
        'flops: each is trained for the FLOPs that the dearest needs for the epochs; epochs: each sees the data as often.',
      ),
    tune: z
      .union([
        z.strictObject({
          learningRate: z
            .array(z.number().positive())
            .min(2)
            .max(16)
            .default([0.5, 1, 2])
            .describe(
              'Multiples of recipe.learningRate, tried with each candidate; more where the best is the last one.',
            ),
        }),
        z.literal(false),
      ])
      .prefault({})
      .describe(
        'How each candidate gets its own learning rate, by the loss of the validation part; false: all take the same.',
      ),
    constraints: z
      .strictObject({
        params: z.number().positive().optional().describe('Most parameters.'),
        forwardFlops: z.number().positive().optional().describe('Most FLOPs of one prediction.'),
      })
      .prefault({})
      .describe('What the chosen one must keep to.'),
  })
  .describe('A comparison: several models, equally tuned and trained on the same data, with seeds.');

export type Comparison = z.infer<typeof comparisonSchema>;
export type Candidate = Comparison['candidates'][number];
