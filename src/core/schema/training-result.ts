import { z } from 'zod';

const summary = z
  .strictObject({
    mean: z.number().describe('Mean over the seeds.'),
    error: z.number().nullable().describe('Standard error of the mean over the seeds; null for a single one.'),
  })
  .describe('Over the runs that ended well.');

/** What `isoflop train FILE --json` prints. */
export const trainingResultSchema = z
  .strictObject({
    schema: z.literal('isoflop.training-result/1').describe("Version of this document's format."),
    name: z.string().describe('Name of the training.'),
    model: z
      .strictObject({
        name: z.string().describe('Name of the model.'),
        params: z.number().describe('Trained and frozen.'),
        forwardFlops: z.number().describe('Of one sample, 2 a multiply-accumulate.'),
        trainingFlops: z.number().describe('Of one sample, forward and backward.'),
      })
      .describe('What was trained. A sample of a text is a window of context tokens.'),
    data: z
      .strictObject({
        task: z
          .enum(['classification', 'regression', 'language'])
          .describe('What was learnt: classes, a number, or the next token.'),
        train: z.int().describe('Training samples, or tokens of a text.'),
        validation: z.int().describe('Kept from training to watch it; 0: the held-out part is watched.'),
        heldOut: z.int().describe('Samples, or tokens, that the result is measured on.'),
        excluded: z
          .array(
            z.strictObject({
              reason: z.string().describe('Why.'),
              count: z.int().describe('How many.'),
              examples: z.array(z.string()).describe('Where some of them stand: file and entry.'),
            }),
          )
          .describe('Samples that were left out by an option.'),
      })
      .describe('What it was trained on.'),
    runs: z
      .array(
        z.strictObject({
          id: z.string().describe('Name of its folder under trials/.'),
          seed: z.int().describe('Decides initialisation, order and augmentation.'),
          state: z.string().describe('done, diverged, stuck or failed.'),
          reason: z.string().nullable().describe('Why it did not end well.'),
          steps: z.int().describe('Optimiser steps that it took; the planned ones where it did not end well.'),
          flops: z.number().describe('Exact training FLOPs of the run.'),
          loss: z.number().nullable().describe('Held out, after the last step; nats for classes and text.'),
          lossError: z.number().nullable().describe('Standard error over the held-out samples.'),
          metrics: z
            .record(z.string(), z.number())
            .describe(
              'accuracy, rmse, seconds, peakBytes and the like; seenLoss: of as many training samples as are held out.',
            ),
        }),
      )
      .describe('One run a seed.'),
    loss: summary.nullable().describe('Held-out loss; null where no run ended well.'),
    accuracy: summary.nullable().describe('Share of held-out samples that are told right; null without classes.'),
    rmse: summary.nullable().describe("Root of the mean squared error, in the target's unit; null without one."),
    knowingNothing: z.number().describe('Loss of the best constant answer.'),
  })
  .describe('What a training came to.');

export type TrainingResult = z.infer<typeof trainingResultSchema>;
