import { z } from 'zod';
import { imagesDataSchema, tableDataSchema } from './data.ts';
import { modelSchema } from './model.ts';
import { recipeSchema } from './recipe.ts';

/** A model of a family, or any document or preset with parameters of its family set. */
export const trialModelSchema = z
  .union([
    modelSchema,
    z.looseObject({ family: z.string().describe('Name of the family.') }),
    z.strictObject({
      source: z.string().describe('Absolute path of a model file, or the name of a preset.'),
      set: z.record(z.string(), z.unknown()).default({}).describe('Parameters of its family by path.'),
    }),
  ])
  .describe('What is trained.');

export const lossSchema = z
  .enum(['cross-entropy', 'binary-cross-entropy', 'mse'])
  .describe('What training makes small.');

const tokensSchema = z.strictObject({
  kind: z.literal('text'),
  cache: z.string().describe('Folder of the tokenised data set: train.bin, validation.bin, manifest.json.'),
});

/** `spec.json`: all that a trainer needs to run one attempt of one trial. Paths are absolute. */
export const trialSpecSchema = z
  .strictObject({
    schema: z.literal('isoflop.trial/1'),
    study: z.string().describe('Name of the study.'),
    trial: z.string().describe('Name of the trial, unique in the study and safe as a folder name.'),
    attempt: z.int().min(1),
    model: trialModelSchema,
    data: z.discriminatedUnion('kind', [tokensSchema, imagesDataSchema, tableDataSchema]),
    loss: lossSchema.optional().describe('For models that name none. Default: by the data.'),
    budget: z.strictObject({
      steps: z.int().min(1).describe('Optimiser steps.'),
      tokens: z.int().min(1).optional().describe('Tokens trained on: steps x recipe.batchTokens.'),
      samples: z.int().min(1).optional().describe('Samples trained on, for other data than text.'),
    }),
    recipe: recipeSchema,
    seed: z.int().min(0).describe('Decides initialisation and the order of the data.'),
    evaluation: z.strictObject({
      windows: z.int().min(1).default(2500).describe('Held-out windows of a text that are evaluated.'),
      every: z.int().min(1).describe('Steps between logged points of the loss curve.'),
      part: z
        .enum(['heldOut', 'validation'])
        .default('heldOut')
        .describe('What the last evaluation is made on; validation: to tune by.'),
      seen: z
        .boolean()
        .default(false)
        .describe('Whether the last evaluation also measures training samples (seenLoss).'),
      patience: z
        .int()
        .min(1)
        .optional()
        .describe(
          'Evaluations in a row without a lower loss of the validation part that end the run, with its best weights.',
        ),
      heldOutEvery: z
        .int()
        .min(0)
        .default(0)
        .describe('Steps between held-out evaluations; 0: after the last step alone.'),
    }),
    context: z
      .int()
      .min(1)
      .optional()
      .describe(
        'Tokens in a window of a text, for models that read any number. Default: the model says, at most 1,024.',
      ),
    weights: z.string().optional().describe('safetensors file to start from. Default: drawn weights.'),
    keepWeights: z.boolean().default(false).describe('Whether the attempt leaves weights.safetensors behind.'),
    threads: z.int().min(1).default(1).describe('Threads of the engine.'),
    checkpointSeconds: z.number().positive().default(20).describe('Wall seconds between checkpoints.'),
    checkpoints: z.string().describe("Folder of this trial's checkpoints, shared by its attempts."),
    resume: z.string().nullable().describe('Checkpoint to continue from, or null.'),
  })
  .describe('One attempt of one trial: all that a trainer needs to run it.');

/** One line of `metrics.jsonl`. */
export const measurementSchema = z.looseObject({
  step: z.int().min(0),
  tokens: z.int().min(0).optional().describe('Tokens trained on so far.'),
  samples: z.int().min(0).optional().describe('Samples trained on so far, for other data than text.'),
  split: z.enum(['train', 'validation']),
  loss: z
    .number()
    .describe('Mean loss, in nats a token for text: over the steps since the last point (train), or held out.'),
  lossError: z.number().min(0).optional().describe('Standard error of the loss over held-out samples.'),
  accuracy: z.number().min(0).max(1).optional().describe('Share of the held-out samples that are classified rightly.'),
  rmse: z.number().min(0).optional().describe("Root of the mean squared error, held out, in the target's unit."),
  seenLoss: z.number().optional().describe('Loss of as many training samples, beside the last evaluation.'),
  final: z
    .boolean()
    .optional()
    .describe('True on the one measurement that a law eats: the held-out loss after the last step.'),
});

/** `exit.json`, written by the shim by rename after the command ended. */
export const exitSchema = z.looseObject({
  code: z.int().nullable().describe('Exit code, or null when a signal ended it.'),
  signal: z.string().nullable(),
  reason: z.string().describe('One of done, resume, diverged, failed, killed.'),
});

export type TrialSpec = z.infer<typeof trialSpecSchema>;
export type Measurement = z.infer<typeof measurementSchema>;
export type Exit = z.infer<typeof exitSchema>;

/** Exit codes of the trial contract. */
export const EXIT_DONE = 0;
/** EX_TEMPFAIL: stopped on request or preempted; run me again and I continue. */
export const EXIT_RESUME = 75;
/** The run diverged: its loss is not finite or far above its start; running it again will not help. */
export const EXIT_DIVERGED = 76;
