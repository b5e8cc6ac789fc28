import { z } from 'zod';

/** What `isoflop study run FILE --json` prints for a comparison. */
export const comparisonResultSchema = z
  .strictObject({
    schema: z.literal('isoflop.comparison-result/1'),
    name: z.string(),
    madeAt: z.string().describe('ISO 8601.'),
    equal: z.enum(['flops', 'epochs']),
    judgedBy: z.enum(['accuracy', 'rmse', 'loss']),
    candidates: z.array(
      z.strictObject({
        name: z.string(),
        params: z.number(),
        forwardFlops: z.number().describe('Of one sample, 2 a multiply-accumulate.'),
        trainingFlops: z.number().describe('Of each of its runs, exact.'),
        epochs: z.number().describe('Times that a run sees each training sample.'),
        factors: z.record(z.string(), z.number()).describe('What its scaling came to, by axis.'),
        learningRate: z.number(),
        tried: z.array(z.strictObject({ learningRate: z.number(), loss: z.number().nullable() })),
        scores: z.array(z.number()).describe('Held out, one a seed, by judgedBy.'),
        mean: z.number().nullable(),
        error: z.number().nullable().describe('Standard error of the mean over seeds.'),
        loss: z.number().nullable().describe('Mean held-out loss.'),
        seconds: z.number().nullable().describe('Mean wall seconds of a run.'),
        peakBytes: z.number().nullable().describe('Largest memory of a run.'),
        p: z.number().nullable().describe("Welch's test against the best, after Holm; 1 for the best itself."),
        onFront: z
          .boolean()
          .describe('No other is better in score, parameters and operations of a prediction at once.'),
        allowed: z.boolean().describe('Keeps to the constraints.'),
        failures: z.array(z.string()),
      }),
    ),
    best: z.string().nullable(),
    chosen: z.string().nullable().describe('The best that keeps to the constraints.'),
    verdict: z.string(),
  })
  .describe('What a comparison came to, the best candidate first.');

export type ComparisonResult = z.infer<typeof comparisonResultSchema>;
