import { z } from 'zod';

export const latencyErrorSchema = z
  .object({
    median: z.number().min(0).describe('Median of |estimate / measured - 1|.'),
    p80: z.number().min(0).describe('What four of five of them stay below.'),
  })
  .describe('Of programs left out of the fit (ten-fold cross-validation), shares.');

/** Seconds a unit of each feature, fitted on this machine. */
export const latencyModelSchema = z.object({
  rates: z.record(z.string(), z.number().min(0)).describe('Seconds a call, FLOP or byte of each class of operators.'),
  programs: z.int().min(1).describe('Timed programs that they were fitted on.'),
  threads: z.int().min(1).describe('That the programs ran on.'),
  error: latencyErrorSchema,
});
