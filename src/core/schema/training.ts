import { z } from 'zod';
import { trainingDataSchema } from './data.ts';
import { recipeSchema } from './recipe.ts';
import { lossSchema } from './trial.ts';

/** What trainings and comparisons of several have in common. */
export const trainingFields = {
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'a name has 1 to 64 letters, digits, dots, underscores or hyphens')
    .describe('Name of the training; its results lie in a folder of that name.'),
  model: z
    .union([z.string().min(1), z.looseObject({ family: z.string().describe('Name of the family.') })])
    .describe(
      'A model file of any format, relative to this file; the name of a preset; or a family with its parameters, of which those may be left out that the data decide (classes, channels, inputs, outputs, vocabulary).',
    ),
  set: z
    .record(z.string(), z.unknown())
    .default({})
    .describe(
      "Parameters of the family by path, such as classes: 10 or 'stages[0].depth': 3; for presets and files of a family.",
    ),
  weights: z
    .string()
    .min(1)
    .optional()
    .describe(
      'safetensors file to start from, relative to this file: every tensor of the model and no other. Default: drawn weights.',
    ),
  context: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe(
      'Tokens in a window of a text, for models that read any number. Default: what the model was made for, at most 1,024.',
    ),
  data: trainingDataSchema,
  loss: lossSchema.optional().describe('Default: cross-entropy for classes and text, mse for numbers.'),
  recipe: recipeSchema.prefault({}),
  epochs: z
    .number()
    .positive()
    .max(1e6)
    .optional()
    .describe('Times that each training sample is seen. Default: 10, unless steps are given.'),
  steps: z.int().min(1).optional().describe('Optimiser steps, instead of epochs.'),
  seeds: z.int().min(1).max(100).default(1).describe('Runs with different seeds, for a mean with its error.'),
  seed: z.int().min(0).default(0).describe('First seed: decides initialisation, order and augmentation.'),
  evaluation: z
    .strictObject({
      every: z
        .number()
        .positive()
        .optional()
        .describe('Epochs between evaluations while it trains. Default: after the last step alone.'),
      patience: z
        .int()
        .min(1)
        .optional()
        .describe(
          'Stops a run after so many evaluations in a row without a lower loss of the validation part, and keeps its best weights. Needs `every` and a validation part. Default: no early stopping.',
        ),
      windows: z.int().min(16).default(2500).describe('Held-out windows of a text that are evaluated.'),
    })
    .prefault({})
    .describe('How the held-out loss is measured.'),
  run: z
    .strictObject({
      workers: z
        .int()
        .min(1)
        .max(1024)
        .optional()
        .describe('Runs at the same time. Default: as many as there are cores for their threads.'),
      threads: z
        .int()
        .min(1)
        .max(256)
        .optional()
        .describe('Threads of each run. Default: the cores shared out among the runs.'),
      checkpointSeconds: z.number().positive().default(20).describe('Wall seconds between checkpoints of a run.'),
    })
    .prefault({})
    .describe('How runs share this machine.'),
  output: z.string().optional().describe('Folder of the results, relative to this file. Default: runs/NAME beside it.'),
};

export const trainingSchema = z
  .strictObject({
    schema: z.literal('isoflop.training/1').default('isoflop.training/1').describe("Version of this file's format."),
    ...trainingFields,
  })
  .describe('A training: one model, one data set, one recipe, some seeds.');

export type Training = z.infer<typeof trainingSchema>;

/** What a training and a comparison have in common. */
export type TrainingFields = Omit<Training, 'schema'>;
