import { z } from 'zod';

const summary = z
  .strictObject({
    mean: z.number(),
    error: z.number().nullable().describe('Standard error of the mean over the seeds; null for a single one.'),
  })
  .describe('Over the runs that ended well.');

/** What `isoflop train FILE --json` prints. */
export const trainingResultSchema = z
  .strictObject({
    schema: z.literal('isoflop.training-result/1'),
    name: z.string(),
    model: z.strictObject({
      name: z.string(),
      params: z.number().describe('Trained and frozen.'),
      forwardFlops: z.number().describe('Of one sample, 2 a multiply-accumulate.'),
      trainingFlops: z.number().describe('Of one sample, forward and backward.'),
    }),
    data: z.strictObject({
      task: z.enum(['classification', 'regression', 'language']),
      train: z.int().describe('Training samples, or tokens of a text.'),
      validation: z.int(),
      heldOut: z.int(),
      excluded: z.array(z.strictObject({ reason: z.string(), count: z.int(), examples: z.array(z.string()) })),
    }),
    runs: z.array(
      z.strictObject({
        id: z.string(),
        seed: z.int(),
        state: z.string().describe('done, diverged, stuck or failed.'),
        reason: z.string().nullable(),
        steps: z.int(),
        flops: z.number().describe('Exact training FLOPs of the run.'),
        loss: z.number().nullable().describe('Held out, after the last step; nats for classes and text.'),
        lossError: z.number().nullable().describe('Standard error over the held-out samples.'),
        metrics: z.record(z.string(), z.number()).describe('accuracy, rmse, seconds, peakBytes and the like.'),
      }),
    ),
    loss: summary.nullable(),
    accuracy: summary.nullable(),
    rmse: summary.nullable().describe("In the target's unit."),
    knowingNothing: z.number().describe('Loss of the best constant answer.'),
  })
  .describe('What a training came to.');

export type TrainingResult = z.infer<typeof trainingResultSchema>;
