import { z } from 'zod';

const factors = (meaning: string): z.ZodObject =>
  z
    .object({
      depth: z.number().positive().optional().describe('Blocks.'),
      width: z.number().positive().optional().describe('Channels, units and heads.'),
      resolution: z.number().positive().optional().describe('Each extent of the image.'),
      feedForward: z.number().positive().optional().describe('Hidden units, where they have a factor of their own.'),
    })
    .describe(meaning);

const size = z.object({
  params: z.number().min(0).describe('Trained and frozen, raw.'),
  macs: z.number().min(0).describe('Multiply-accumulates of one forward pass at batch 1; attention in full.'),
});

const editSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('input'), input: z.string(), shape: z.array(z.number().nullable()) }),
  z.object({ kind: z.literal('axis'), tensor: z.string(), axis: z.int(), size: z.int() }),
  z.object({
    kind: z.literal('attribute'),
    layer: z.string(),
    attribute: z.string(),
    index: z.int().optional(),
    value: z.union([z.number(), z.array(z.number())]),
  }),
  z.object({
    kind: z.literal('repeat'),
    layers: z.array(z.string()),
    times: z.int(),
    keepsShape: z.boolean().optional(),
  }),
  z.object({ kind: z.literal('parameter'), path: z.string(), value: z.unknown() }),
]);

/** What `isoflop scale --json` prints. */
export const scaleSchema = z
  .object({
    schema: z.literal('isoflop.scale/1'),
    name: z.string().describe('Name of the variant.'),
    parent: z.string().describe('Model that it was made from.'),
    rule: z.looseObject({ rule: z.string() }).describe('How it was scaled.'),
    nominal: factors('What the rule asked for.'),
    achieved: factors(
      'What the rounded sizes make of it: a ratio of weighted layers in blocks for depth, geometric means for the others.',
    ),
    before: size,
    after: size,
    repairs: z.array(
      z.object({
        at: z.string().describe('Knob.'),
        from: z.number(),
        nominal: z.number(),
        to: z.number(),
        reason: z.string(),
      }),
    ),
    warnings: z.array(z.string()),
    suggestions: z.array(
      z.object({
        setting: z.enum(['dropout', 'stochasticDepth', 'randAugment', 'mixup']),
        before: z.number(),
        after: z.number(),
        source: z.string(),
      }),
    ),
    hyperparameters: z
      .object({
        rule: z.enum(['standard', 'mup', 'completep']),
        rows: z.array(
          z.object({
            tensor: z.string().describe('Name; of several tensors with the numbers in which they differ as *.'),
            tensors: z.int().describe('Tensors that share the row.'),
            names: z.array(z.string()).describe('Every one of them.'),
            role: z.string(),
            fanInFactor: z.number(),
            learningRate: z.number(),
            deviation: z.number(),
            weightDecay: z.number(),
            epsilon: z.number(),
            output: z.number(),
          }),
        ),
      })
      .optional()
      .describe('Factors on what holds in the parent, by kind of tensor.'),
    edits: z.array(editSchema).describe('Changes of the parent, to be replayed in order.'),
    out: z.string().optional().describe('File that the scaled model was written to.'),
  })
  .describe('A model scaled by a rule.');
