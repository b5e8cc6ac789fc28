import { z } from 'zod';

/** What `isoflop study run FILE --json` prints for a comparison. */
export const comparisonResultSchema = z
  .strictObject({
    schema: z.literal('isoflop.comparison-result/1').describe("Version of this document's format."),
    name: z.string().describe('Name of the comparison.'),
    madeAt: z.string().describe('ISO 8601.'),
    equal: z.enum(['flops', 'epochs']).describe('What all runs have alike: training FLOPs, or passes over the data.'),
    judgedBy: z
      .enum(['accuracy', 'rmse', 'loss'])
      .describe('The score: accuracy for classes, rmse for a number, loss for text.'),
    candidates: z
      .array(
        z.strictObject({
          name: z.string().describe('What it is called.'),
          params: z.number().describe('Trained and frozen.'),
          forwardFlops: z.number().describe('Of one sample, 2 a multiply-accumulate.'),
          trainingFlops: z.number().describe('Of each of its runs, exact.'),
          epochs: z.number().describe('Times that a run sees each training sample.'),
          factors: z.record(z.string(), z.number()).describe('What its scaling came to, by axis.'),
          learningRate: z.number().describe("Its own, chosen by the validation part; or the recipe's."),
          tried: z
            .array(
              z.strictObject({
                learningRate: z.number().describe('Peak learning rate.'),
                loss: z.number().nullable().describe('Loss of the validation part; null where the run failed.'),
              }),
            )
            .describe('What its tuning tried, ascending.'),
          scores: z.array(z.number()).describe('Held out, one a seed, by judgedBy.'),
          mean: z.number().nullable().describe('Mean of scores; null where no run ended well.'),
          error: z.number().nullable().describe('Standard error of the mean over seeds.'),
          loss: z.number().nullable().describe('Mean held-out loss.'),
          seconds: z.number().nullable().describe('Mean wall seconds of a run.'),
          peakBytes: z.number().nullable().describe('Largest memory of a run.'),
          p: z.number().nullable().describe("Welch's test against the best, after Holm; 1 for the best itself."),
          onFront: z
            .boolean()
            .describe('No other is better in score, parameters and operations of a prediction at once.'),
          allowed: z.boolean().describe('Keeps to the constraints.'),
          failures: z.array(z.string()).describe('Runs that did not end well, with the reason.'),
        }),
      )
      .describe('The best first.'),
    best: z.string().nullable().describe('The candidate with the best mean score.'),
    chosen: z.string().nullable().describe('The best that keeps to the constraints.'),
    verdict: z.string().describe('Which candidate pays, or that the differences may be luck, in a sentence.'),
  })
  .describe('What a comparison came to, the best candidate first.');

export type ComparisonResult = z.infer<typeof comparisonResultSchema>;
