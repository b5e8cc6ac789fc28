import { z } from 'zod';
import { textDataSchema } from './data.ts';
import { gptSchema } from './model.ts';
import { recipeSchema } from './recipe.ts';

const sizes = z.array(z.int().min(1).max(1_000_000)).min(1).max(64).describe('Widths of the models, in any order.');

export const ladderSchema = z
  .strictObject({
    path: z
      .strictObject({
        sizes,
        tokensPerParameter: z
          .number()
          .positive()
          .default(25)
          .describe('Tokens for each parameter outside of look-up tables.'),
      })
      .optional()
      .describe('One run a size, tokens in proportion to parameters: the compute frontier.'),
    isoflop: z
      .strictObject({
        budgets: z.array(z.number().positive()).min(1).max(32).describe('Training FLOPs (exact) of each profile.'),
        sizes,
      })
      .optional()
      .describe('Every size at every budget: the IsoFLOP profiles.'),
    runs: z
      .array(z.strictObject({ size: z.int().min(1), tokens: z.int().min(1) }))
      .max(10_000)
      .optional()
      .describe('Explicit runs.'),
  })
  .refine((ladder) => ladder.path ?? ladder.isoflop ?? ladder.runs, {
    message: 'a ladder needs at least one of path, isoflop or runs',
  })
  .describe('Which models are trained, from small to large.');

export const heroSchema = z
  .strictObject({
    flops: z
      .number()
      .gt(1)
      .optional()
      .describe(
        'Cost as a multiple of the most expensive ladder run; the smallest size on the path that costs at least this is taken. Default 4.',
      ),
    size: z.int().min(1).optional().describe('Width, instead of flops.'),
    tokens: z.int().min(1).optional().describe("Tokens; with size. Defaults to the path's tokens per parameter."),
  })
  .describe('The large run whose loss is predicted before it starts.');

export const tuneSchema = z
  .strictObject({
    learningRate: z
      .array(z.number().positive())
      .min(1)
      .max(16)
      .default([0.5, 1, 2])
      .describe('Multiples of recipe.learningRate to try.'),
    batchTokens: z
      .array(z.int().min(1))
      .min(1)
      .max(16)
      .optional()
      .describe('Batches to try, in tokens. Defaults to recipe.batchTokens alone.'),
  })
  .describe('Cheap trials on the smallest size before the ladder; the best is used for all.');

export const studySchema = z
  .strictObject({
    schema: z.literal('isoflop.study/1').default('isoflop.study/1').describe("Version of this file's format."),
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'a name has 1 to 64 letters, digits, dots, underscores or hyphens')
      .describe('Name of the study.'),
    model: gptSchema
      .omit({ vocabulary: true, width: true })
      .describe('Everything about the model but its width and vocabulary.'),
    data: textDataSchema,
    ladder: ladderSchema,
    recipe: recipeSchema.prefault({}),
    tune: z
      .union([tuneSchema, z.literal(false)])
      .prefault({})
      .describe('false: train with the recipe as it stands.'),
    seeds: z
      .int()
      .min(1)
      .max(100)
      .default(1)
      .describe('Runs of each entry of the path and of runs, with different seeds; IsoFLOP profiles take one.'),
    seed: z.int().min(0).default(0).describe('First seed: decides the split, initialisation and data order.'),
    hero: z
      .union([heroSchema, z.literal(false)])
      .prefault({})
      .describe('false: stop after the law.'),
    budget: z
      .strictObject({
        flops: z.number().positive().optional().describe('Largest total training FLOPs (exact) of the study.'),
        minutes: z.number().positive().optional().describe('Largest expected wall minutes of the study.'),
      })
      .prefault({})
      .describe('Limits; a plan that exceeds one is refused before it starts.'),
    run: z
      .strictObject({
        where: z.literal('local').default('local').describe('Where trials run.'),
        workers: z.int().min(1).max(1024).optional().describe('Trials at the same time. Default: one a core.'),
        threads: z.int().min(1).max(256).default(1).describe('Threads of each trial.'),
        checkpointSeconds: z.number().positive().default(20).describe('Wall seconds between checkpoints of a trial.'),
      })
      .prefault({})
      .describe('Where and how trials run.'),
    evaluation: z
      .strictObject({
        windows: z.int().min(16).default(2500).describe('Held-out windows that the final loss is measured on.'),
      })
      .prefault({})
      .describe('How the held-out loss is measured.'),
    output: z
      .string()
      .optional()
      .describe("Folder of the study's results, relative to the study file. Default: runs/NAME beside it."),
  })
  .describe('A study: what to train, on what, and what to predict.');

export type Study = z.infer<typeof studySchema>;
