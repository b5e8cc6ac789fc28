import { z } from 'zod';

const range = z
  .tuple([z.number(), z.number()])
  .refine(([low, high]) => low < high, { message: 'the first number must be below the second' });

const parameterSchema = z
  .strictObject({
    meaning: z.string().optional().describe('What it stands for, in words.'),
    unit: z.string().optional().describe('Such as "nats/token", or "1" for a pure number.'),
    signed: z
      .boolean()
      .optional()
      .describe('true: it may be negative and is searched as it is. Default: positive, searched by its logarithm.'),
    lower: z.number().optional().describe('Least value, in raw units. Default 0, or -1e300 where signed.'),
    upper: z.number().optional().describe('Greatest value, in raw units. Default 1e300, or 5 for an exponent.'),
    start: z
      .union(
        [
          range,
          z.enum(['below-response', 'above-response']),
          z.strictObject({ of: z.string(), range }).describe("Multiples of a variable's geometric mean."),
        ],
        {
          error: 'a range such as [0.1, 3], below-response, above-response or {of: params, range: [0.1, 10]} is wanted',
        },
      )
      .optional()
      .describe('Where the global search begins. Default: by the place of the parameter in the formula.'),
  })
  .refine(({ lower = -1e300, upper = 1e300 }) => lower < upper, {
    message: 'lower must be below upper',
    path: ['lower'],
  })
  .refine(({ signed, lower = 0 }) => signed === true || lower >= 0, {
    message: 'a parameter that is not signed is positive: lower must be at least 0',
    path: ['lower'],
  })
  .refine(({ signed, start }) => signed === true || !Array.isArray(start) || start[0] > 0, {
    message: 'a parameter that is not signed is searched by its logarithm: start must be above 0',
    path: ['start'],
  });

/** A law of one's own as a document: a YAML or JSON file, or an object in a program. */
export const lawSchema = z
  .strictObject({
    schema: z.literal('isoflop.law/1').default('isoflop.law/1').describe("Version of this file's format."),
    id: z
      .string()
      .regex(/^[A-Za-z][\w-]{0,63}$/, 'an id has 1 to 64 letters, digits, underscores or hyphens, a letter first')
      .default('own')
      .describe('Short name of the law.'),
    title: z.string().default('Own law').describe('The law in a few words.'),
    formula: z.string().describe('Such as "loss = E + A / params^alpha".'),
    response: z
      .string()
      .optional()
      .describe('The column that it stands for. Default: the left side of the formula, else loss.'),
    variables: z
      .array(z.string())
      .optional()
      .describe('Columns that the formula uses. Default: every name in it that is no parameter.'),
    parameters: z.record(z.string(), parameterSchema).describe('All parameters, by name.'),
    source: z.string().default('the user').describe('Paper and equation.'),
    caution: z.string().optional().describe('When it must not be used.'),
  })
  .describe('A scaling law: a formula and its parameters.');

export type LawDocument = z.infer<typeof lawSchema>;
