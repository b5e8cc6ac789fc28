import { z } from 'zod';
import { optimizerSchema } from './optimizer.ts';
import { scheduleSchema } from './schedule.ts';

export { optimizerSchema, scheduleSchema };
export type { Optimizer, OptimizerOf } from './optimizer.ts';
export type { Schedule } from './schedule.ts';

export const recipeSchema = z
  .strictObject({
    learningRate: z
      .number()
      .positive()
      .default(0.015)
      .describe('Peak learning rate at the base width, for the shortest run of the ladder.'),
    batch: z.int().min(1).default(64).describe('Samples in one optimiser step: images, or rows of a table.'),
    batchTokens: z
      .int()
      .min(1)
      .default(512)
      .describe('Tokens in one optimiser step of a text; a multiple of the context.'),
    parametrization: z
      .enum(['standard', 'mup'])
      .default('mup')
      .describe(
        'How hyperparameters move with width. mup: learning rate of block and head matrices times baseWidth / width.',
      ),
    baseWidth: z.int().min(1).default(32).describe('Width at which learningRate holds (mup).'),
    horizon: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .describe('The learning rate falls as (tokens of the shortest run / tokens of this run)^horizon; 0 keeps it.'),
    optimizer: optimizerSchema.prefault({}),
    schedule: scheduleSchema.prefault({}),
    accumulation: z
      .int()
      .min(1)
      .max(65_536)
      .default(1)
      .describe('Equal parts of the batch whose gradients are added up before a step: less memory, the same step.'),
    ema: z
      .strictObject({
        decay: z
          .number()
          .min(0)
          .lt(1)
          .default(0.999)
          .describe('Share of the average that a step keeps; early averages are corrected for their start.'),
      })
      .optional()
      .describe('Evaluates the exponential moving average of the weights in place of the last ones. Default: none.'),
    labelSmoothing: z
      .number()
      .min(0)
      .lt(1)
      .default(0)
      .describe('Probability that the targets of cross-entropy share out evenly (Szegedy et al. 2016).'),
    dropout: z.number().min(0).lt(1).optional().describe("Share of activations dropped. Default: the model's own."),
    stochasticDepth: z
      .number()
      .min(0)
      .lt(1)
      .optional()
      .describe(
        "Probability that a sample skips the last residual branch, rising linearly from the first (Huang et al. 2016). Default: the model's own.",
      ),
    zeroBranches: z
      .boolean()
      .default(false)
      .describe('Starts residual branches that end in a batch norm at 0 (Goyal et al. 2017, section 5.1).'),
  })
  .describe('How a model is trained, and how that moves with its size.');

export type Recipe = z.infer<typeof recipeSchema>;
