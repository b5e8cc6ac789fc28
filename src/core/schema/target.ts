import { z } from 'zod';

const metrics = z
  .record(z.string(), z.number())
  .describe('By metric, raw: counts, bytes (memory, trainingMemory), seconds (latency, trainingTime).');

/** What `isoflop scale --target --json` prints. */
export const targetSchema = z
  .object({
    schema: z.literal('isoflop.target/1'),
    parent: z.string().describe('Model that is scaled.'),
    goal: z.object({
      targets: z.array(
        z.object({
          metric: z.string(),
          relation: z.enum(['<=', '>=', '=']),
          value: z.number(),
          tolerance: z.number().describe('Of an equality: the share by which it may be missed.'),
        }),
      ),
      optimize: z.object({ metric: z.string(), direction: z.enum(['maximize', 'minimize']) }).optional(),
    }),
    before: metrics.describe('Of the present size.'),
    choices: z
      .array(
        z.object({
          name: z.string(),
          factors: z.record(z.string(), z.number()).describe('Of the present size, by axis.'),
          metrics,
          edits: z.array(z.looseObject({ kind: z.string() })).describe('Changes of the parent, in order.'),
        }),
      )
      .describe('Best first; empty where no size fulfils the goal.'),
    range: z.object({ smallest: metrics, largest: metrics }).describe('What the sizes that were searched reach.'),
    evaluated: z.int().describe('Sizes that were built.'),
    points: z.int().describe('Sizes that were searched.'),
    isProved: z.boolean().describe('Whether bounds prove that no other size is better.'),
    out: z.string().optional().describe('File that the best was written to.'),
  })
  .describe('The sizes of a model that fulfil targets best.');
