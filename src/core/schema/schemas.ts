import { z } from 'zod';

/** `isoflop schema --json`. */
export const schemasSchema = z
  .object({
    schema: z.literal('isoflop.schemas/1').describe('Name and version of this format.'),
    schemas: z
      .array(
        z.object({
          name: z.string().describe('As isoflop schema takes it.'),
          id: z.string().describe('As documents carry it, such as isoflop.analysis/1.'),
          where: z.string().describe('The command that prints it, or what reads it.'),
          description: z.string().describe('What it holds.'),
          jsonSchema: z.record(z.string(), z.unknown()).describe('JSON Schema, draft 2020-12.'),
        }),
      )
      .describe('Every format with a published schema.'),
  })
  .describe('The formats that isoflop prints and reads.');
