import { z } from 'zod';
import { editSchema } from './edit.ts';

const metrics = z
  .record(z.string(), z.number())
  .describe('By metric, raw: counts, bytes (memory, trainingMemory), seconds (latency, trainingTime).');

/** What `isoflop scale --target --json` prints. */
export const targetSchema = z
  .object({
    schema: z.literal('isoflop.target/1').describe('Name and version of this format.'),
    parent: z.string().describe('Model that is scaled.'),
    goal: z
      .object({
        targets: z
          .array(
            z.object({
              metric: z.string().describe('What is bounded, such as params or latency.'),
              relation: z.enum(['<=', '>=', '=']).describe('How it is bounded.'),
              value: z.number().describe('Raw: a count, bytes or seconds.'),
              tolerance: z.number().describe('Of an equality: the share by which it may be missed.'),
            }),
          )
          .describe('What must hold.'),
        optimize: z
          .object({
            metric: z.string().describe('What is optimised.'),
            direction: z.enum(['maximize', 'minimize']).describe('Which way.'),
          })
          .optional()
          .describe('What is to be large or small among sizes that fulfil the targets.'),
      })
      .describe('What was asked for.'),
    before: metrics.describe('Of the present size.'),
    choices: z
      .array(
        z.object({
          name: z.string().describe('Name of the variant.'),
          factors: z.record(z.string(), z.number()).describe('Of the present size, by axis.'),
          metrics: metrics.describe('Of this size, by metric; raw.'),
          edits: z.array(editSchema).describe('Changes of the parent, in order.'),
        }),
      )
      .describe('Best first; empty where no size fulfils the goal.'),
    range: z
      .object({
        smallest: metrics.describe('With every axis at its smallest.'),
        largest: metrics.describe('With every axis at its largest.'),
      })
      .describe('What the sizes that were searched reach.'),
    evaluated: z.int().describe('Sizes that were built.'),
    points: z.int().describe('Sizes that were searched.'),
    isProved: z.boolean().describe('Whether bounds prove that no other size is better.'),
    out: z.string().optional().describe('File that the best was written to.'),
  })
  .describe('The sizes of a model that fulfil targets best.');
