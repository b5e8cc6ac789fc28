import { z } from 'zod';

export const scheduleSchema = z
  .strictObject({
    kind: z
      .enum(['constant', 'cosine', 'wsd'])
      .default('cosine')
      .describe('Shape after warm-up; wsd is warm-up, stable, decay.'),
    warmup: z.number().min(0).max(1).default(0.1).describe('Share of the steps spent rising linearly from 0.'),
    floor: z
      .number()
      .min(0)
      .max(1)
      .default(0.03)
      .describe('Last learning rate as a share of the peak (cosine and wsd).'),
    decay: z.number().min(0).max(1).default(0.2).describe('Share of the steps in the final linear decay (wsd only).'),
  })
  .describe('How the learning rate moves over a run.');

export const optimizerSchema = z
  .strictObject({
    kind: z
      .literal('adamw')
      .default('adamw')
      .describe('AdamW with decoupled weight decay (Loshchilov and Hutter 2019).'),
    beta1: z.number().min(0).lt(1).default(0.9).describe('Decay of the first moment.'),
    beta2: z.number().min(0).lt(1).default(0.98).describe('Decay of the second moment.'),
    epsilon: z.number().positive().default(1e-8).describe('Added to the root of the second moment.'),
    weightDecay: z
      .number()
      .min(0)
      .default(0)
      .describe('Decoupled weight decay, times the learning rate, on matrices only.'),
    clip: z.number().min(0).default(1).describe('Largest global norm of the gradient; 0 switches clipping off.'),
  })
  .describe('The optimiser.');

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
  })
  .describe('How a model is trained, and how that moves with its size.');

export type Schedule = z.infer<typeof scheduleSchema>;
export type Optimizer = z.infer<typeof optimizerSchema>;
export type Recipe = z.infer<typeof recipeSchema>;
