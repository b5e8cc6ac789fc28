import { z } from 'zod';

/** What every command prints with `--json` where it fails; its exit code is not 0. */
export const errorSchema = z
  .object({
    schema: z.literal('isoflop.error/1').describe('Name and version of this format.'),
    error: z
      .object({
        code: z
          .enum(['invalid-input', 'missing', 'not-identifiable', 'refused', 'unavailable', 'interrupted'])
          .describe('Stable word. The exit code is 1 for not-identifiable, 3 for interrupted, else 2.'),
        message: z.string().describe('Who demanded what, and what came.'),
        hint: z.string().optional().describe('What the user can do about it.'),
        path: z.string().optional().describe('Where in the input the fault lies.'),
        excerpt: z
          .object({
            text: z.string().describe('What the user wrote.'),
            position: z.int().describe('Place of the fault in it, in characters from 0.'),
          })
          .optional()
          .describe('The text with the fault.'),
      })
      .describe('The fault.'),
  })
  .describe('Why a command did not do what was asked.');
